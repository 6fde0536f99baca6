import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { MarkedTimeline } from '../../db/tables/timelines.ts'
import { findMarkers } from '../../domain/markers/find.ts'
import { setMarkers } from '../../domain/markers/set.ts'
import { markersFrom } from '../../translate/to-mastodon/marker.ts'
import { idOf, listOf } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import type { MastodonParts } from './parts.ts'

const TIMELINES: readonly MarkedTimeline[] = ['home', 'notifications']
const place = z.object({ last_read_id: idOf<string>() }).optional()

/** /api/v1/markers: how far somebody has read, for all their apps. */
export function markerRoutes({ world }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/markers', requires('read:statuses'), async (req, res) => {
    const { timeline = [] } = (await readParams(req)).read(timelineFields)
    const asked = TIMELINES.filter((name) => timeline.includes(name))
    res.json(markersFrom(await findMarkers(world.db, signedIn(req).id, asked)))
  })

  router.post('/api/v1/markers', requires('write:statuses'), async (req, res) => {
    const fields = (await readParams(req)).read(placesFields)
    const places = TIMELINES.flatMap((name) => {
      const lastReadId = fields[name]?.last_read_id
      return lastReadId === undefined ? [] : [[name, lastReadId] as const]
    })
    res.json(markersFrom(await setMarkers(world, signedIn(req), new Map(places))))
  })

  return router
}

const timelineFields = z.object({ timeline: listOf(z.string()) })
const placesFields = z.object({ home: place, notifications: place })
