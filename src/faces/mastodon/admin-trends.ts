import { type Request, type RequestHandler, Router } from 'express'
import { type PostId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Reviewed } from '../../domain/trends/find.ts'
import { reviewTrend } from '../../domain/trends/review.ts'
import { statusFrom } from '../../translate/to-mastodon/status.ts'
import { adminTagFrom, publisherFrom } from '../../translate/to-mastodon/trend.ts'
import { viewStatuses } from '../../views/statuses.ts'
import {
  listPublishers,
  listTrendingLinks,
  listTrendingPosts,
  listTrendingTags,
  type TrendingLink,
  viewLinkForStaff,
  viewPostDecision,
  viewTagForStaff,
} from '../../views/trends.ts'
import { queryParams } from '../http/read-params.ts'
import { adminsOnly, staffOf } from './admin-auth.ts'
import { viewerOf } from './auth.ts'
import { offsetFrom, sendOffsetPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { tellingFor } from './status-pages.ts'
import { tellLinks } from './trends.ts'

const PART = { usual: 20, most: 100 }

/** /api/v1/admin/trends: all that many speak of, and what may be shown of it. What nobody decided about is shown. */
export function adminTrendRoutes(parts: MastodonParts): RequestHandler {
  const { world } = parts
  const { db, uris, clock } = world
  const requiresAdmin = adminsOnly(parts)
  const router = Router({ caseSensitive: true })

  /** A list, and the two decisions about each of it. */
  const reviewed = (
    path: string,
    kind: Reviewed,
    list: (req: Request, part: { offset: number; limit: number }) => Promise<readonly unknown[]>,
    one: (req: Request, id: string) => Promise<unknown>,
  ) => {
    const base = `/api/v1/admin/trends/${path}`
    router.get(base, ...requiresAdmin('admin:read'), async (req, res) => {
      const part = offsetFrom(queryParams(req), PART)
      sendOffsetPage(req, res, await list(req, part), part)
    })
    for (const [word, approved] of [
      ['approve', true],
      ['reject', false],
    ] as const)
      router.post(`${base}/:id/${word}`, ...requiresAdmin('admin:write'), async (req, res) => {
        const id = readId<string>(String(req.params.id)) ?? refuse('not-found')
        await reviewTrend(world, staffOf(req).account, kind, id, approved)
        res.json((await one(req, id)) ?? refuse('not-found'))
      })
  }

  reviewed(
    'tags',
    'tag',
    async (_req, part) => {
      const tags = await listTrendingTags(db, undefined, part, clock.now(), 'staff')
      return tags.map((tag) => adminTagFrom(tag, uris))
    },
    async (_req, id) => {
      const tag = await viewTagForStaff(db, id, clock.now())
      return tag && adminTagFrom(tag, uris)
    },
  )

  const tellPosts = async (
    req: Request,
    posts: readonly { readonly id: PostId; readonly approved: boolean | null }[],
  ) => {
    const ids = posts.map(({ id }) => id)
    const decided = new Map(posts.map(({ id, approved }) => [id, approved]))
    const telling = tellingFor(world, req)
    return (await viewStatuses(db, ids, viewerOf(req))).map((view) => ({
      ...statusFrom(view, telling),
      requires_review: (decided.get(view.post.id) ?? null) === null,
    }))
  }
  reviewed(
    'statuses',
    'post',
    async (req, part) => tellPosts(req, await listTrendingPosts(db, viewerOf(req), part, 'staff')),
    async (req, text) => {
      const id = text as PostId
      return (await tellPosts(req, [{ id, approved: await viewPostDecision(db, id) }]))[0]
    },
  )

  const tellLinksToStaff = async (links: readonly TrendingLink[]) =>
    (await tellLinks(world, links)).map((told, n) => ({
      id: links[n]?.id,
      ...told,
      requires_review: links[n]?.approved === null,
    }))
  reviewed(
    'links/publishers',
    'publisher',
    async (_req, part) => (await listPublishers(db, part)).map(publisherFrom),
    async (_req, id) => (await listPublishers(db, { offset: 0, limit: 1, id })).map(publisherFrom)[0],
  )
  reviewed(
    'links',
    'link',
    async (_req, part) => tellLinksToStaff(await listTrendingLinks(db, part, clock.now(), 'staff')),
    async (_req, id) => {
      const link = await viewLinkForStaff(db, id, clock.now())
      return link && (await tellLinksToStaff([link]))[0]
    },
  )

  return router
}
