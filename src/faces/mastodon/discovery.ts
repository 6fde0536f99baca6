import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { type AccountId, readId } from '../../base/ids.ts'
import { refuseSuggestion } from '../../domain/suggestions/refuse.ts'
import { accountFrom, type MastodonAccount } from '../../translate/to-mastodon/account.ts'
import { suggestionFrom } from '../../translate/to-mastodon/suggestion.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { listDirectory } from '../../views/directory.ts'
import { listSuggestions } from '../../views/suggestions.ts'
import { booleanish, wordOf } from '../http/param-fields.ts'
import { queryParams } from '../http/read-params.ts'
import { isShown } from './account-one.ts'
import { requires, requiresIfGiven, signedIn, viewerOf } from './auth.ts'
import { offsetFrom, sendOffsetPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'

const ACCOUNTS = { usual: 40, most: 80 }

/** Whom one may want to follow, and who is here at all. */
export function discoveryRoutes({ world }: MastodonParts): RequestHandler {
  const { db, uris } = world
  const router = Router({ caseSensitive: true })
  const tell = async (ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, MastodonAccount>> => {
    const views = await viewAccounts(db, ids)
    return new Map([...views].flatMap(([id, view]) => (isShown(view) ? [[id, accountFrom(view, uris)]] : [])))
  }
  const suggested = async (req: Request) => {
    const { limit } = offsetFrom(queryParams(req), ACCOUNTS)
    const found = await listSuggestions(db, signedIn(req).id, limit)
    const accounts = await tell(found.map(({ id }) => id))
    return found.flatMap(({ id, sources }) => {
      const account = accounts.get(id)
      return account ? [suggestionFrom(sources, account)] : []
    })
  }

  router.get('/api/v2/suggestions', requires('read:accounts'), async (req, res) => {
    res.json(await suggested(req))
  })
  router.get('/api/v1/suggestions', requires('read:accounts'), async (req, res) => {
    res.json((await suggested(req)).map(({ account }) => account))
  })
  router.delete('/api/v1/suggestions/:account_id', requires('write:accounts'), async (req, res) => {
    const id = readId<AccountId>(String(req.params.account_id))
    if (id) await refuseSuggestion(world, signedIn(req), id)
    res.json({})
  })

  router.get('/api/v1/directory', requiresIfGiven('read:accounts'), async (req, res) => {
    const params = queryParams(req)
    const { order = 'active', local = false } = params.read(directoryFields)
    const part = offsetFrom(params, ACCOUNTS)
    const ids = await listDirectory(db, viewerOf(req), { order, local, ...part })
    const accounts = await tell(ids)
    sendOffsetPage(
      req,
      res,
      ids.flatMap((id) => accounts.get(id) ?? []),
      part,
      ids.length,
    )
  })

  return router
}

const directoryFields = z.object({ order: wordOf(['active', 'new']), local: booleanish })
