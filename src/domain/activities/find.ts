import type { ActivityId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** The bytes to send, and whose they are. */
export async function findActivity(db: Db, id: ActivityId) {
  return db
    .selectFrom('activity')
    .select(['id', 'account_id as accountId', 'kind', 'post_id as postId', 'public', 'body'])
    .where('id', '=', id)
    .executeTakeFirst()
}

/** The Create of each post, by post. */
export async function createIdsOf(db: Db, postIds: readonly PostId[]): Promise<Map<PostId, ActivityId>> {
  if (postIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('activity')
    .select(['id', 'post_id'])
    .where('post_id', 'in', postIds)
    .where('kind', '=', 'Create')
    .execute()
  return new Map(rows.flatMap((row) => (row.post_id ? [[row.post_id, row.id] as const] : [])))
}
