import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import {
  type FilterId,
  type FilterKeywordId,
  type FilterPostId,
  type PostId,
  readId,
} from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import {
  addKeyword,
  changeKeyword,
  filterPost,
  removeKeyword,
  unfilterPost,
} from '../../domain/filters/contents.ts'
import { filtersOf, requireFilter, requireFilterPost, requireKeyword } from '../../domain/filters/find.ts'
import { changeFilter, createFilter, removeFilter } from '../../domain/filters/keep.ts'
import { filterFrom, filterKeywordFrom, filterStatusFrom } from '../../translate/to-mastodon/filter.ts'
import { viewPost } from '../../views/posts.ts'
import { idOf } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { filterWordsFrom, keywordWordsFrom } from './filter-fields.ts'
import { onUpdate } from './on-update.ts'
import type { MastodonParts } from './parts.ts'

const idIn = <Id extends string>(req: Request) => readId<Id>(String(req.params.id))
const reads = requires('read:filters')
const writes = requires('write:filters')

/** /api/v2/filters: what somebody does not want to come upon. */
export function filterRoutes(parts: MastodonParts): RequestHandler {
  const { world } = parts
  const { db } = world
  const router = Router({ caseSensitive: true })
  // Their paths look like those of filters.
  router.use(keywordRoutes(parts), statusRoutes(parts))

  router.get('/api/v2/filters', reads, async (req, res) => {
    res.json((await filtersOf(db, signedIn(req).id)).map(filterFrom))
  })
  router.post('/api/v2/filters', writes, async (req, res) => {
    const words = filterWordsFrom(await readParams(req))
    res.json(filterFrom(await createFilter(world, signedIn(req), words)))
  })
  router.get('/api/v2/filters/:id', reads, async (req, res) => {
    res.json(filterFrom(await requireFilter(db, signedIn(req).id, idIn(req))))
  })
  const change: RequestHandler = async (req, res) => {
    const words = filterWordsFrom(await readParams(req))
    res.json(filterFrom(await changeFilter(world, signedIn(req), idIn<FilterId>(req as Request), words)))
  }
  onUpdate(router, '/api/v2/filters/:id', writes, change)
  router.delete('/api/v2/filters/:id', writes, async (req, res) => {
    await removeFilter(world, signedIn(req), idIn(req))
    res.json({})
  })
  return router
}

function keywordRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })
  router.get('/api/v2/filters/:id/keywords', reads, async (req, res) => {
    const filter = await requireFilter(db, signedIn(req).id, idIn(req))
    res.json(filter.keywords.map(filterKeywordFrom))
  })
  router.post('/api/v2/filters/:id/keywords', writes, async (req, res) => {
    const words = keywordWordsFrom(await readParams(req))
    res.json(filterKeywordFrom(await addKeyword(world, signedIn(req), idIn(req), words)))
  })
  router.get('/api/v2/filters/keywords/:id', reads, async (req, res) => {
    const { keyword } = await requireKeyword(db, signedIn(req).id, idIn(req))
    res.json(filterKeywordFrom(keyword))
  })
  const change: RequestHandler = async (req, res) => {
    const words = keywordWordsFrom(await readParams(req))
    const id = idIn<FilterKeywordId>(req as Request)
    res.json(filterKeywordFrom(await changeKeyword(world, signedIn(req), id, words)))
  }
  onUpdate(router, '/api/v2/filters/keywords/:id', writes, change)
  router.delete('/api/v2/filters/keywords/:id', writes, async (req, res) => {
    await removeKeyword(world, signedIn(req), idIn(req))
    res.json({})
  })
  return router
}

function statusRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })
  router.get('/api/v2/filters/:id/statuses', reads, async (req, res) => {
    const filter = await requireFilter(db, signedIn(req).id, idIn(req))
    res.json(filter.posts.map(filterStatusFrom))
  })
  router.post('/api/v2/filters/:id/statuses', writes, async (req, res) => {
    const account = signedIn(req)
    const { status_id: postId } = (await readParams(req)).read(statusIdFields)
    const filter = await requireFilter(db, account.id, idIn(req))
    const post = postId && (await viewPost(db, postId, { accountId: account.id }))
    if (!post) return refuse('post.not-found')
    res.json(filterStatusFrom(await filterPost(world, account, filter.id, post.id)))
  })
  router.get('/api/v2/filters/statuses/:id', reads, async (req, res) => {
    const { post } = await requireFilterPost(db, signedIn(req).id, idIn(req))
    res.json(filterStatusFrom(post))
  })
  router.delete('/api/v2/filters/statuses/:id', writes, async (req, res) => {
    await unfilterPost(world, signedIn(req), idIn<FilterPostId>(req))
    res.json({})
  })
  return router
}

const statusIdFields = z.object({ status_id: idOf<PostId>() })
