import { sql } from 'kysely'
import type { AccountId, EndorsementId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/**
 * Recommends whom somebody follows; whom they recommend already stays where they are.
 * @returns false when they do not follow them
 */
export async function insertEndorsement(
  db: Db,
  id: EndorsementId,
  accountId: AccountId,
  targetId: AccountId,
): Promise<boolean> {
  const done = await sql`
    INSERT INTO endorsement (id, account_id, target_id, follow_id)
    SELECT ${id}::bigint, follow.follower_id, follow.followed_id, follow.id FROM follow
    WHERE follow.followed_id = ${targetId}::bigint AND follow.follower_id = ${accountId}::bigint
      AND follow.state = 'accepted'
    ON CONFLICT (account_id, target_id) DO UPDATE SET follow_id = excluded.follow_id RETURNING 1`.execute(db)
  return done.rows.length > 0
}

export async function deleteEndorsement(db: Db, accountId: AccountId, targetId: AccountId): Promise<void> {
  await db
    .deleteFrom('endorsement')
    .where('account_id', '=', accountId)
    .where('target_id', '=', targetId)
    .execute()
}
