import { type Request, type RequestHandler, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import { type Asker, introspectToken, type TokenState } from '../../domain/grants/introspect.ts'
import { revokeToken } from '../../domain/grants/revoke.ts'
import { grantOf, readBearer } from '../http/auth.ts'
import { crossOrigin } from '../http/cors.ts'
import type { Limits } from '../http/limits.ts'
import { authenticateClient, requireForm } from './client-auth.ts'
import { answerOnce, fieldsOf, isForm, readBody, readLooseBody } from './fields.ts'
import type { OAuthParts } from './parts.ts'

/**
 * `POST /oauth/introspect`: what a token is good for, told to the app that it was given to and to whoever holds it; of
 * all other tokens nobody learns more than that they are not good for the asker (RFC 7662).
 */
export function introspectRoute(parts: OAuthParts, limits: Limits): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  const before = [crossOrigin('POST'), limits.limit('token'), ...readBody, readBearer(parts)]
  router.all('/oauth/introspect', ...before, async (req, res) => {
    const asker = await askerOf(parts, req)
    const state = await introspectToken(parts.world, asker, tokenIn(req))
    answerOnce(res, state ? introspection(state, parts.world.uris.origin) : { active: false })
  })
  return router
}

/** `POST /oauth/revoke`: an app gives a token back (RFC 7009). What it gives back need not be one. */
export function revokeRoute(parts: OAuthParts, limits: Limits): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  router.all(
    '/oauth/revoke',
    crossOrigin('POST'),
    limits.limit('token'),
    ...readLooseBody,
    async (req, res) => {
      const client = await authenticateClient(parts, req)
      requireForm(client, isForm(req))
      const ended = await revokeToken(parts.world, client, tokenIn(req))
      if (ended !== undefined) parts.bearers.forget(ended)
      answerOnce(res, {})
    },
  )
  return router
}

async function askerOf(parts: OAuthParts, req: Request): Promise<Asker> {
  const grant = grantOf(req)
  return grant ? { grantId: grant.grantId } : { clientId: (await authenticateClient(parts, req)).id }
}

function tokenIn(req: Request): string {
  return fieldsOf(req).token ?? refuse('oauth.invalid-request', { reason: 'token is missing' })
}

function introspection(state: TokenState, issuer: string) {
  const seconds = (time: Date) => Math.floor(time.getTime() / 1000)
  const { accountUri, accountName, expiresAt, dpopJkt } = state
  return {
    active: true,
    scope: state.scope,
    client_id: state.clientId,
    ...(state.kind === 'access' && { token_type: dpopJkt === null ? 'Bearer' : 'DPoP' }),
    iss: issuer,
    iat: seconds(state.issuedAt),
    ...(expiresAt !== null && { exp: seconds(expiresAt) }),
    ...(accountName !== null && { username: accountName }),
    ...(accountUri !== null && { sub: accountUri, me: accountUri, activitypub_actor_id: accountUri }),
    ...(dpopJkt !== null && { cnf: { jkt: dpopJkt } }),
  }
}
