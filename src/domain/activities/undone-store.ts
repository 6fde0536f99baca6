import type { AccountId, ActivityId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

export interface Undone {
  readonly activityId: ActivityId
  readonly accountId: AccountId
  readonly byId: ActivityId
}

/** What an account that is gone took back is nobody's to take back again. */
export async function deleteUndoneOf(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('undone_activity').where('account_id', '=', accountId).execute()
}

/** @returns false when it was taken back before */
export async function insertUndone(
  tx: Tx,
  { activityId, accountId, byId }: Undone,
  now: Date,
): Promise<boolean> {
  const row = await tx
    .insertInto('undone_activity')
    .values({ activity_id: activityId, account_id: accountId, by_id: byId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('activity_id')
    .executeTakeFirst()
  return row !== undefined
}
