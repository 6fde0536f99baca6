import { type RequestHandler, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import { requires } from './auth.ts'
import type { MastodonParts } from './parts.ts'

/** /api/v1/announcements: this server makes none, so there are none to be read, put away or reacted to. */
export function announcementRoutes(_parts: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  router.get('/api/v1/announcements', requires('read:accounts'), (_req, res) => {
    res.json([])
  })
  router.post('/api/v1/announcements/:id/dismiss', requires('write:accounts'), () => refuse('not-found'))
  router.put('/api/v1/announcements/:id/reactions/:name', requires('write:favourites'), () =>
    refuse('not-found'),
  )
  router.delete('/api/v1/announcements/:id/reactions/:name', requires('write:favourites'), () =>
    refuse('not-found'),
  )
  return router
}
