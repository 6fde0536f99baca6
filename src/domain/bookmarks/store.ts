import { sql } from 'kysely'
import type { AccountId, BookmarkId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'

/** Marks a post; one that is marked already stays where it is. */
export async function insertBookmark(
  db: Db,
  bookmark: { readonly id: BookmarkId; readonly accountId: AccountId; readonly postId: PostId },
  now: Date,
): Promise<void> {
  await db
    .insertInto('bookmark')
    .values({
      id: bookmark.id,
      account_id: bookmark.accountId,
      post_id: bookmark.postId,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'post_id']).doNothing())
    .execute()
}

/** @returns whether it was there */
export async function deleteBookmark(db: Db, accountId: AccountId, postId: PostId): Promise<boolean> {
  const gone = await db
    .deleteFrom('bookmark')
    .where('account_id', '=', accountId)
    .where('post_id', '=', postId)
    .returning('id')
    .executeTakeFirst()
  return gone !== undefined
}

/** Some of what an account that is gone had marked; how many that were. */
export async function deleteBookmarksOf(tx: Tx, accountId: AccountId, limit: number): Promise<number> {
  const gone = await sql`
    DELETE FROM bookmark WHERE account_id = ${accountId}::bigint AND id IN (
      SELECT id FROM bookmark WHERE account_id = ${accountId}::bigint LIMIT ${limit}
    ) RETURNING 1`.execute(tx)
  return gone.rows.length
}
