import { sql } from 'kysely'
import type { PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** A post as it is written where it came to somebody. */
export interface PostText {
  readonly postId: PostId
  /** what it was made of, as `stampOf` has it */
  readonly stamp: string
  readonly addresses: string
  readonly body: string
}

/** Keeps texts that were made just now; of a post that is gone meanwhile nothing. */
export async function putPostTexts(db: Db, texts: readonly PostText[], now: Date): Promise<void> {
  if (texts.length === 0) return
  await sql`
    INSERT INTO post_text (post_id, stamp, addresses, body, made_at)
    SELECT made.post_id, made.stamp, made.addresses, made.body, ${now}
    FROM unnest(${texts.map(({ postId }) => postId)}::bigint[], ${texts.map(({ stamp }) => stamp)}::text[],
      ${texts.map(({ addresses }) => addresses)}::text[], ${texts.map(({ body }) => body)}::text[])
      AS made (post_id, stamp, addresses, body)
    JOIN post ON post.id = made.post_id
    ORDER BY made.post_id
    ON CONFLICT (post_id) DO UPDATE SET stamp = excluded.stamp, addresses = excluded.addresses, body = excluded.body,
      made_at = excluded.made_at`.execute(db)
}

/** Forgets texts that were made before then: some of them at once. */
export async function deleteOldTexts(db: Db, before: Date, limit: number): Promise<void> {
  await sql`
    DELETE FROM post_text WHERE post_id = ANY (ARRAY(
      SELECT post_id FROM post_text WHERE made_at < ${before} ORDER BY made_at LIMIT ${limit}))`.execute(db)
}
