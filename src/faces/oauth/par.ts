import { type Request, type RequestHandler, type Response, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import { askedFrom, isDeclined, readAuthorization } from '../../domain/grants/authorization.ts'
import type { Client } from '../../domain/grants/client.ts'
import { createNonces } from '../../domain/grants/nonces.ts'
import { PUSHED_SECONDS, pushRequest } from '../../domain/grants/requests.ts'
import { crossOrigin } from '../http/cors.ts'
import type { Limits } from '../http/limits.ts'
import { authenticateClient } from './client-auth.ts'
import { answerOnce, type Fields, fieldsOf, readBody } from './fields.ts'
import type { OAuthParts } from './parts.ts'
import { provenKey } from './proofs.ts'

/**
 * `POST /oauth/par`: an app sends what it wants ahead (RFC 9126), and then somebody with no more than the name of it. All is
 * checked as it would be there, and again when it is asked.
 */
export function pushRoute(parts: OAuthParts, limits: Limits): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  const { world, config } = parts
  const nonces = createNonces(config.secret.reveal(), world.clock)
  const keyOf = (req: Request, res: Response, client: Client) =>
    req.get('dpop') === undefined
      ? undefined
      : provenKey({ world, nonces }, req, res, { client, uri: world.uris.oauth.push })

  router.all('/oauth/par', crossOrigin('POST'), limits.limit('push'), ...readBody, async (req, res) => {
    const client = await authenticateClient(parts, req, { mayBeNew: true })
    const given = fieldsOf(req)
    if (given.request_uri !== undefined)
      refuse('oauth.invalid-request', { reason: 'request_uri is given out here' })
    const fields = withKey(given, await keyOf(req, res, client))
    const asked = askedFrom(
      new URLSearchParams({ ...fields, client_id: client.id } as Record<string, string>),
    )
    const read = readAuthorization(client, asked, config.origin)
    if (isDeclined(read)) {
      res.status(400)
      answerOnce(res, { error: read.error, error_description: read.description })
      return
    }
    const requestUri = await pushRequest(world, client.id, asked.parameters)
    res.status(201)
    answerOnce(res, { request_uri: requestUri, expires_in: PUSHED_SECONDS })
  })
  return router
}

/** A key that is proven now is the one that the tokens will be bound to (RFC 9449 §10.1). */
function withKey(fields: Fields, jkt: string | undefined): Fields {
  if (jkt === undefined) return fields
  const named = fields.dpop_jkt
  if (named !== undefined && named !== jkt)
    refuse('oauth.invalid-dpop-proof', { reason: 'dpop_jkt names another key' })
  return { ...fields, dpop_jkt: jkt }
}
