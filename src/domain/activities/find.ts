import { sql } from 'kysely'
import type { AccountId, ActivityId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** The bytes to send, and whose they are. */
export async function findActivity(db: Db, id: ActivityId) {
  return db
    .selectFrom('activity')
    .select([
      'id',
      'account_id as accountId',
      'kind',
      'post_id as postId',
      'object_id as objectId',
      'public',
      'body',
    ])
    .where('id', '=', id)
    .executeTakeFirst()
}

/** The Create of a post as an app said it, be it told to anybody yet or not. */
export async function findSaid(db: Db, postId: PostId): Promise<ActivityId | undefined> {
  const row = await db
    .selectFrom('activity')
    .select('id')
    .where('post_id', '=', postId)
    .where('kind', '=', 'Create')
    .where('lasting', '=', true)
    .executeTakeFirst()
  return row?.id
}

/** Those that an activity is for though nobody may know it. */
export async function findBlind(db: Db, id: ActivityId): Promise<AccountId[]> {
  const { rows } = await sql<{ id: AccountId }>`
    SELECT account_id AS id FROM activity_recipient WHERE activity_id = ${id}::bigint AND blind
    UNION SELECT mention.account_id FROM activity JOIN mention ON mention.post_id = activity.post_id
      WHERE activity.id = ${id}::bigint AND mention.blind
    UNION SELECT r.account_id FROM activity JOIN object_recipient AS r ON r.object_id = activity.object_id
      WHERE activity.id = ${id}::bigint AND r.blind`.execute(db)
  return rows.map((row) => row.id)
}
