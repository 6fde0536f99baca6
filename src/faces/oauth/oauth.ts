import { type RequestHandler, Router } from 'express'
import { answerErrors } from '../http/errors.ts'
import { createLimits } from '../http/limits.ts'
import { asOAuthError } from './errors.ts'
import { introspectRoute, revokeRoute } from './introspect.ts'
import { metadataRoutes } from './metadata.ts'
import { pushRoute } from './par.ts'
import type { OAuthParts } from './parts.ts'
import { registerRoute } from './register-app.ts'
import { tokenRoute } from './token.ts'
import { userInfoRoute } from './user-info.ts'

/** The authorization server: for this API and for Mastodon's, the same apps, grants and tokens. */
export function oauthRoutes(parts: OAuthParts): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  router.use(oauthTokens(parts))
  return router
}

/** What apps ask for themselves, without anybody looking on. */
export function oauthTokens(parts: OAuthParts): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  const limits = createLimits({ db: parts.world.db, config: parts.config, log: parts.log })
  router.use(
    metadataRoutes(parts),
    tokenRoute(parts, limits),
    revokeRoute(parts, limits),
    introspectRoute(parts, limits),
    registerRoute(parts, limits),
    pushRoute(parts, limits),
    userInfoRoute(parts, limits),
  )
  router.use(answerErrors(parts.log, asOAuthError(parts.config.origin)))
  return router
}
