import { type RequestHandler, Router } from 'express'
import type { World } from '../../domain/world.ts'
import { accountFrom } from '../../translate/to-mastodon/account.ts'
import { statusFrom } from '../../translate/to-mastodon/status.ts'
import { tagFrom } from '../../translate/to-mastodon/tag.ts'
import { type MastodonTrendingLink, trendingLinkFrom } from '../../translate/to-mastodon/trend.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { viewStatuses } from '../../views/statuses.ts'
import {
  listTrendingLinks,
  listTrendingPosts,
  listTrendingTags,
  type TrendingLink,
} from '../../views/trends.ts'
import { queryParams } from '../http/read-params.ts'
import { requiresIfGiven, viewerOf } from './auth.ts'
import { offsetFrom, sendOffsetPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { tellingFor } from './status-pages.ts'

/** Everybody may read these; the app of somebody that may read nothing may not. */
const ANY = ['read', 'read:statuses', 'read:accounts', 'read:search'] as const
const TAGS = { usual: 10, most: 20 }
const LINKS = { usual: 10, most: 20 }
const STATUSES = { usual: 20, most: 40 }

/** /api/v1/trends: the tags, posts and links that many speak of now. */
export function trendRoutes({ world }: MastodonParts): RequestHandler {
  const { db, uris, clock } = world
  const router = Router({ caseSensitive: true })

  router.get(['/api/v1/trends', '/api/v1/trends/tags'], requiresIfGiven(ANY), async (req, res) => {
    const part = offsetFrom(queryParams(req), TAGS)
    const tags = await listTrendingTags(db, viewerOf(req), part, clock.now())
    sendOffsetPage(
      req,
      res,
      tags.map((tag) => tagFrom(tag, uris)),
      part,
    )
  })

  router.get('/api/v1/trends/statuses', requiresIfGiven('read:statuses'), async (req, res) => {
    const part = offsetFrom(queryParams(req), STATUSES)
    const viewer = viewerOf(req)
    const ids = (await listTrendingPosts(db, viewer, part)).map(({ id }) => id)
    const telling = tellingFor(world, req)
    const body = (await viewStatuses(db, ids, viewer)).map((view) => statusFrom(view, telling))
    sendOffsetPage(req, res, body, part, ids.length)
  })

  router.get('/api/v1/trends/links', requiresIfGiven(ANY), async (req, res) => {
    const part = offsetFrom(queryParams(req), LINKS)
    sendOffsetPage(req, res, await tellLinks(world, await listTrendingLinks(db, part, clock.now())), part)
  })

  return router
}

/** Pages that many link to, with the accounts of those who made them. */
export async function tellLinks(
  { db, uris }: Pick<World, 'db' | 'uris'>,
  links: readonly TrendingLink[],
): Promise<readonly MastodonTrendingLink[]> {
  const authors = await viewAccounts(
    db,
    links.flatMap(({ card }) => card.author?.id ?? []),
  )
  return links.map((link) => {
    const author = link.card.author && authors.get(link.card.author.id)
    return trendingLinkFrom(link, author ? accountFrom(author, uris) : null)
  })
}
