import type { Request, RequestHandler } from 'express'
import { hashOf } from '../../../domain/grants/tokens.ts'
import type { Bearer } from '../../http/auth.ts'
import { addressOf } from '../../http/limits.ts'
import type { Holder } from '../../http/open-streams.ts'
import { scrub, wordsOf } from '../../http/query-tokens.ts'

export const STREAMING = '/api/v1/streaming'

/**
 * Browsers open sockets and streams by their address alone, so the token may stand in that, or where a protocol is named.
 * From here on it is where every other one is, and nowhere else.
 */
export const takeToken: RequestHandler = (req, _res, next) => {
  if (req.path !== STREAMING && !req.path.startsWith(`${STREAMING}/`)) return next()
  const { access_token: inQuery } = wordsOf(req)
  scrub(req, ['access_token'])
  const token = inQuery ?? protocolsOf(req)[0]
  if (req.headers.authorization === undefined && token !== undefined && token !== '')
    req.headers.authorization = `Bearer ${token}`
  next()
}

function protocolsOf(req: Request): string[] {
  const { 'sec-websocket-protocol': named = '' } = req.headers
  return named.split(',').map((each) => each.trim())
}

/** Who listens, and what ends it. */
export function holderOf(
  req: Request,
  { account, grantId, expiresAt }: Bearer,
  config: { readonly rateLimits: boolean; readonly trustedProxies: readonly string[] },
): Holder {
  const [, token = ''] = /^\S+ +(\S+)/.exec(req.headers.authorization ?? '') ?? []
  // Behind a proxy that nobody told us of everybody has the same address.
  const isKnown = config.trustedProxies.length > 0 || req.headers['x-forwarded-for'] === undefined
  const address = config.rateLimits && isKnown ? { address: addressOf(req) } : {}
  return { accountId: account.id, grantId, tokenHash: hashOf(token), expiresAt, ...address }
}
