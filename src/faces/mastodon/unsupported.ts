import { type RequestHandler, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import type { MastodonParts } from './parts.ts'

/** What the documented API has and this server does not: said so, and not by accident. */
const unsupported: readonly (readonly [path: string, what: string])[] = [
  ['/api/v1_alpha/async_refreshes/:id', 'Asynchronous refreshing'],
  ['/api/v1/annual_reports{/*rest}', 'The annual report'],
  ['/api/v1/collections{/*rest}', 'Collections of accounts'],
  ['/api/v1/accounts/:id/collections', 'Collections of accounts'],
  ['/api/v1/accounts/:id/in_collections', 'Collections of accounts'],
  ['/api/v1/statuses/:id/card', 'A card without its post'],
  ['/api/v1/accounts/:id/email_subscriptions', 'Following by e-mail'],
  ['/api/v1/donation_campaigns', 'Asking for donations'],
  ['/api/oembed', 'oEmbed'],
  ['/api/proofs', 'Proofs of identity'],
]

export function unsupportedRoutes(_parts: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  for (const [path, what] of unsupported) router.all(path, () => refuse('api.unsupported', { what }))
  return router
}
