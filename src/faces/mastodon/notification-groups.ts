import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import { refuse } from '../../base/refusal.ts'
import { findMarkers } from '../../domain/markers/find.ts'
import { dismissNotices } from '../../domain/notifications/clear.ts'
import { GROUPED_KINDS, type Group, type GroupedKind } from '../../domain/notifications/group.ts'
import { accountFrom } from '../../translate/to-mastodon/account.ts'
import { groupFromKey } from '../../translate/to-mastodon/group-key.ts'
import { noticeWord } from '../../translate/to-mastodon/notification.ts'
import { groupsText } from '../../translate/to-mastodon/notification-group.ts'
import { viewAccounts } from '../../views/accounts.ts'
import { countGroups, findGroup, type GroupView, listGroup, listGroups } from '../../views/notice-groups.ts'
import { listOf, wordOf } from '../http/param-fields.ts'
import { type Given, readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { NOTIFICATIONS, shownFor, UNREAD, wantedFrom } from './notification-parts.ts'
import { endsOf, linkPage, pageFrom, sendPage } from './paging.ts'
import type { MastodonParts } from './parts.ts'
import { sendJson, tellingFor } from './status-pages.ts'

const ACCOUNTS = { usual: 80, most: 80 }
/** As many of a group as can be dismissed at once. */
const WHOLE_GROUP = { limit: 10_000 }

/** /api/v2/notifications: what somebody is told, with what belongs together in one place. */
export function notificationGroupRoutes({ world }: MastodonParts): RequestHandler {
  const { db } = world
  const router = Router({ caseSensitive: true })

  const send = async (
    req: Request,
    res: Response,
    groups: readonly GroupView[],
    params: Given,
  ): Promise<void> => {
    const { expand_accounts: expand } = params.read(expanding)
    const shown = await shownFor(
      world,
      req,
      groups.flatMap(({ fromIds }) => fromIds),
      groups.map(({ postId }) => postId),
      groups.map(({ newestId, kind, aboutId }) => ({ id: newestId, kind, aboutId })),
    )
    sendJson(res, groupsText({ groups, ...shown }, tellingFor(world, req), expand === 'partial_avatars'))
  }

  router.get('/api/v2/notifications', requires('read:notifications'), async (req, res) => {
    const params = await readParams(req)
    const query = { ...pageFrom(params, NOTIFICATIONS), ...wantedFrom(params) }
    const { groups, ...ends } = await listGroups(db, signedIn(req).id, query, groupedIn(params))
    linkPage(req, res, ends)
    await send(req, res, groups, params)
  })

  router.get('/api/v2/notifications/unread_count', requires('read:notifications'), async (req, res) => {
    const params = await readParams(req)
    const [read] = await findMarkers(db, signedIn(req).id, ['notifications'])
    const { limit } = pageFrom(params, UNREAD)
    const query = { ...wantedFrom(params), limit, ...(read && { sinceId: read.lastReadId }) }
    res.json({ count: await countGroups(db, signedIn(req).id, query, groupedIn(params)) })
  })

  router.get('/api/v2/notifications/:group_key', requires('read:notifications'), async (req, res) => {
    const group = await findGroup(db, signedIn(req).id, groupIn(req))
    await send(req, res, [group ?? refuse('not-found')], await readParams(req))
  })

  router.get(
    '/api/v2/notifications/:group_key/accounts',
    requires('read:notifications'),
    async (req, res) => {
      const page = pageFrom(await readParams(req), ACCOUNTS)
      const items = await listGroup(db, signedIn(req).id, groupIn(req), page)
      const accounts = await viewAccounts(
        db,
        items.map(({ fromId }) => fromId),
        { waiting: true },
      )
      const body = items
        .flatMap(({ fromId }) => accounts.get(fromId) ?? [])
        .map((account) => accountFrom(account, world.uris))
      const keys = items.map(({ id }) => id)
      sendPage(req, res, body, endsOf(keys, page))
    },
  )

  router.post(
    '/api/v2/notifications/:group_key/dismiss',
    requires('write:notifications'),
    async (req, res) => {
      const owner = signedIn(req)
      const items = await listGroup(db, owner.id, groupIn(req), WHOLE_GROUP)
      await dismissNotices(
        world,
        owner,
        items.map(({ id }) => id),
      )
      res.json({})
    },
  )

  return router
}

const expanding = z.object({ expand_accounts: wordOf(['full', 'partial_avatars']) })

function groupIn(req: { readonly params: object }): Group {
  const { group_key: key } = req.params as Readonly<Record<string, unknown>>
  return groupFromKey(String(key)) ?? refuse('not-found')
}

/** All that can be told together is, unless an app says of which it wants that. */
function groupedIn(params: Given): readonly GroupedKind[] {
  const { grouped_types: words } = params.read(groupedTypesFields)
  return words === undefined
    ? GROUPED_KINDS
    : GROUPED_KINDS.filter((kind) => words.includes(noticeWord(kind)))
}

const groupedTypesFields = z.object({ grouped_types: listOf(z.string()) })
