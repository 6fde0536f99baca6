import type { AccountId } from '../../base/ids.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { insertRefusal } from './store.ts'

/** Somebody does not want another to be suggested to them any more; who they are need not be known. */
export async function refuseSuggestion(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  account: LocalAccount,
  targetId: AccountId,
): Promise<void> {
  await insertRefusal(db, account.id, targetId, clock.now())
}
