import { packNumbers, unpackNumbers } from '../../base/deltas.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'

/** Adds inboxes to what a post has reached. */
export async function addReach(tx: Tx, subject: string, inboxIds: readonly number[]): Promise<void> {
  if (inboxIds.length === 0) return
  const begun = await tx
    .insertInto('reach')
    .values({ subject, inboxes: packNumbers(inboxIds) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('subject')
    .executeTakeFirst()
  if (begun) return
  const row = await tx
    .selectFrom('reach')
    .select('inboxes')
    .where('subject', '=', subject)
    .forUpdate()
    .executeTakeFirst()
  const known = new Set(row ? unpackNumbers(row.inboxes) : [])
  const added = inboxIds.filter((id) => !known.has(id))
  if (added.length === 0) return
  await tx
    .updateTable('reach')
    .set({ inboxes: packNumbers([...known, ...added]) })
    .where('subject', '=', subject)
    .execute()
}

export async function deleteReach(db: Db, subject: string): Promise<void> {
  await db.deleteFrom('reach').where('subject', '=', subject).execute()
}
