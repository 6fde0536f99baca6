import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { areApart } from '../domain/blocks/find.ts'
import { visibleTo } from '../domain/posts/audience.ts'
import { inOrder, keyset, type Order, type Range } from './ranges.ts'
import type { Viewer } from './view.ts'

/** A Like or Announce of a post: one item of a list of them. */
export interface InteractionView {
  readonly key: string
  /** the id of the activity */
  readonly uri: string
  readonly actorUri: string
}

export interface PostKey {
  readonly key: string
  readonly id: PostId
  readonly uri: string
}

/**
 * The likes of a post, the latest first; whether its reader may see the post is to be asked before.
 * @param only of somebody alone, where the post is not for everyone
 */
export async function listLikes(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  range: Range,
  only?: AccountId,
): Promise<readonly InteractionView[]> {
  const { where, rest } = keyset('reaction.id', range)
  const { rows } = await sql<InteractionView>`
    SELECT reaction.id AS key, reaction.uri, far.uri AS "actorUri"
    FROM reaction JOIN account AS far ON far.id = reaction.account_id
    WHERE reaction.post_id = ${postId}::bigint AND reaction.emoji IS NULL AND ${where}
      AND far.suspended_at IS NULL AND far.deleted_at IS NULL ${unlessApart(viewer)}
      ${only === undefined ? sql`` : sql`AND reaction.account_id = ${only}::bigint`} ${rest}`.execute(db)
  return inOrder(rows, range)
}

/** Where a like stands among them, by its id. */
export async function findLike(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  uri: string,
  only?: AccountId,
): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`
    SELECT reaction.id AS key FROM reaction JOIN account AS far ON far.id = reaction.account_id
    WHERE reaction.uri = ${uri} AND reaction.post_id = ${postId}::bigint AND reaction.emoji IS NULL
      AND far.suspended_at IS NULL AND far.deleted_at IS NULL ${unlessApart(viewer)}
      ${only === undefined ? sql`` : sql`AND reaction.account_id = ${only}::bigint`}`.execute(db)
  return rows[0]?.key
}

/** The Announces of a post, the latest first: those that this reader may see. */
export async function listShares(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  range: Range,
): Promise<readonly InteractionView[]> {
  const { where, rest } = keyset('post.id', range)
  const { rows } = await sql<InteractionView>`
    SELECT post.id AS key, post.uri, far.uri AS "actorUri"
    FROM post JOIN account AS far ON far.id = post.account_id
    WHERE post.boost_of_id = ${postId}::bigint AND ${where} AND ${visibleTo(viewer)} ${rest}`.execute(db)
  return inOrder(rows, range)
}

export async function findShare(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  uri: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`
    SELECT post.id AS key FROM post
    WHERE post.uri = ${uri} AND post.boost_of_id = ${postId}::bigint AND ${visibleTo(viewer)}`.execute(db)
  return rows[0]?.key
}

/** The replies to a post that this reader may see; whom its author is kept apart from does not stand below it. */
export async function listRepliesTo(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  range: Range,
  order: Order,
): Promise<readonly PostKey[]> {
  const { where, rest } = keyset('post.id', range, order)
  const { rows } = await sql<PostKey>`
    SELECT post.id AS key, post.id, post.uri FROM post
    WHERE post.in_reply_to_id = ${postId}::bigint AND ${where} AND ${visibleTo(viewer)} AND ${welcome(postId)}
    ${rest}`.execute(db)
  return inOrder(rows, range)
}

export async function countRepliesTo(db: Db, postId: PostId, viewer: Viewer): Promise<number> {
  const { rows } = await sql<{ n: string }>`
    SELECT count(*) AS n FROM post
    WHERE post.in_reply_to_id = ${postId}::bigint AND ${visibleTo(viewer)} AND ${welcome(postId)}`.execute(db)
  return Number(rows[0]?.n ?? 0)
}

export async function findReply(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  uri: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`
    SELECT post.id AS key FROM post
    WHERE post.uri = ${uri} AND post.in_reply_to_id = ${postId}::bigint
      AND ${visibleTo(viewer)} AND ${welcome(postId)}`.execute(db)
  return rows[0]?.key
}

/**
 * What somebody here likes, the latest first. That is theirs to know; others find what they said openly that they like.
 * Either way only posts that the reader may see.
 */
export async function listLiked(
  db: Db,
  accountId: AccountId,
  viewer: Viewer,
  range: Range,
): Promise<readonly PostKey[]> {
  if (viewer?.accountId === accountId) {
    const { where, rest } = keyset('reaction.id', range)
    const { rows } = await sql<PostKey>`
      SELECT reaction.id AS key, post.id, post.uri FROM reaction JOIN post ON post.id = reaction.post_id
      WHERE reaction.account_id = ${accountId}::bigint AND reaction.emoji IS NULL
        AND ${where} AND ${visibleTo(viewer)} ${rest}`.execute(db)
    return inOrder(rows, range)
  }
  const { where, rest } = keyset('activity.id', range)
  const { rows } = await sql<PostKey>`
    SELECT activity.id AS key, post.id, post.uri FROM activity ${openLike}
    WHERE ${isOpenLike(accountId)} AND ${where} AND ${visibleTo(viewer)} ${rest}`.execute(db)
  return inOrder(rows, range)
}

export async function countLiked(db: Db, accountId: AccountId, viewer: Viewer): Promise<number> {
  const { rows } =
    viewer?.accountId === accountId
      ? await sql<{ n: string }>`
        SELECT count(*) AS n FROM reaction JOIN post ON post.id = reaction.post_id
        WHERE reaction.account_id = ${accountId}::bigint AND reaction.emoji IS NULL AND ${visibleTo(viewer)}`.execute(
          db,
        )
      : await sql<{ n: string }>`
        SELECT count(*) AS n FROM activity ${openLike}
        WHERE ${isOpenLike(accountId)} AND ${visibleTo(viewer)}`.execute(db)
  return Number(rows[0]?.n ?? 0)
}

/** Where a post stands among them, by its id. */
export async function findLiked(
  db: Db,
  accountId: AccountId,
  viewer: Viewer,
  uri: string,
): Promise<string | undefined> {
  const { rows } =
    viewer?.accountId === accountId
      ? await sql<{ key: string }>`
        SELECT reaction.id AS key FROM reaction JOIN post ON post.id = reaction.post_id
        WHERE post.uri = ${uri} AND reaction.account_id = ${accountId}::bigint AND reaction.emoji IS NULL
          AND ${visibleTo(viewer)}`.execute(db)
      : await sql<{ key: string }>`
        SELECT activity.id AS key FROM activity ${openLike}
        WHERE post.uri = ${uri} AND ${isOpenLike(accountId)} AND ${visibleTo(viewer)} LIMIT 1`.execute(db)
  return rows[0]?.key
}

/** By the address of the activity, which follows from its author's: what apps wrote in it may be long, and is not read. */
const openLike = sql`JOIN account AS liker ON liker.id = activity.account_id
  JOIN reaction ON reaction.uri = split_part(liker.uri, '/ap/actors/', 1) || '/ap/activities/' || activity.id
    AND reaction.emoji IS NULL
  JOIN post ON post.id = reaction.post_id`
const isOpenLike = (accountId: AccountId) =>
  sql<boolean>`activity.account_id = ${accountId}::bigint AND activity.kind = 'Like' AND activity.public`

const welcome = (postId: PostId) =>
  sql<boolean>`NOT ${areApart(
    sql`(SELECT asked.account_id FROM post AS asked WHERE asked.id = ${postId}::bigint)`,
    sql`post.account_id`,
  )}`

function unlessApart(viewer: Viewer): RawBuilder<unknown> {
  return viewer ? sql`AND NOT ${areApart(sql`${viewer.accountId}::bigint`, sql`far.id`)}` : sql``
}
