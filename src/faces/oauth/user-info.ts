import { type RequestHandler, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import { viewAccount } from '../../views/accounts.ts'
import { readBearer, requireBearer } from '../http/auth.ts'
import { crossOrigin } from '../http/cors.ts'
import type { Limits } from '../http/limits.ts'
import { answerOnce } from './fields.ts'
import type { OAuthParts } from './parts.ts'

/** `/oauth/userinfo`: whose token it is, in the words of OpenID Connect (Core §5.3). */
export function userInfoRoute(parts: OAuthParts, limits: Limits): RequestHandler {
  const { world } = parts
  const router = Router({ caseSensitive: true })
  const before = [crossOrigin('GET', 'POST'), limits.limit('token'), readBearer(parts)]
  router.all('/oauth/userinfo', ...before, async (req, res) => {
    const { account } = requireBearer(req, ['profile', 'read:accounts'])
    const view = (await viewAccount(world.db, account.id)) ?? refuse('token.invalid')
    answerOnce(res, {
      iss: world.uris.origin,
      sub: view.uri,
      name: view.displayName || view.name,
      preferred_username: view.name,
      profile: view.url,
      picture: view.avatarUrl ?? world.uris.missingAvatar,
    })
  })
  return router
}
