import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'

export async function insertSilence(
  db: Db,
  accountId: AccountId,
  conversationId: PostId,
  now: Date,
): Promise<void> {
  await db
    .insertInto('conversation_mute')
    .values({ account_id: accountId, conversation_id: conversationId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function deleteSilence(db: Db, accountId: AccountId, conversationId: PostId): Promise<void> {
  await db
    .deleteFrom('conversation_mute')
    .where('account_id', '=', accountId)
    .where('conversation_id', '=', conversationId)
    .execute()
}

/** All that an account that is gone did not want to hear of. */
export async function deleteSilencesOf(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('conversation_mute').where('account_id', '=', accountId).execute()
}
