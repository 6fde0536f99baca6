import { type RequestHandler, Router } from 'express'
import type { MastodonParts } from './parts.ts'

/** /api/v1/apps: apps make themselves known. */
export function appRoutes(_parts: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  return router
}
