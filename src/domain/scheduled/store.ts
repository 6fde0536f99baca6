import type { AccountId, ScheduledId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import { scheduledColumns, scheduledFrom } from './find.ts'
import type { ScheduledPost } from './scheduled.ts'

export async function insertScheduled(tx: Tx, post: ScheduledPost, now: Date): Promise<void> {
  await tx
    .insertInto('scheduled_post')
    .values({
      id: post.id,
      account_id: post.accountId,
      due_at: post.dueAt,
      draft: JSON.stringify(post.draft),
      failed: null,
      created_at: now,
    })
    .execute()
}

/** Held until the transaction ends, so that it is published once, or changed before. */
export async function lockScheduled(tx: Tx, id: ScheduledId): Promise<ScheduledPost | undefined> {
  const row = await tx
    .selectFrom('scheduled_post')
    .select(scheduledColumns)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && scheduledFrom(row)
}

/** @returns whether it was there, and theirs */
export async function setDueAt(tx: Tx, accountId: AccountId, id: ScheduledId, dueAt: Date): Promise<boolean> {
  const changed = await tx
    .updateTable('scheduled_post')
    .set({ due_at: dueAt, failed: null })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

export async function setFailed(db: Db, id: ScheduledId, code: string): Promise<void> {
  await db.updateTable('scheduled_post').set({ failed: code }).where('id', '=', id).execute()
}

/** @returns whether it was there, and theirs */
export async function deleteScheduled(db: Db | Tx, accountId: AccountId, id: ScheduledId): Promise<boolean> {
  const gone = await db
    .deleteFrom('scheduled_post')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning('id')
    .executeTakeFirst()
  return gone !== undefined
}

/** All that an account that is gone would have said. */
export async function deleteScheduledOf(tx: Tx, accountId: AccountId): Promise<void> {
  await tx.deleteFrom('scheduled_post').where('account_id', '=', accountId).execute()
}
