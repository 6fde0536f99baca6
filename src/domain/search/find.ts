import { sql } from 'kysely'
import type { PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** The next posts below an id, the newest first. */
export async function findBelow(db: Db, below: PostId, limit: number): Promise<readonly PostId[]> {
  const rows = await db
    .selectFrom('post')
    .select('id')
    .where('id', '<', sql<PostId>`${below}::bigint`)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}
