import type { AccountId, TagFollowId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/** @returns false when they follow it already */
export async function insertTagFollow(
  tx: Tx,
  id: TagFollowId,
  accountId: AccountId,
  hashtagId: string,
): Promise<boolean> {
  const done = await tx
    .insertInto('tag_follow')
    .values({ id, account_id: accountId, hashtag_id: hashtagId })
    .onConflict((conflict) => conflict.columns(['account_id', 'hashtag_id']).doNothing())
    .executeTakeFirst()
  return done.numInsertedOrUpdatedRows === 1n
}

export async function deleteTagFollow(tx: Tx, accountId: AccountId, hashtagId: string): Promise<void> {
  await tx
    .deleteFrom('tag_follow')
    .where('account_id', '=', accountId)
    .where('hashtag_id', '=', hashtagId)
    .execute()
}
