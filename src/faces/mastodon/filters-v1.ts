import { type Request, type RequestHandler, Router } from 'express'
import { type FilterKeywordId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { removeKeyword } from '../../domain/filters/contents.ts'
import { filtersOf, requireKeyword } from '../../domain/filters/find.ts'
import { changeFilter, createFilter } from '../../domain/filters/keep.ts'
import { v1FilterFrom } from '../../translate/to-mastodon/filter.ts'
import { readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { v1WordsFrom } from './filter-fields.ts'
import { onUpdate } from './on-update.ts'
import type { MastodonParts } from './parts.ts'

const idIn = (req: Request) => readId<FilterKeywordId>(String(req.params.id))
const reads = requires('read:filters')
const writes = requires('write:filters')

/** /api/v1/filters: each keyword of the filters of the second version, as if it were a filter. */
export function v1FilterRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/filters', reads, async (req, res) => {
    const filters = await filtersOf(db, signedIn(req).id)
    res.json(filters.flatMap((filter) => filter.keywords.map((keyword) => v1FilterFrom(filter, keyword))))
  })
  router.post('/api/v1/filters', writes, async (req, res) => {
    const { filter: words, keyword } = v1WordsFrom(await readParams(req))
    const filter = await createFilter(world, signedIn(req), {
      ...words,
      title: keyword.keyword ?? refuse('filter.keyword'),
      keywords: [keyword],
    })
    const [first = refuse('filter.keyword')] = filter.keywords
    res.json(v1FilterFrom(filter, first))
  })
  router.get('/api/v1/filters/:id', reads, async (req, res) => {
    const { filter, keyword } = await requireKeyword(db, signedIn(req).id, idIn(req))
    res.json(v1FilterFrom(filter, keyword))
  })
  const change: RequestHandler = async (req, res) => {
    const account = signedIn(req)
    const words = v1WordsFrom(await readParams(req))
    const { filter, keyword } = await requireKeyword(db, account.id, idIn(req as Request))
    const said = Object.values(words.filter).some((value) => value !== undefined)
    // What is said of the one keyword would change the others with it.
    if (filter.keywords.length > 1 && said) refuse('filter.shared')
    const changed = await changeFilter(world, account, filter.id, {
      ...words.filter,
      keywords: [{ ...words.keyword, id: keyword.id }],
    })
    res.json(v1FilterFrom(changed, changed.keywords.find(({ id }) => id === keyword.id) ?? keyword))
  }
  onUpdate(router, '/api/v1/filters/:id', writes, change)
  router.delete('/api/v1/filters/:id', writes, async (req, res) => {
    await removeKeyword(world, signedIn(req), idIn(req), true)
    res.json({})
  })
  return router
}
