import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { readId, type ScheduledId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import { cancelScheduled, reschedulePost } from '../../domain/scheduled/schedule.ts'
import type { World } from '../../domain/world.ts'
import { type MastodonScheduledStatus, scheduledStatusFrom } from '../../translate/to-mastodon/scheduled.ts'
import { listScheduled, viewScheduled } from '../../views/scheduled.ts'
import { textish } from '../http/param-fields.ts'
import { queryParams, readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { onUpdate } from './on-update.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'

/** /api/v1/scheduled_statuses: what waits for its time. `POST /api/v1/statuses` makes them. */
export function scheduledRoutes({ world }: MastodonParts): RequestHandler {
  const { db, uris } = world
  const router = Router({ caseSensitive: true })

  router.get('/api/v1/scheduled_statuses', requires('read:statuses'), async (req, res) => {
    const page = pageFrom(queryParams(req), { usual: 20, most: 40 })
    const views = await listScheduled(db, signedIn(req).id, page)
    const ends = endsOf(
      views.map(({ id }) => id),
      page,
    )
    sendPage(
      req,
      res,
      views.map((view) => scheduledStatusFrom(view, uris)),
      ends,
    )
  })

  router.get('/api/v1/scheduled_statuses/:id', requires('read:statuses'), async (req, res) => {
    res.json(await tellScheduled(world, signedIn(req), idIn(req)))
  })

  onUpdate(router, '/api/v1/scheduled_statuses/:id', requires('write:statuses'), async (req, res) => {
    const [author, id] = [signedIn(req), idIn(req)]
    await tellScheduled(world, author, id)
    const { scheduled_at: at } = (await readParams(req)).read(scheduledAtFields)
    await reschedulePost(world, author, id, timeFrom(at) ?? refuse('scheduled.too-soon'))
    res.json(await tellScheduled(world, author, id))
  })

  router.delete('/api/v1/scheduled_statuses/:id', requires('write:statuses'), async (req, res) => {
    await cancelScheduled(world, signedIn(req), idIn(req))
    res.json({})
  })

  return router
}

function idIn(req: Request): ScheduledId {
  return readId<ScheduledId>(String(req.params.id)) ?? refuse('scheduled.not-found')
}

export async function tellScheduled(
  { db, uris }: Pick<World, 'db' | 'uris'>,
  author: LocalAccount,
  id: ScheduledId,
): Promise<MastodonScheduledStatus> {
  const view = await viewScheduled(db, author.id, id)
  return view ? scheduledStatusFrom(view, uris) : refuse('scheduled.not-found')
}

/** A time that says no zone is of the zone that all times here are of. @throws Refusal 'scheduled.time' */
export function timeFrom(text: string | undefined): Date | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const given = text.trim()
  const hasZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(given) || !given.includes(':')
  const time = new Date(hasZone ? given : `${given.replace(' ', 'T')}Z`)
  return Number.isNaN(time.getTime()) ? refuse('scheduled.time') : time
}

const scheduledAtFields = z.object({ scheduled_at: textish })
