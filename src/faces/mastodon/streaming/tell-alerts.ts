import type { NotificationId, PostId } from '../../../base/ids.ts'
import { groupOf } from '../../../domain/notifications/group.ts'
import type { World } from '../../../domain/world.ts'
import { groupKeyOf } from '../../../translate/to-mastodon/group-key.ts'
import { notificationFrom, wantedKinds } from '../../../translate/to-mastodon/notification.ts'
import { viewAccounts } from '../../../views/accounts.ts'
import { type LiveNotice, viewLiveNotices } from '../../../views/live-notices.ts'
import { type Reader, viewForMany } from '../../../views/many.ts'
import { viewStaffNotices } from '../../../views/staff-notices.ts'
import type { StatusView } from '../../../views/statuses.ts'
import type { Board } from './board.ts'
import type { Delivery, Happened } from './delivery.ts'
import { Message } from './message.ts'

/** Nobody who listens says what they know beside what is documented. */
const KINDS = new Set(wantedKinds({}))

/** What people are told, to themselves. */
export async function tellAlerts(
  world: Pick<World, 'db' | 'uris' | 'clock'>,
  board: Board,
  happened: readonly Happened[],
): Promise<Delivery[]> {
  const due = happened.flatMap(({ event, at }) => {
    const [ownerId] = event.namedIds
    return ownerId !== undefined && board.notices.has(ownerId)
      ? [{ at, ownerId, id: event.thingId as NotificationId }]
      : []
  })
  if (due.length === 0) return []
  const notices = (await viewLiveNotices(world.db, due)).filter(({ kind }) => KINDS.has(kind))
  const [accounts, statuses, staff] = await Promise.all([
    // Of those who wait to be let in, only who is to know of them was told.
    viewAccounts(world.db, [...new Set(notices.map(({ fromId }) => fromId))], { waiting: true }),
    statusesOf(world, board, notices),
    viewStaffNotices(world.db, notices),
  ])
  const places = new Map(due.map(({ id, at }) => [id, at]))
  return notices.flatMap((told) => {
    const subscriptions = [...(board.notices.get(told.ownerId) ?? [])]
    const from = accounts.get(told.fromId)
    const status = statuses.get(`${told.postId} ${told.ownerId}`)
    const reader = subscriptions[0]?.hearer.reader
    if (!from || !reader || (told.postId !== null && !status)) return []
    const telling = { uris: world.uris, now: world.clock.now(), reader }
    const parts = { told, groupKey: groupKeyOf(groupOf(told)), from, status, staff: staff.get(told.id) }
    const message = new Message('notification', JSON.stringify(notificationFrom(parts, telling)))
    return subscriptions.map((to) => ({ at: places.get(told.id) ?? 0, to, message }))
  })
}

async function statusesOf(
  { db }: Pick<World, 'db'>,
  board: Board,
  notices: readonly LiveNotice[],
): Promise<ReadonlyMap<string, StatusView>> {
  const wanted = new Map<PostId, Reader[]>()
  for (const { postId, ownerId } of notices) {
    const [subscription] = board.notices.get(ownerId) ?? []
    if (postId === null || !subscription) continue
    const readers = wanted.get(postId) ?? []
    if (!readers.some(({ id }) => id === ownerId)) readers.push(subscription.hearer.reader)
    wanted.set(postId, readers)
  }
  const shared = await viewForMany(db, wanted)
  return new Map(
    [...shared].flatMap(([id, views]) =>
      views.flatMap(({ view, readers }) => readers.map((reader) => [`${id} ${reader.id}`, view] as const)),
    ),
  )
}
