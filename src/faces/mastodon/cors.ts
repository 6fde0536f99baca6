import type { RequestHandler } from 'express'

const EXPOSED =
  'Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, Mastodon-Async-Refresh, Retry-After, WWW-Authenticate, ETag, Deprecation'
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
/** A day, though browsers cut it to two hours at most. */
const MAX_AGE = '86400'
const USUAL = 'Authorization, Content-Type, Idempotency-Key'

/**
 * Opens the API to the pages of every site, never with credentials: a cookie counts for nothing here, and an app that has
 * a token sends it itself. Answers OPTIONS, whoever asks, with all that may be done and whatever headers were asked for.
 */
export const openApi: RequestHandler = (req, res, next) => {
  res.setHeader('Access-Control-Allow-Origin', '*')
  res.setHeader('Access-Control-Expose-Headers', EXPOSED)
  if (req.method !== 'OPTIONS') return next()
  const asked = req.headers['access-control-request-headers']
  res.writeHead(204, {
    Allow: METHODS,
    'Access-Control-Allow-Methods': METHODS,
    // `*` would leave out Authorization.
    'Access-Control-Allow-Headers':
      asked !== undefined && /^[\w-]+(?:\s*,\s*[\w-]+){0,50}$/.test(asked) ? asked : USUAL,
    'Access-Control-Max-Age': MAX_AGE,
    Vary: 'Access-Control-Request-Headers',
  })
  res.end()
}
