import { type RequestHandler, Router } from 'express'
import { adminAccountRoutes } from './admin-accounts.ts'
import { adminDomainRoutes } from './admin-domains.ts'
import { adminEntryRoutes } from './admin-entry.ts'
import { adminFigureRoutes } from './admin-figures.ts'
import { adminReportRoutes } from './admin-reports.ts'
import { adminTagRoutes } from './admin-tags.ts'
import type { MastodonParts } from './parts.ts'

/** /api/v1/admin and /api/v2/admin: for those who look after this server. */
export function adminRoutes(parts: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  for (const part of routers) router.use(part(parts))
  return router
}

const routers: readonly ((parts: MastodonParts) => RequestHandler)[] = [
  adminAccountRoutes,
  adminReportRoutes,
  adminDomainRoutes,
  adminEntryRoutes,
  adminTagRoutes,
  adminFigureRoutes,
]
