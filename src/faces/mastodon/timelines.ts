import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import { statusesText } from '../../translate/to-mastodon/status-text.ts'
import { viewHome } from '../../views/home.ts'
import {
  listDirectIds,
  listLinkingIds,
  listPublicIds,
  listTaggedIds,
  type OpenQuery,
} from '../../views/open-timelines.ts'
import { booleanish, listOf, textish } from '../http/param-fields.ts'
import { type Given, readParams } from '../http/read-params.ts'
import { requires, requiresIfGiven, signedIn, viewerOf } from './auth.ts'
import type { PageQuery } from './paging.ts'
import { linkPage, pageFrom } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { sendJson, sendStatuses, tellingFor } from './status-pages.ts'

export const STATUSES = { usual: 20, most: 40 }
/** As many tags beside the first one as Mastodon looks at, of each kind. */
const MOST_TAGS = 4

/** /api/v1/timelines: what there is to read, newest first. */
export function timelineRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })
  const send = (req: Request, res: Response, ids: readonly PostId[], page: PageQuery) =>
    sendStatuses(world, req, res, ids, page)

  router.get('/api/v1/timelines/home', requires('read:statuses'), async (req, res) => {
    const page = pageFrom(await readParams(req), STATUSES)
    const { views, found, newest, oldest } = await viewHome(db, signedIn(req).id, page)
    linkPage(req, res, { next: found >= page.limit ? oldest : undefined, prev: newest })
    sendJson(res, statusesText(views, tellingFor(world, req)))
  })

  router.get('/api/v1/timelines/public', requiresIfGiven('read:statuses'), async (req, res) => {
    const query = openQueryFrom(await readParams(req))
    await send(req, res, await listPublicIds(db, viewerOf(req), query), query)
  })

  router.get('/api/v1/timelines/tag/:hashtag', requiresIfGiven('read:statuses'), async (req, res) => {
    const params = await readParams(req)
    const { any = [], all = [], none = [] } = params.read(tagFields)
    const query = {
      ...openQueryFrom(params),
      any: namesIn([String(req.params.hashtag), ...any.slice(0, MOST_TAGS)]),
      all: namesIn(all.slice(0, MOST_TAGS)),
      none: namesIn(none.slice(0, MOST_TAGS)),
    }
    await send(req, res, await listTaggedIds(db, viewerOf(req), query), query)
  })

  router.get('/api/v1/timelines/link', requiresIfGiven('read:statuses'), async (req, res) => {
    const params = await readParams(req)
    const { url = '' } = params.read(urlFields)
    const page = pageFrom(params, STATUSES)
    await send(req, res, await listLinkingIds(db, viewerOf(req), url || refuse('not-found'), page), page)
  })

  // Long replaced by conversations, and still asked for by some.
  router.get('/api/v1/timelines/direct', requires('read:statuses'), async (req, res) => {
    const page = pageFrom(await readParams(req), STATUSES)
    await send(req, res, await listDirectIds(db, signedIn(req).id, page), page)
  })

  return router
}

const tagFields = z.object({ any: listOf(z.string()), all: listOf(z.string()), none: listOf(z.string()) })

function openQueryFrom(params: Given): OpenQuery {
  const { local, remote, only_media } = params.read(originFields)
  return {
    ...pageFrom(params, STATUSES),
    // Both together are everything, as neither is.
    ...(local !== remote && (local || remote) && { from: local ? 'here' : 'elsewhere' }),
    ...(only_media && { withMedia: true }),
  }
}

/** What is no hashtag stays as it is: nothing has it. */
function namesIn(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => hashtagFrom(tag)?.name ?? tag.toLowerCase()))]
}

const urlFields = z.object({ url: textish })
const originFields = z.object({ local: booleanish, remote: booleanish, only_media: booleanish })
