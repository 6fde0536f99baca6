import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { Policy } from '../policies/policy.ts'

/** Counts accepted quotes of a post. */
export async function countQuotes(tx: Tx, postId: PostId, by: 1 | -1): Promise<void> {
  await sql`
    INSERT INTO post_stat (post_id, quotes) SELECT id, greatest(${by}, 0) FROM post WHERE id = ${postId}::bigint
    ON CONFLICT (post_id) DO UPDATE SET quotes = greatest(post_stat.quotes + ${by}, 0)`.execute(tx)
}

export async function setPolicy(tx: Tx, postId: PostId, policy: Policy | null): Promise<void> {
  await tx
    .updateTable('post')
    .set({ policy: policy && JSON.stringify(policy) })
    .where('id', '=', postId)
    .execute()
}

/** The stamp of whoever wrote what it answers. */
export async function setApprovedBy(tx: Tx, postId: PostId, stampUri: string | null): Promise<void> {
  await tx.updateTable('post').set({ approved_by: stampUri }).where('id', '=', postId).execute()
}

/** @returns false when it was so before */
export async function setHeld(tx: Tx, postId: PostId, held: boolean): Promise<boolean> {
  const changed = await tx
    .updateTable('post')
    .set({ held })
    .where('id', '=', postId)
    .where('held', '!=', held)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

/** Somebody may read it, though nobody named them. */
export async function addSilentMention(tx: Tx, postId: PostId, accountId: AccountId): Promise<void> {
  await tx
    .insertInto('mention')
    .values({ post_id: postId, account_id: accountId, silent: true })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
