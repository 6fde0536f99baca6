import { type RequestHandler, type Response, Router } from 'express'
import type { Uris } from '../../base/uris.ts'
import { ASSERTION_ALGORITHMS, DPOP_ALGORITHMS } from '../../domain/grants/algorithms.ts'
import { SUPPORTED } from '../../domain/grants/scopes.ts'
import { crossOrigin } from '../http/cors.ts'
import { checkUrl } from '../http/params.ts'
import type { OAuthParts } from './parts.ts'

const SERVER = '/.well-known/oauth-authorization-server'
const RESOURCE = '/.well-known/oauth-protected-resource'

/** What an app reads first: where it is let in (RFC 8414), and that this is where for each thing here (RFC 9728). */
export function metadataRoutes({ world: { uris } }: OAuthParts): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  const server = serverMetadata(uris)
  router.all(SERVER, crossOrigin('GET'), (_req, res) => answer(res, server))
  router.all([RESOURCE, `${RESOURCE}/{*path}`], crossOrigin('GET'), checkUrl, (req, res) => {
    // Whoever asks compares it with the address that they have, letter by letter (RFC 9728 §3.3).
    answer(res, resourceMetadata(uris, uris.origin + req.originalUrl.slice(RESOURCE.length)))
  })
  return router
}

function answer(res: Response, value: unknown): void {
  res.setHeader('Cache-Control', 'public, max-age=300')
  res.json(value)
}

const METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']

function serverMetadata({ origin, oauth, about }: Uris) {
  return {
    issuer: origin,
    authorization_endpoint: oauth.authorize,
    token_endpoint: oauth.token,
    registration_endpoint: oauth.register,
    // where apps of the Mastodon API make themselves known, and learn who let them in
    app_registration_endpoint: `${origin}/api/v1/apps`,
    userinfo_endpoint: `${origin}/oauth/userinfo`,
    revocation_endpoint: oauth.revoke,
    introspection_endpoint: oauth.introspect,
    pushed_authorization_request_endpoint: oauth.push,
    require_pushed_authorization_requests: false,
    scopes_supported: SUPPORTED,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_endpoint_auth_methods_supported: METHODS,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
    activitypub_object_id_as_client_id: true,
    activitypub_universal_client_id: true,
    service_documentation: about,
  }
}

function resourceMetadata({ origin, about }: Uris, resource: string) {
  return {
    resource,
    authorization_servers: [origin],
    scopes_supported: SUPPORTED,
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    resource_documentation: about,
  }
}
