import { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import { readBearer } from '../http/auth.ts'
import { answerErrors } from '../http/errors.ts'
import { loadedLater } from '../http/later.ts'
import { checkUrl } from '../http/params.ts'
import { accountBesideRoutes } from './account-beside.ts'
import { accountSetRoutes } from './account-sets.ts'
import { accountRoutes } from './accounts.ts'
import { adminTrendRoutes } from './admin-trends.ts'
import { announcementRoutes } from './announcements.ts'
import { appRoutes } from './apps.ts'
import { conversationRoutes } from './conversations.ts'
import { openApi } from './cors.ts'
import { defaultImages } from './default-images.ts'
import { discoveryRoutes } from './discovery.ts'
import { asMastodonError } from './errors.ts'
import { filterRoutes } from './filters.ts'
import { v1FilterRoutes } from './filters-v1.ts'
import { instanceRoutes } from './instance.ts'
import { moreInstanceRoutes } from './instance-more.ts'
import { keptRoutes } from './kept.ts'
import { keptAwayRoutes } from './kept-away.ts'
import { apiLimits } from './limits.ts'
import { listRoutes } from './lists.ts'
import { markerRoutes } from './markers.ts'
import { mediaRoutes } from './media.ts'
import { notificationGroupRoutes } from './notification-groups.ts'
import { notificationPolicyRoutes } from './notification-policy.ts'
import { notificationRequestRoutes } from './notification-requests.ts'
import { notificationRoutes } from './notifications.ts'
import type { MastodonParts } from './parts.ts'
import { pollRoutes } from './polls.ts'
import { preferenceRoutes } from './preferences.ts'
import { profileRoutes } from './profile.ts'
import { pushRoutes } from './push.ts'
import { quoteRoutes } from './quotes.ts'
import { relationshipRoutes } from './relationships.ts'
import { reportRoutes } from './reports.ts'
import { scheduledRoutes } from './scheduled.ts'
import { searchRoutes } from './search.ts'
import { signUpRoutes } from './sign-up.ts'
import { statusAboutRoutes } from './status-about.ts'
import { statusActRoutes } from './status-acts.ts'
import { statusChangeRoutes } from './status-change.ts'
import { statusRoutes } from './statuses.ts'
import { streamingRoutes } from './streaming/routes.ts'
import { takeToken } from './streaming/token.ts'
import { tagRoutes } from './tags.ts'
import { timelineRoutes } from './timelines.ts'
import { trendRoutes } from './trends.ts'
import { unsupportedRoutes } from './unsupported.ts'

/**
 * The API of Mastodon, for the apps that are made for it. Its words (status, reblog, favourite) are spoken here and in
 * `translate/to-mastodon` alone; everywhere else these are posts, boosts and likes.
 */
export function mastodonRoutes(parts: MastodonParts): RequestHandler {
  const { log, world } = parts
  const limits = apiLimits(parts)
  const router = Router({ caseSensitive: true })
  router.use(defaultImages())
  router.use(openApi, checkUrl, takeToken, readBearer(parts))
  // A token that does not hold is counted against where it came from.
  router.use(((error, req, res, next) =>
    limits.all(req, res, () => next(error))) satisfies ErrorRequestHandler)
  router.use(limits.all)
  router.use((_req, res, next) => {
    res.locals.origin = world.uris.origin
    res.setHeader('Cache-Control', 'private, no-store')
    next()
  })
  for (const part of routers) router.use(part(parts))
  router.use(() => refuse('api.no-method'))
  router.use(answerErrors(log, asMastodonError))
  return router
}

/** Each answers its own paths, written in full, and lets all others go on. */
const routers: readonly ((parts: MastodonParts) => RequestHandler)[] = [
  appRoutes,
  signUpRoutes,
  instanceRoutes,
  moreInstanceRoutes,
  preferenceRoutes,
  relationshipRoutes,
  reportRoutes,
  laterAdminRoutes,
  profileRoutes,
  accountSetRoutes,
  accountBesideRoutes,
  accountRoutes,
  keptAwayRoutes,
  timelineRoutes,
  listRoutes,
  markerRoutes,
  filterRoutes,
  conversationRoutes,
  v1FilterRoutes,
  tagRoutes,
  announcementRoutes,
  statusRoutes,
  statusChangeRoutes,
  statusActRoutes,
  statusAboutRoutes,
  quoteRoutes,
  keptRoutes,
  mediaRoutes,
  pollRoutes,
  notificationPolicyRoutes,
  notificationRequestRoutes,
  notificationRoutes,
  notificationGroupRoutes,
  pushRoutes,
  scheduledRoutes,
  searchRoutes,
  streamingRoutes,
  trendRoutes,
  discoveryRoutes,
  adminTrendRoutes,
  unsupportedRoutes,
]

/** Few look after the server, and rarely: loaded by the first request of one. */
function laterAdminRoutes(parts: MastodonParts): RequestHandler {
  return loadedLater(
    ({ path }) => /^\/api\/v[12]\/admin\//.test(path),
    async () => (await import('./admin.ts')).adminRoutes(parts),
    { soon: false },
  )
}
