import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { type AccountId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import { dismissNotices } from '../../domain/notifications/clear.ts'
import { takeNoticesFrom } from '../../domain/notifications/policy.ts'
import { requestFrom } from '../../translate/to-mastodon/notification-policy.ts'
import { listNoticeRequests, type NoticeRequest } from '../../views/notice-requests.ts'
import { listHeldIds } from '../../views/notifications.ts'
import { idsOf } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { NOTIFICATIONS, shownFor } from './notification-parts.ts'
import { endsOf, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { tellingFor } from './status-pages.ts'

const REQUESTS = '/api/v1/notifications/requests'
type Act = (owner: LocalAccount, senders: readonly AccountId[]) => Promise<void>

/** /api/v1/notifications/requests: of whom something is kept back, by their ids, for its owner to take or leave. */
export function notificationRequestRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  const requestsFrom = async (req: Request, requests: readonly NoticeRequest[]) => {
    const { accounts, statuses } = await shownFor(
      world,
      req,
      requests.map(({ fromId }) => fromId),
      requests.map(({ lastPostId }) => lastPostId),
    )
    const telling = tellingFor(world, req)
    return requests.flatMap((request) => {
      const from = accounts.get(request.fromId)
      const last = request.lastPostId === null ? undefined : statuses.get(request.lastPostId)
      return from ? [requestFrom(request, from, last, telling)] : []
    })
  }
  const requestIn = async (req: Request): Promise<NoticeRequest> => {
    const id = readId<AccountId>(String(req.params.id)) ?? refuse('not-found')
    const [request] = await listNoticeRequests(db, signedIn(req).id, id)
    return request ?? refuse('not-found')
  }
  const take: Act = (owner, senders) => takeNoticesFrom(world, owner, senders)
  const leave: Act = async (owner, senders) =>
    dismissNotices(world, owner, await listHeldIds(db, owner.id, senders))

  router.get(REQUESTS, requires('read:notifications'), async (req, res) => {
    const page = pageFrom(await readParams(req), NOTIFICATIONS)
    const requests = await listNoticeRequests(db, signedIn(req).id, page)
    const keys = requests.map(({ fromId }) => fromId)
    sendPage(req, res, await requestsFrom(req, requests), endsOf(keys, page))
  })
  // What is taken is there at once.
  router.get(`${REQUESTS}/merged`, requires('read:notifications'), (_req, res) => {
    res.json({ merged: true })
  })
  for (const [word, act] of [
    ['accept', take],
    ['dismiss', leave],
  ] as const) {
    router.post(`${REQUESTS}/${word}`, requires('write:notifications'), async (req, res) => {
      const { id: senders = [] } = (await readParams(req)).read(idFields)
      await act(signedIn(req), senders)
      res.json({})
    })
    router.post(`${REQUESTS}/:id/${word}`, requires('write:notifications'), async (req, res) => {
      await act(signedIn(req), [(await requestIn(req)).fromId])
      res.json({})
    })
  }
  router.get(`${REQUESTS}/:id`, requires('read:notifications'), async (req, res) => {
    const [request] = await requestsFrom(req, [await requestIn(req)])
    res.json(request ?? refuse('not-found'))
  })

  return router
}

const idFields = z.object({ id: idsOf<AccountId>() })
