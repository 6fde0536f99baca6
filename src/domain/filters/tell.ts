import type { Tx } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'

/** Whatever was shown to somebody by their filters may be held back by now, or the other way round. */
export async function tellOfFilters(world: World, tx: Tx, account: LocalAccount): Promise<void> {
  await record(world, tx, { type: 'filters.changed', accountId: account.id })
}
