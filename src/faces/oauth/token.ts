import { type Request, type RequestHandler, type Response, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import { type Client, isStrict } from '../../domain/grants/client.ts'
import { exchangeCode, type GivenToken } from '../../domain/grants/code.ts'
import { issueToken } from '../../domain/grants/issue.ts'
import { createNonces, type Nonces } from '../../domain/grants/nonces.ts'
import { refreshGrant } from '../../domain/grants/refresh.ts'
import { isWithin, scopesFrom, textOf, withoutAdmin } from '../../domain/grants/scopes.ts'
import { crossOrigin } from '../http/cors.ts'
import type { Limits } from '../http/limits.ts'
import { authenticateClient, requireForm } from './client-auth.ts'
import { answerOnce, type Fields, fieldsOf, isForm, readLooseBody } from './fields.ts'
import type { OAuthParts } from './parts.ts'
import { provenKey } from './proofs.ts'

/** `POST /oauth/token`: apps get tokens for codes, for refresh tokens, and as themselves. */
export function tokenRoute(parts: OAuthParts, limits: Limits): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  const nonces = createNonces(parts.config.secret.reveal(), parts.world.clock)
  router.all(
    '/oauth/token',
    crossOrigin('POST'),
    limits.limit('token'),
    ...readLooseBody,
    async (req, res) => {
      const client = await authenticateClient(parts, req)
      await limits.count('tokenClient', client.id)
      requireForm(client, isForm(req))
      const fields = fieldsOf(req)
      const given = await give({ ...parts, nonces }, req, res, client, fields)
      answerOnce(res, tokenAnswer(client, given))
    },
  )
  return router
}

async function give(
  parts: OAuthParts & { readonly nonces: Nonces },
  req: Request,
  res: Response,
  client: Client,
  fields: Fields,
): Promise<GivenToken> {
  const { world } = parts
  const grantType = required(fields, 'grant_type')
  if (!['authorization_code', 'refresh_token', 'client_credentials'].includes(grantType)) {
    refuse('oauth.unsupported-grant-type')
  }
  const dpopJkt = await provenKey(parts, req, res, { client, uri: world.uris.oauth.token })
  if (grantType === 'authorization_code') {
    const code = required(fields, 'code')
    const { redirect_uri: redirectUri, code_verifier: verifier } = fields
    return exchangeCode(world, client, { code, redirectUri, verifier, dpopJkt })
  }
  if (grantType === 'refresh_token') {
    const refreshToken = required(fields, 'refresh_token')
    return refreshGrant(world, client, { refreshToken, scope: fields.scope, dpopJkt })
  }
  return giveToItself(parts, client, fields.scope)
}

/** A token of the app as itself, for nobody: only apps of the Mastodon API know what to do with one. */
async function giveToItself({ world }: OAuthParts, client: Client, scope: string | undefined) {
  if (isStrict(client) || client.secretHash === null) refuse('oauth.unauthorized-client')
  const registered = withoutAdmin(scopesFrom(client.scopes ?? 'read'))
  const scopes = scopesFrom(scope ?? 'read')
  if (!isWithin(scopes, registered)) refuse('oauth.invalid-scope')
  const issued = await issueToken(world, { accountId: null, clientId: client.id, scopes })
  return { ...issued, accountUri: null }
}

function required(fields: Fields, name: string): string {
  return fields[name] ?? refuse('oauth.invalid-request', { reason: `${name} is missing` })
}

/** RFC 6749 §5.1, with whose it is in both names that are in use for that, and with Mastodon's time of birth. */
function tokenAnswer(client: Client, given: GivenToken) {
  const seconds = (time: Date) => Math.floor(time.getTime() / 1000)
  const issued = seconds(given.issuedAt)
  return {
    access_token: given.accessToken,
    token_type: given.dpopJkt === null ? 'Bearer' : 'DPoP',
    ...(given.expiresAt !== null && { expires_in: seconds(given.expiresAt) - issued }),
    ...(given.refreshToken !== undefined && { refresh_token: given.refreshToken }),
    scope: textOf(given.scopes),
    ...(!isStrict(client) && { created_at: issued }),
    ...(given.accountUri !== null && { activitypub_actor_id: given.accountUri, me: given.accountUri }),
  }
}
