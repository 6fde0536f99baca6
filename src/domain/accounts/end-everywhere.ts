import type { AccountId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { revokeAllOf } from '../grants/revoke.ts'
import type { World } from '../world.ts'
import { deleteSessionsOf } from './login-store.ts'

/** Ends every session of an account, begun ones included, and all that it had given to apps. */
export async function endEverywhere(tx: Tx, accountId: AccountId): Promise<void> {
  await deleteSessionsOf(tx, accountId)
  await revokeAllOf(tx, accountId)
}

/** Somebody signs out on all devices and of all apps. */
export async function signOutEverywhere(world: Pick<World, 'db'>, accountId: AccountId): Promise<void> {
  await transact(world.db, (tx) => endEverywhere(tx, accountId))
}
