import { type RequestHandler, Router } from 'express'
import type { MastodonParts } from './parts.ts'

/** /api/v1/instance, /api/v2/instance and what is below them. */
export function instanceRoutes(_parts: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  return router
}
