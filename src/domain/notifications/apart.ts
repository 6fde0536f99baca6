import type { AccountId, NotificationId, StrikeId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { deleteNoticesBetween, insertStaffNotices, insertWarning } from './apart-store.ts'

/** Two accounts are kept apart: what they were told of each other goes. What is to come is kept back by the table itself. */
export async function silenceBetween(tx: Tx, one: AccountId, other: AccountId): Promise<void> {
  await deleteNoticesBetween(tx, one, other)
}

/** Tells those who look after reports that there is one about somebody. */
export async function notifyReport(
  world: Pick<World, 'ids'>,
  tx: Tx,
  moderatorIds: readonly AccountId[],
  aboutId: AccountId,
): Promise<void> {
  await insertStaffNotices(tx, 'report', moderatorIds, aboutId, () => world.ids.next<NotificationId>())
}

/** Tells them that somebody has come in by themselves, or waits to be let in: once. */
export async function notifySignUp(
  world: Pick<World, 'ids'>,
  tx: Tx,
  moderatorIds: readonly AccountId[],
  newcomerId: AccountId,
): Promise<void> {
  await insertStaffNotices(tx, 'sign-up', moderatorIds, newcomerId, () => world.ids.next<NotificationId>())
}

/** Tells somebody of ours what was decided about them; the notification has the id of that. */
export async function notifyWarned(
  { uris }: Pick<World, 'uris'>,
  tx: Tx,
  ownerId: AccountId,
  strikeId: StrikeId,
): Promise<void> {
  await insertWarning(tx, ownerId, strikeId as string as NotificationId, uris.instanceActor)
}
