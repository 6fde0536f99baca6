import { type RequestHandler, Router } from 'express'
import { type AccountId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { findAccount } from '../../domain/accounts/find.ts'
import { blockedBetween } from '../../domain/blocks/find.ts'
import { followersOnHost } from '../../domain/follows/sync-find.ts'
import { plainContext } from '../../translate/to-activity/context.ts'
import { answerErrors, asProblemAt } from '../http/errors.ts'
import type { SurfaceParts } from './parts.ts'
import { requireWelcome, signerOf } from './signer.ts'

/**
 * `/ap/actors/:id/followers_synchronization` (FEP-8fcf): which followers of one of ours are on the server that asks. It
 * must sign, by whomever of its own, and gets nobody else's.
 */
export function followersSync(parts: SurfaceParts): Router {
  const { db, uris, log } = parts
  const handler: RequestHandler = async (req, res) => {
    requireWelcome(parts, req)
    res.setHeader('Cache-Control', 'private, no-store')
    res.setHeader('Vary', 'Accept, Signature, Signature-Input')
    const viewer = await signerOf(parts, req)
    const id = readId<AccountId>(String(req.params.id))
    const account = id && (await findAccount(db, id))
    const signer = await findAccount(db, viewer.accountId)
    if (!account?.local || account.suspended || account.uri !== uris.actor(account.id) || !signer)
      return refuse('not-found')
    if ((await blockedBetween(db, account.id, [signer.id])).size > 0) refuse('not-found')
    const orderedItems = await followersOnHost(db, account.id, new URL(signer.uri).host)
    res.type('application/activity+json').send(
      JSON.stringify({
        '@context': plainContext,
        id: uris.followersSynchronization(account.id),
        type: 'OrderedCollection',
        totalItems: orderedItems.length,
        orderedItems,
      }),
    )
  }
  const router = Router({ caseSensitive: true, strict: true })
  router.get('/ap/actors/:id/followers_synchronization', handler)
  router.use(answerErrors(log, asProblemAt(uris.origin)))
  return router
}
