import { sql } from 'kysely'
import type { AccountId, AttachmentId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** Whether this one became ready, and is still there. */
export async function isReady(db: Db, id: AttachmentId): Promise<boolean> {
  const row = await db.selectFrom('attachment').select('id').where('id', '=', id).executeTakeFirst()
  return row !== undefined
}

/** Whether one of these files of somebody is still worked on. */
export async function anyUnderway(
  db: Db,
  accountId: AccountId,
  ids: readonly AttachmentId[],
): Promise<boolean> {
  const row = await db
    .selectFrom('unready_file')
    .select('id')
    .where('id', '=', sql<AttachmentId>`any(${ids}::bigint[])`)
    .where('account_id', '=', accountId)
    .where('failure', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
