import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { type AccountId, type ListId, readId } from '../../base/ids.ts'
import { listsOf, requireList } from '../../domain/lists/find.ts'
import { changeList, createList, type ListWords, removeList } from '../../domain/lists/keep.ts'
import { addToList, takeFromList } from '../../domain/lists/members.ts'
import { accountFrom } from '../../translate/to-mastodon/account.ts'
import { listFrom } from '../../translate/to-mastodon/list.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { listListIds, listMemberIds } from '../../views/lists.ts'
import { booleanish, idsOf, integerish, textish, wordOf } from '../http/param-fields.ts'
import { type Given, readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { onUpdate } from './on-update.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { sendStatuses } from './status-pages.ts'

const ACCOUNTS = { usual: 40, most: 80 }
/** As many as a list holds, for those who ask for all at once. */
const EVERYBODY = 1000

const listIn = (req: { readonly params: object }) =>
  readId<ListId>(String((req.params as Readonly<Record<string, unknown>>).id))

/** /api/v1/lists, and what stands in one. */
export function listRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/lists', requires('read:lists'), async (req, res) => {
    res.json((await listsOf(db, signedIn(req).id)).map(listFrom))
  })
  router.post('/api/v1/lists', requires('write:lists'), async (req, res) => {
    const words = wordsFrom(await readParams(req))
    res.json(listFrom(await createList(world, signedIn(req), words)))
  })
  router.get('/api/v1/lists/:id', requires('read:lists'), async (req, res) => {
    res.json(listFrom(await requireList(db, signedIn(req).id, listIn(req))))
  })
  const change: RequestHandler = async (req, res) => {
    const words = wordsFrom(await readParams(req))
    res.json(listFrom(await changeList(world, signedIn(req), listIn(req), words)))
  }
  onUpdate(router, '/api/v1/lists/:id', requires('write:lists'), change)
  router.delete('/api/v1/lists/:id', requires('write:lists'), async (req, res) => {
    await removeList(world, signedIn(req), listIn(req))
    res.json({})
  })

  router.get('/api/v1/lists/:id/accounts', requires('read:lists'), async (req, res) => {
    const list = await requireList(db, signedIn(req).id, listIn(req))
    const params = await readParams(req)
    const all = params.read(limitFields).limit === 0
    const page = { ...pageFrom(params, ACCOUNTS), ...(all && { limit: EVERYBODY }) }
    const ids = await listMemberIds(db, list.id, page)
    const accounts = await viewAccounts(db, ids)
    const shown = ids.flatMap((id) => accounts.get(id) ?? [])
    sendPage(
      req,
      res,
      shown.map((account) => accountFrom(account, world.uris)),
      all ? {} : endsOf(ids, page),
      'since_id',
    )
  })
  router.post('/api/v1/lists/:id/accounts', requires('write:lists'), async (req, res) => {
    await addToList(world, signedIn(req), listIn(req), accountsFrom(await readParams(req)))
    res.json({})
  })
  router.delete('/api/v1/lists/:id/accounts', requires('write:lists'), async (req, res) => {
    await takeFromList(world, signedIn(req), listIn(req), accountsFrom(await readParams(req)))
    res.json({})
  })

  router.get('/api/v1/timelines/list/:id', requires('read:lists'), async (req, res) => {
    const owner = signedIn(req)
    const list = await requireList(db, owner.id, listIn(req))
    const page = pageFrom(await readParams(req), { usual: 20, most: 40 })
    await sendStatuses(world, req, res, await listListIds(db, owner.id, list, page), page)
  })

  return router
}

function wordsFrom(params: Given): ListWords {
  const { title, replies_policy, exclusive } = params.read(titleFields)
  return { title, replies: replies_policy, exclusive }
}

function accountsFrom(params: Given): readonly AccountId[] {
  return params.read(accountIdsFields).account_ids ?? []
}

const limitFields = z.object({ limit: integerish })
const titleFields = z.object({
  title: textish,
  replies_policy: wordOf(['followed', 'list', 'none']),
  exclusive: booleanish,
})
const accountIdsFields = z.object({ account_ids: idsOf<AccountId>() })
