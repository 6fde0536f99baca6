import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { areApart } from '../domain/blocks/find.ts'
import { visibleTo } from '../domain/posts/audience.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import type { Viewer } from './view.ts'

/** A post in a list that has an order of its own. */
export interface KeptPost {
  readonly key: string
  readonly id: PostId
}
/** The same for somebody. */
export interface KeptAccount {
  readonly key: string
  readonly id: AccountId
}

/** What somebody marked, the latest mark first, as far as they may still see it. */
export async function listBookmarks(
  db: Db,
  accountId: AccountId,
  page: PageQuery,
): Promise<readonly KeptPost[]> {
  const { where, rest } = pageBy('bookmark.id', page)
  const { rows } = await sql<KeptPost>`
    SELECT bookmark.id AS key, post.id FROM bookmark JOIN post ON post.id = bookmark.post_id
    WHERE bookmark.account_id = ${accountId}::bigint AND ${where} AND ${visibleTo({ accountId })} ${rest}`.execute(
    db,
  )
  return newestFirst(rows, page)
}

/** What somebody likes, the latest like first, likewise. */
export async function listOwnLikes(
  db: Db,
  accountId: AccountId,
  page: PageQuery,
): Promise<readonly KeptPost[]> {
  const { where, rest } = pageBy('reaction.id', page)
  const { rows } = await sql<KeptPost>`
    SELECT reaction.id AS key, post.id FROM reaction JOIN post ON post.id = reaction.post_id
    WHERE reaction.account_id = ${accountId}::bigint AND reaction.emoji IS NULL AND ${where}
      AND ${visibleTo({ accountId })} ${rest}`.execute(db)
  return newestFirst(rows, page)
}

/** Who likes a post, the latest first; whether its reader may see the post is to be asked before. */
export async function listLikersOf(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  page: PageQuery,
): Promise<readonly KeptAccount[]> {
  const { where, rest } = pageBy('reaction.id', page)
  const { rows } = await sql<KeptAccount>`
    SELECT reaction.id AS key, far.id FROM reaction JOIN account AS far ON far.id = reaction.account_id
    WHERE reaction.post_id = ${postId}::bigint AND reaction.emoji IS NULL AND ${where}
      AND far.suspended_at IS NULL AND far.deleted_at IS NULL ${unlessApart(viewer)} ${rest}`.execute(db)
  return newestFirst(rows, page)
}

/** Who boosts a post, the latest first, as far as this reader may see the boosts. */
export async function listBoostersOf(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  page: PageQuery,
): Promise<readonly KeptAccount[]> {
  const { where, rest } = pageBy('post.id', page)
  const { rows } = await sql<KeptAccount>`
    SELECT post.id AS key, post.account_id AS id FROM post
    WHERE post.boost_of_id = ${postId}::bigint AND ${where} AND ${visibleTo(viewer)} ${rest}`.execute(db)
  return newestFirst(rows, page)
}

/** The posts that quote a post with its author's consent, the latest first, as far as this reader may see them. */
export async function listQuotesOf(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  page: PageQuery,
): Promise<readonly KeptPost[]> {
  const { where, rest } = pageBy('quote.post_id', page)
  const { rows } = await sql<KeptPost>`
    SELECT quote.post_id AS key, post.id FROM quote JOIN post ON post.id = quote.post_id
    WHERE quote.quoted_id = ${postId}::bigint AND quote.state = 'accepted' AND ${where} AND ${visibleTo(viewer)}
    ${rest}`.execute(db)
  return newestFirst(rows, page)
}

function unlessApart(viewer: Viewer): RawBuilder<unknown> {
  return viewer ? sql`AND NOT ${areApart(sql`${viewer.accountId}::bigint`, sql`far.id`)}` : sql``
}
