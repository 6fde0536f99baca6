import { sql } from 'kysely'
import type { PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/** All that a post says, in pieces. */
export interface PostWords {
  readonly id: PostId
  readonly title: string | null
  readonly summary: string
  readonly html: string
  /** of what is attached */
  readonly descriptions: string | null
  readonly options: string | null
}

/** What these posts say; nobody changes them until the transaction ends. Boosts say nothing. */
export async function lockWords(tx: Tx, ids: readonly PostId[]): Promise<readonly PostWords[]> {
  const { rows } = await sql<PostWords>`
    SELECT post.id, post.title, post.summary, post.content_html AS html,
      (SELECT string_agg(description, ' ') FROM attachment WHERE attachment.post_id = post.id) AS descriptions,
      (SELECT string_agg(poll_option.title, ' ') FROM poll_option WHERE poll_option.post_id = post.id) AS options
    FROM post WHERE post.id = any(${ids}::bigint[]) AND post.boost_of_id IS NULL
    ORDER BY post.id FOR SHARE OF post`.execute(tx)
  return rows
}

export async function putVectors(
  tx: Tx,
  vectors: readonly { readonly id: PostId; readonly vector: string }[],
): Promise<void> {
  if (vectors.length === 0) return
  await sql`
    INSERT INTO post_search (post_id, vector)
    SELECT post_id, vector::tsvector
    FROM unnest(${vectors.map(({ id }) => id)}::bigint[], ${vectors.map(({ vector }) => vector)}::text[])
      AS made (post_id, vector)
    ORDER BY post_id
    ON CONFLICT (post_id) DO UPDATE SET vector = excluded.vector WHERE post_search.vector <> excluded.vector`.execute(
    tx,
  )
}
