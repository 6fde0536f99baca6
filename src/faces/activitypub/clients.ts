import { type RequestHandler, Router } from 'express'
import { readBearer } from '../http/auth.ts'
import { autocompleteRoute } from './autocomplete.ts'
import type { ClientParts } from './client-parts.ts'
import { outboxRoute } from './outbox/route.ts'
import { ownedRoutes } from './owned/route.ts'
import { proxyRoute } from './proxy.ts'
import { streamRoutes } from './streams/route.ts'
import { uploadRoute } from './upload/route.ts'

/**
 * The ActivityPub client-to-server API: what people here do and read through apps, with an access token. Stands before the
 * surface that other servers read; what needs no token, or is not there, goes on to it.
 */
export function clientRoutes(parts: ClientParts): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  router.use(readBearer(parts))
  for (const part of routers) router.use(part(parts))
  return router
}

/** Each answers its own paths and lets all others go on. */
const routers: readonly ((parts: ClientParts) => RequestHandler)[] = [
  streamRoutes,
  proxyRoute,
  outboxRoute,
  ownedRoutes,
  autocompleteRoute,
  uploadRoute,
]
