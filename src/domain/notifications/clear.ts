import type { NotificationId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { deleteNotices } from './clear-store.ts'

/** Takes these away from what somebody was told, as they wish; those that are not theirs stay. */
export async function dismissNotices(
  world: Pick<World, 'db'>,
  owner: LocalAccount,
  ids: readonly NotificationId[],
): Promise<void> {
  if (ids.length > 0) await transact(world.db, (tx) => deleteNotices(tx, owner.id, ids))
}

/** Takes away all that somebody was told. */
export async function clearNotices(world: Pick<World, 'db'>, owner: LocalAccount): Promise<void> {
  await transact(world.db, (tx) => deleteNotices(tx, owner.id))
}
