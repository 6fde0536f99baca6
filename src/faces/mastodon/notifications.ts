import { type Request, type RequestHandler, Router } from 'express'
import { type NotificationId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { findMarkers } from '../../domain/markers/find.ts'
import { clearNotices, dismissNotices } from '../../domain/notifications/clear.ts'
import { groupOf } from '../../domain/notifications/group.ts'
import { groupKeyOf } from '../../translate/to-mastodon/group-key.ts'
import { notificationText } from '../../translate/to-mastodon/notification.ts'
import { findRounded, findTold, type Told } from '../../views/notifications.ts'
import { listTold } from '../../views/told-pieces.ts'
import { readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { NOTIFICATIONS, shownFor, UNREAD, wantedFrom } from './notification-parts.ts'
import { endsOf, linkPage, pageFrom } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { sendJson, tellingFor } from './status-pages.ts'

/** /api/v1/notifications: what somebody is told, one by one. */
export function notificationRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  const textsOf = async (req: Request, items: readonly Told[]): Promise<string[]> => {
    const { accounts, statuses, staff } = await shownFor(
      world,
      req,
      items.map(({ fromId }) => fromId),
      items.map(({ postId }) => postId),
      items,
    )
    const telling = tellingFor(world, req)
    return items.flatMap((told) => {
      const from = accounts.get(told.fromId)
      const status = told.postId === null ? undefined : statuses.get(told.postId)
      if (!from || (told.postId !== null && !status)) return []
      return [
        notificationText(
          { told, groupKey: groupKeyOf(groupOf(told)), from, status, staff: staff.get(told.id) },
          telling,
        ),
      ]
    })
  }
  const toldIn = async (req: Request): Promise<Told> => {
    const id = readId<NotificationId>(String(req.params.id)) ?? refuse('not-found')
    return (await findTold(db, signedIn(req).id, id)) ?? refuse('not-found')
  }
  /** Push messages name a notification by a number: not every app has read all of its digits. */
  const nearIn = async (req: Request): Promise<Told> => {
    const id = readId<NotificationId>(String(req.params.id)) ?? refuse('not-found')
    const { id: ownerId } = signedIn(req)
    return (await findTold(db, ownerId, id)) ?? (await findRounded(db, ownerId, id)) ?? refuse('not-found')
  }

  router.get('/api/v1/notifications', requires('read:notifications'), async (req, res) => {
    const params = await readParams(req)
    const page = pageFrom(params, NOTIFICATIONS)
    const items = await listTold(db, signedIn(req).id, { ...page, ...wantedFrom(params) })
    const ends = endsOf(
      items.map(({ id }) => id),
      page,
    )
    linkPage(req, res, ends)
    sendJson(res, `[${(await textsOf(req, items)).join(',')}]`)
  })

  router.get('/api/v1/notifications/unread_count', requires('read:notifications'), async (req, res) => {
    const params = await readParams(req)
    const [read] = await findMarkers(db, signedIn(req).id, ['notifications'])
    const items = await listTold(db, signedIn(req).id, {
      ...wantedFrom(params),
      limit: pageFrom(params, UNREAD).limit,
      ...(read && { sinceId: read.lastReadId }),
    })
    res.json({ count: items.length })
  })

  router.post('/api/v1/notifications/clear', requires('write:notifications'), async (req, res) => {
    await clearNotices(world, signedIn(req))
    res.json({})
  })

  router.get('/api/v1/notifications/:id', requires('read:notifications'), async (req, res) => {
    const [notification] = await textsOf(req, [await nearIn(req)])
    sendJson(res, notification ?? refuse('not-found'))
  })

  router.post('/api/v1/notifications/:id/dismiss', requires('write:notifications'), async (req, res) => {
    await dismissNotices(world, signedIn(req), [(await toldIn(req)).id])
    res.json({})
  })
  // As it was before there was an address for each.
  router.post('/api/v1/notifications/dismiss', requires('write:notifications'), async (req, res) => {
    const { id } = (await readParams(req)).values
    await dismissNotices(world, signedIn(req), [readId<NotificationId>(String(id)) ?? refuse('not-found')])
    res.json({})
  })

  return router
}
