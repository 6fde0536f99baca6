import { sql } from 'kysely'
import type { AccountId, NotificationId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { eachIn } from '../domain/posts/audience.ts'
import { type Told, told } from './notifications.ts'

/** What people were told just now, each by its owner. */
export interface LiveNotice extends Told {
  readonly ownerId: AccountId
}

/** Those of these that their owners are to see at once, by the same rules by which they find them in their lists. */
export async function viewLiveNotices(
  db: Db,
  asked: readonly { readonly id: NotificationId; readonly ownerId: AccountId }[],
): Promise<readonly LiveNotice[]> {
  if (asked.length === 0) return []
  const owner = eachIn(sql`notification.owner_id`)
  if (!owner) return []
  return told(db, owner.accountId)
    .select('notification.owner_id as ownerId')
    .where(
      sql<boolean>`(notification.owner_id, notification.id) IN (SELECT * FROM unnest(
        ${asked.map(({ ownerId }) => ownerId)}::bigint[], ${asked.map(({ id }) => id)}::bigint[]))`,
    )
    .execute()
}
