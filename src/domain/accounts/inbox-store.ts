import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/**
 * What comes to somebody here is to be kept from now on.
 * @returns whether it was not before
 */
export async function openLoginInbox(tx: Tx, accountId: AccountId, now: Date): Promise<boolean> {
  const opened = await tx
    .updateTable('login')
    .set({ inbox_since: now })
    .where('account_id', '=', accountId)
    .where('inbox_since', 'is', null)
    .returning('account_id')
    .execute()
  return opened.length > 0
}

/** All that had come before is in it. */
export async function markInboxFilled(tx: Tx, accountId: AccountId, now: Date): Promise<void> {
  await tx.updateTable('login').set({ inbox_filled_at: now }).where('account_id', '=', accountId).execute()
}
