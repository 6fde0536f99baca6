import { sql } from 'kysely'
import type { PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { OriginCounts } from './origin.ts'

export interface OriginRow {
  readonly postId: PostId
  readonly counts: OriginCounts | null
  /** when it was read at its home; null when it came by itself */
  readonly askedAt: Date | null
}

/** Keeps what servers say of their posts. A number that is not given this time stays as it was. */
export async function writeOrigins(db: Db, rows: readonly OriginRow[]): Promise<void> {
  if (rows.length === 0) return
  const column = (name: keyof OriginCounts) => rows.map((row) => row.counts?.[name] ?? null)
  await sql`
    INSERT INTO post_origin AS known (post_id, replies, likes, boosts, asked_at)
    SELECT t.* FROM unnest(${rows.map((row) => row.postId)}::bigint[], ${column('replies')}::int[],
      ${column('likes')}::int[], ${column('boosts')}::int[], ${rows.map((row) => row.askedAt)}::timestamptz[])
      AS t (post_id, replies, likes, boosts, asked_at)
    JOIN post ON post.id = t.post_id AND NOT post.local
    ORDER BY t.post_id
    ON CONFLICT (post_id) DO UPDATE SET
      replies = coalesce(excluded.replies, known.replies),
      likes = coalesce(excluded.likes, known.likes),
      boosts = coalesce(excluded.boosts, known.boosts),
      asked_at = coalesce(excluded.asked_at, known.asked_at)`.execute(db)
}
