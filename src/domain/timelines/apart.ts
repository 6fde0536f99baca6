import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { forget, readmit } from './fan-out.ts'

/** Whoever is read apart from a home leaves it; what its owner said themself stays. */
export async function leaveHome(tx: Tx, ownerId: AccountId, accountIds: readonly AccountId[]): Promise<void> {
  for (const accountId of accountIds) if (accountId !== ownerId) await forget(tx, ownerId, accountId)
}

/** Whoever is read apart no more comes back with what they said lately, if nothing else speaks against it. */
export async function returnHome(
  tx: Tx,
  ownerId: AccountId,
  accountIds: readonly AccountId[],
): Promise<void> {
  for (const accountId of accountIds) if (accountId !== ownerId) await readmit(tx, ownerId, accountId)
}
