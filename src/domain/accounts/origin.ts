import type { AccountId } from '../../base/ids.ts'
import type { World } from '../world.ts'
import { type AccountCounts, writeAccountOrigin } from './origin-store.ts'

/** What the server of an account says of it when it is asked; shown as theirs, never mixed with what is counted here. */
export async function noteAccountOrigin(
  world: Pick<World, 'db' | 'clock'>,
  accountId: AccountId,
  counts: AccountCounts,
): Promise<void> {
  await writeAccountOrigin(world.db, accountId, counts, world.clock.now())
}
