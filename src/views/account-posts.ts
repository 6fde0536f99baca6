import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type Viewer, visibleTo } from '../domain/posts/audience.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'

/** Which of what somebody says is meant; all of it where nothing is said. */
export interface AccountPostsQuery extends PageQuery {
  readonly withMedia?: boolean | undefined
  /** without answers to others */
  readonly withoutReplies?: boolean | undefined
  readonly withoutBoosts?: boolean | undefined
  readonly withoutDirect?: boolean | undefined
  /** with this hashtag, by its name in lower case */
  readonly tag?: string | undefined
}

/** What somebody says, newest first, as far as this reader may see it. */
export async function listPostIdsOf(
  db: Db,
  accountId: AccountId,
  viewer: Viewer,
  query: AccountPostsQuery,
): Promise<readonly PostId[]> {
  const { where, rest } = pageBy('post.id', query)
  const { rows } = await sql<{ id: PostId }>`
    SELECT post.id FROM post
    WHERE post.account_id = ${accountId}::bigint AND ${where} AND ${isWanted(query)} AND ${visibleTo(viewer)}
    ${rest}`.execute(db)
  return newestFirst(rows, query).map(({ id }) => id)
}

function isWanted(query: AccountPostsQuery) {
  const wants = [
    query.withMedia && sql`EXISTS (SELECT 1 FROM attachment WHERE attachment.post_id = post.id)`,
    query.withoutReplies &&
      sql`(post.in_reply_to_uri IS NULL OR post.in_reply_to_account_id = post.account_id)`,
    query.withoutBoosts && sql`post.boost_of_id IS NULL`,
    query.withoutDirect && sql`post.visibility <> 'direct'`,
    query.tag !== undefined &&
      sql`EXISTS (SELECT 1 FROM post_hashtag JOIN hashtag ON hashtag.id = post_hashtag.hashtag_id
        WHERE post_hashtag.post_id = post.id AND hashtag.name = ${query.tag})`,
  ].filter((want) => want !== false && want !== undefined)
  return wants.length === 0 ? sql`true` : sql.join(wants, sql` AND `)
}

/** As many as anybody pins. */
const MOST_PINS = 20

/** What somebody shows on top of their profile, the one pinned last first, likewise. */
export async function listPinnedIdsOf(
  db: Db,
  accountId: AccountId,
  viewer: Viewer,
): Promise<readonly PostId[]> {
  const { rows } = await sql<{ id: PostId }>`
    SELECT post.id FROM pinned_post JOIN post ON post.id = pinned_post.post_id
    WHERE pinned_post.account_id = ${accountId}::bigint AND ${visibleTo(viewer)}
    ORDER BY pinned_post.pinned_at DESC, post.id DESC LIMIT ${MOST_PINS}`.execute(db)
  return rows.map(({ id }) => id)
}
