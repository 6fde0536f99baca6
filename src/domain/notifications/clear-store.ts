import { sql } from 'kysely'
import type { AccountId, NotificationId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/** Deletes these of somebody's, or all. A moderator is told of a report as long as it is open, so that stays. */
export async function deleteNotices(
  tx: Tx,
  ownerId: AccountId,
  ids?: readonly NotificationId[],
): Promise<void> {
  await tx
    .deleteFrom('notification')
    .where('owner_id', '=', ownerId)
    .where('kind', '!=', 'report')
    .$if(ids !== undefined, (rows) => rows.where('id', '=', sql<NotificationId>`any(${ids}::bigint[])`))
    .execute()
}
