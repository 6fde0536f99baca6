import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/**
 * Who of a post's author's followers here gets it into their home: those seen lately; a reply only if they also follow
 * whom it answers, or are that person, or the author answers themself; a direct post only if it names them.
 */
const wanted = sql`
  follow.follower_local AND follow.state = 'accepted'
  AND (post.visibility <> 'direct'
    OR EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = follow.follower_id))
  AND (post.in_reply_to_uri IS NULL
    OR post.in_reply_to_account_id IN (post.account_id, follow.follower_id)
    OR EXISTS (SELECT 1 FROM follow AS other WHERE other.followed_id = post.in_reply_to_account_id
      AND other.follower_id = follow.follower_id AND other.state = 'accepted'))`

/** Writes posts into the homes of their authors' followers here, and of authors who are from here. */
export async function enterHomes(tx: Tx, postIds: readonly PostId[], seenSince: Date): Promise<void> {
  if (postIds.length === 0) return
  await sql`
    INSERT INTO home_entry (owner_id, post_id, author_id)
    SELECT follow.follower_id, post.id, post.account_id
    FROM post
    JOIN follow ON follow.followed_id = post.account_id
    JOIN login ON login.account_id = follow.follower_id AND login.seen_at >= ${seenSince}
    WHERE post.id = any(${postIds}::bigint[]) AND ${wanted}
    UNION ALL
    SELECT post.account_id, post.id, post.account_id FROM post
    WHERE post.id = any(${postIds}::bigint[]) AND post.local
    ON CONFLICT DO NOTHING`.execute(tx)
}

/** The author's own home alone. */
export async function enterOwnHome(tx: Tx, postId: PostId, authorId: AccountId): Promise<void> {
  await tx
    .insertInto('home_entry')
    .values({ owner_id: authorId, post_id: postId, author_id: authorId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * Writes one post into the homes of the next `limit` followers, in the order of their ids.
 * @returns the last follower reached, or undefined when there are no more
 */
export async function enterHomesOfSome(
  tx: Tx,
  postId: PostId,
  after: AccountId | '0',
  limit: number,
  seenSince: Date,
): Promise<AccountId | undefined> {
  const reached = await sql<{ last: AccountId | null; n: number }>`
    WITH few AS (
      SELECT follow.* FROM post JOIN follow ON follow.followed_id = post.account_id
      WHERE post.id = ${postId}::bigint AND follow.follower_local AND follow.follower_id > ${after}::bigint
      ORDER BY follow.follower_id LIMIT ${limit}
    ), entered AS (
      INSERT INTO home_entry (owner_id, post_id, author_id)
      SELECT follow.follower_id, post.id, post.account_id
      FROM few AS follow JOIN post ON post.id = ${postId}::bigint
      JOIN login ON login.account_id = follow.follower_id AND login.seen_at >= ${seenSince}
      WHERE ${wanted}
      ON CONFLICT DO NOTHING
    )
    SELECT max(follower_id) AS last, count(*)::int AS n FROM few`.execute(tx)
  const row = reached.rows[0]
  return row && row.n === limit && row.last ? row.last : undefined
}

/** What a newly followed account said lately comes into the follower's home. */
export async function fillHome(
  tx: Tx,
  ownerId: AccountId,
  authorId: AccountId,
  limit: number,
): Promise<void> {
  await sql`
    INSERT INTO home_entry (owner_id, post_id, author_id)
    SELECT ${ownerId}::bigint, recent.id, recent.account_id
    FROM (
      SELECT post.* FROM post WHERE post.account_id = ${authorId}::bigint
      ORDER BY post.id DESC LIMIT ${limit}
    ) AS recent
    WHERE recent.visibility IN ('public', 'unlisted', 'followers') AND recent.in_reply_to_uri IS NULL
    ON CONFLICT DO NOTHING`.execute(tx)
}

export async function emptyHomeOf(tx: Tx, ownerId: AccountId, authorId: AccountId): Promise<void> {
  await tx
    .deleteFrom('home_entry')
    .where('owner_id', '=', ownerId)
    .where('author_id', '=', authorId)
    .execute()
}

/** Rebuilds a home from what everyone followed said lately: for somebody who returns after a long time. */
export async function rebuildHome(tx: Tx, ownerId: AccountId, length: number): Promise<void> {
  await sql`
    INSERT INTO home_entry (owner_id, post_id, author_id)
    SELECT follow.follower_id, post.id, post.account_id
    FROM follow
    CROSS JOIN LATERAL (
      SELECT p.* FROM post AS p WHERE p.account_id = follow.followed_id ORDER BY p.id DESC LIMIT 40
    ) AS post
    WHERE follow.follower_id = ${ownerId}::bigint AND ${wanted}
    ORDER BY post.id DESC LIMIT ${length}
    ON CONFLICT DO NOTHING`.execute(tx)
}

/** Keeps the newest `length` rows of a home. */
export async function trimHome(tx: Tx, ownerId: AccountId, length: number): Promise<void> {
  await sql`
    DELETE FROM home_entry WHERE owner_id = ${ownerId}::bigint AND post_id <= (
      SELECT post_id FROM home_entry WHERE owner_id = ${ownerId}::bigint ORDER BY post_id DESC OFFSET ${length} LIMIT 1
    )`.execute(tx)
}
