import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { handleFrom } from '../../base/handles.ts'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { findAccountByHandle } from '../../domain/accounts/find.ts'
import { blockedBetween } from '../../domain/blocks/find.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import { accountFrom } from '../../translate/to-mastodon/account.ts'
import { listRelated } from '../../views/account-lists.ts'
import { listPinnedIdsOf, listPostIdsOf } from '../../views/account-posts.ts'
import type { Side } from '../../views/relations.ts'
import { booleanish, textish } from '../http/param-fields.ts'
import { queryParams } from '../http/read-params.ts'
import { ACCOUNTS, accountIdIn, requireAccountView, sendAccounts, tellOwnAccount } from './account-one.ts'
import { requires, requiresIfGiven, signedIn, viewerOf } from './auth.ts'
import { pageFrom } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { sendStatuses } from './status-pages.ts'

/** /api/v1/accounts: who people are, what they say, and who follows whom. */
export function accountRoutes({ world }: MastodonParts): RequestHandler {
  const { db, uris } = world
  const router = Router({ caseSensitive: true })

  router.get(
    '/api/v1/accounts/verify_credentials',
    requires(['read:accounts', 'profile']),
    async (req, res) => {
      res.json(await tellOwnAccount(world, signedIn(req)))
    },
  )

  router.get('/api/v1/accounts/lookup', requiresIfGiven('read:accounts'), async (req, res) => {
    const { acct = '' } = queryParams(req).read(acctFields)
    const handle = handleFrom(acct) ?? refuse('account.not-found')
    const host = handle.host === uris.handleHost ? null : handle.host
    const found = await findAccountByHandle(db, { ...handle, host })
    const view = await requireAccountView(world, found?.id ?? refuse('account.not-found'))
    res.json(accountFrom(view, uris))
  })

  router.get('/api/v1/accounts/:id', requiresIfGiven('read:accounts'), async (req, res) => {
    res.json(accountFrom(await requireAccountView(world, accountIdIn(req)), uris))
  })

  router.get('/api/v1/accounts/:id/statuses', requiresIfGiven('read:statuses'), async (req, res) => {
    const { id } = await requireAccountView(world, accountIdIn(req))
    const params = queryParams(req)
    const fields = params.read(postFields)
    const page = pageFrom(params, { usual: 20, most: 40 })
    const viewer = viewerOf(req)
    if (fields.pinned) {
      const pinned = await listPinnedIdsOf(db, id, viewer)
      // A handful, in an order of its own: it goes on nowhere.
      await sendStatuses(world, req, res, pinned.slice(0, page.limit), page, [])
      return
    }
    const ids = await listPostIdsOf(db, id, viewer, {
      ...page,
      withMedia: fields.only_media,
      withoutReplies: fields.exclude_replies,
      withoutBoosts: fields.exclude_reblogs,
      withoutDirect: fields.exclude_direct,
      ...(fields.tagged && { tag: hashtagFrom(fields.tagged)?.name ?? fields.tagged.toLowerCase() }),
    })
    await sendStatuses(world, req, res, ids, page)
  })

  const related = (side: Side) =>
    router.get(`/api/v1/accounts/:id/${side}`, requiresIfGiven('read:accounts'), async (req, res) => {
      const { id, suspended } = await requireAccountView(world, accountIdIn(req))
      const page = pageFrom(queryParams(req), ACCOUNTS)
      const viewer = viewerOf(req)
      const closed = suspended || (viewer && (await areApart(viewer.accountId, id)))
      const kept = closed ? [] : await listRelated(db, id, side, 'accepted', viewer, page)
      await sendAccounts(world, req, res, kept, page)
    })
  const areApart = async (one: AccountId, other: AccountId) =>
    one !== other && (await blockedBetween(db, one, [other])).size > 0
  related('followers')
  related('following')

  return router
}

const postFields = z.object({
  pinned: booleanish,
  only_media: booleanish,
  exclude_replies: booleanish,
  exclude_reblogs: booleanish,
  exclude_direct: booleanish,
  tagged: textish,
})

const acctFields = z.object({ acct: textish })
