import { sql } from 'kysely'
import { type AccountId, idFromPublished } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'

/** A hashtag on a profile, with how much its owner says with it. */
export interface ShownTag {
  /** made of when and what was shown: there is no other */
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly url: string | null
  /** of their newest open posts */
  readonly posts: number
  readonly lastAt: Date | null
}

/** As many of their posts as are looked at. */
const MOST_COUNTED = 1000
const MOST_SHOWN = 20

/** The hashtags on a profile, the first one first. */
export async function viewShownTags(db: Db, accountId: AccountId): Promise<readonly ShownTag[]> {
  const { rows } = await sql<Omit<ShownTag, 'id'> & { createdAt: Date }>`
    WITH said AS MATERIALIZED (
      SELECT post.id, post.published_at FROM post
      WHERE post.account_id = ${accountId}::bigint AND post.visibility IN ('public', 'unlisted') AND NOT post.held
      ORDER BY post.id DESC LIMIT ${MOST_COUNTED})
    SELECT shown.name, shown.display_name AS "displayName", shown.url, shown.created_at AS "createdAt",
      counted.posts, counted.last AS "lastAt"
    FROM featured_tag AS shown LEFT JOIN LATERAL (
      SELECT count(*)::integer AS posts, max(said.published_at) AS last
      FROM said JOIN post_hashtag ON post_hashtag.post_id = said.id
        JOIN hashtag ON hashtag.id = post_hashtag.hashtag_id
      WHERE hashtag.name = shown.name) AS counted ON true
    WHERE shown.account_id = ${accountId}::bigint
    ORDER BY shown.created_at, shown.name LIMIT ${MOST_SHOWN}`.execute(db)
  return rows.map(({ createdAt, ...tag }) => ({
    ...tag,
    id: idFromPublished(createdAt, tag.name, createdAt),
  }))
}

/** Hashtags that somebody used lately and does not show, the most used first. */
export async function listUsedTags(db: Db, accountId: AccountId, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    WITH said AS MATERIALIZED (
      SELECT post.id FROM post
      WHERE post.account_id = ${accountId}::bigint AND post.visibility IN ('public', 'unlisted')
      ORDER BY post.id DESC LIMIT ${MOST_COUNTED})
    SELECT hashtag.name FROM said JOIN post_hashtag ON post_hashtag.post_id = said.id
      JOIN hashtag ON hashtag.id = post_hashtag.hashtag_id
    WHERE NOT EXISTS (SELECT 1 FROM featured_tag AS shown
      WHERE shown.account_id = ${accountId}::bigint AND shown.name = hashtag.name)
    GROUP BY hashtag.name ORDER BY count(*) DESC, max(said.id) DESC LIMIT ${limit}`.execute(db)
  return rows.map(({ name }) => name)
}
