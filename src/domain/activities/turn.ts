import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { lockTurn } from './turn-store.ts'

/**
 * Lets what one account does come one after the other: whoever asks first whether it has been done, and then does it, is
 * right about it. Before all else in a transaction, so that nobody waits in a circle.
 */
export async function takeTurn(tx: Tx, accountId: AccountId): Promise<void> {
  await lockTurn(tx, accountId)
}
