import { sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Tx } from '../db/transact.ts'

/**
 * Takes back what one account has said and what still waits for another's inbox (S-090), where nobody else who reads
 * there gets it: no follower, nobody whom the post names. What ends something is sent all the same.
 */
export async function withdrawDeliveries(tx: Tx, senderId: AccountId, recipientId: AccountId): Promise<void> {
  await sql`
    DELETE FROM delivery USING inbox, activity, post, account AS recipient
    WHERE recipient.id = ${recipientId}::bigint
      AND inbox.id IN (recipient.inbox_id, recipient.shared_inbox_id)
      AND delivery.host_id = inbox.host_id AND delivery.inbox_id = inbox.id
      AND activity.id = delivery.activity_id AND activity.account_id = ${senderId}::bigint
      AND activity.kind IN ('Create', 'Update', 'Announce') AND post.id = activity.post_id
      AND NOT EXISTS (
        SELECT 1 FROM account AS other WHERE other.id <> recipient.id
          AND coalesce(other.shared_inbox_id, other.inbox_id) = inbox.id
          AND (EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = other.id)
            OR post.visibility <> 'direct' AND EXISTS (
              SELECT 1 FROM follow WHERE follow.followed_id = activity.account_id
                AND follow.follower_id = other.id AND follow.state = 'accepted')))`.execute(tx)
}
