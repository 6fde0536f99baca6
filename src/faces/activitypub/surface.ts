import { type RequestHandler, Router } from 'express'
import { createFederation, type FederationParts } from '../../federation/create.ts'
import type { Reading } from '../http/fedify.ts'
import { followersSync } from './followers-sync.ts'
import type { SurfaceParts } from './parts.ts'
import { activityPub } from './register.ts'

/** Makes the Fedify instance and everything that other servers can read from it. Fedify is loaded with this file. */
export function createSurface(
  parts: Omit<SurfaceParts, 'federation'>,
  federation: FederationParts,
): RequestHandler {
  const whole = { ...parts, federation: createFederation<Reading>(federation) }
  const router = Router({ caseSensitive: true, strict: true })
  router.use(followersSync(whole))
  router.use(activityPub(whole))
  return router
}
