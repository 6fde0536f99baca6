import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { type AnnouncementId, readId } from '../../base/ids.ts'
import {
  dismissAnnouncement,
  reactToAnnouncement,
  unreactToAnnouncement,
} from '../../domain/announcements/react.ts'
import { announcementFrom } from '../../translate/to-mastodon/announcement.ts'
import { listAnnouncements } from '../../views/announcements.ts'
import { booleanish } from '../http/param-fields.ts'
import { queryParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { onUpdate } from './on-update.ts'
import type { MastodonParts } from './parts.ts'

const idIn = (req: Request) => readId<AnnouncementId>(String(req.params.id))
const nameIn = (req: Request) => String(req.params.name)

/** /api/v1/announcements: what those who look after this server tell everybody, and what people think of it. */
export function announcementRoutes({ world }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/announcements', requires('read:accounts'), async (req, res) => {
    const { with_dismissed: dismissed = false } = queryParams(req).read(withDismissedFields)
    const query = { readerId: signedIn(req).id, now: world.clock.now(), dismissed }
    const announcements = await listAnnouncements(world.db, query)
    res.json(announcements.map((view) => announcementFrom(view, world.uris)))
  })

  router.post('/api/v1/announcements/:id/dismiss', requires('write:accounts'), async (req, res) => {
    await dismissAnnouncement(world, signedIn(req), idIn(req))
    res.json({})
  })

  const reactions = '/api/v1/announcements/:id/reactions/:name'
  onUpdate(router, reactions, requires('write:favourites'), async (req, res) => {
    await reactToAnnouncement(world, signedIn(req), idIn(req), nameIn(req))
    res.json({})
  })
  router.delete(reactions, requires('write:favourites'), async (req, res) => {
    await unreactToAnnouncement(world, signedIn(req), idIn(req), nameIn(req))
    res.json({})
  })

  return router
}

const withDismissedFields = z.object({ with_dismissed: booleanish })
