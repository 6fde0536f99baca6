import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import { prepared } from '../../db/prepared.ts'
import type { Tx } from '../../db/transact.ts'
import { isShunned } from '../blocks/find.ts'
import { isChosen } from '../follows/find.ts'
import { isReadApart } from '../lists/find.ts'
import { homesByTags } from './tag-store.ts'

/** Whether the owner of a home wants nothing of who said a post, whom it answers, or what it shows again. */
function shuns(owner: RawBuilder<unknown>) {
  return isShunned(owner, [
    sql`post.account_id`,
    sql`post.in_reply_to_account_id`,
    sql`(SELECT shown.account_id FROM post AS shown WHERE shown.id = post.boost_of_id)`,
  ])
}

/** As many rows of a home in which nothing is shown twice; Mastodon looks as far. */
const UPPER = 40

/** Whether a post stands in the upper part of a home already, itself or by another boost of it. */
const isAbove = (owner: RawBuilder<unknown>) => sql<boolean>`EXISTS (
  SELECT 1 FROM (
    SELECT post_id FROM home_entry WHERE owner_id = ${owner} ORDER BY post_id DESC LIMIT ${UPPER}
  ) AS upper JOIN post AS shown ON shown.id = upper.post_id
  WHERE shown.id = post.boost_of_id OR shown.boost_of_id = post.boost_of_id)`

/**
 * Who of a post's author's followers here gets it into their home: those seen lately; a reply only if they also follow
 * whom it answers, or are that person, or the author answers themself; a direct post only if it names them; what they
 * chose of that author; and none of somebody whom they mute or are kept apart from, or read apart from their home.
 */
const wanted = sql`
  follow.follower_local AND follow.state = 'accepted' AND ${isChosen}
  AND (post.visibility <> 'direct'
    OR EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = follow.follower_id))
  AND (post.in_reply_to_uri IS NULL
    OR post.in_reply_to_account_id IN (post.account_id, follow.follower_id)
    OR EXISTS (SELECT 1 FROM follow AS other WHERE other.followed_id = post.in_reply_to_account_id
      AND other.follower_id = follow.follower_id AND other.state = 'accepted'))
  AND NOT ${shuns(sql`follow.follower_id`)}
  AND NOT ${isReadApart(sql`follow.follower_id`, sql`post.account_id`)}`

/** In every transaction that brings posts, and long: to plan it costs more than to run it. */
const enter = prepared<'posts' | 'since'>('timelines.enter-homes', (at) => {
  const posts = sql`${at('posts')}::bigint[]`
  const since = sql`${at('since')}::timestamptz`
  return sql`
    INSERT INTO home_entry (owner_id, post_id, author_id)
    SELECT follow.follower_id, post.id, post.account_id
    FROM post
    JOIN follow ON follow.followed_id = post.account_id
    JOIN login ON login.account_id = follow.follower_id AND login.seen_at >= ${since}
    WHERE post.id = any(${posts}) AND ${wanted}
    UNION ALL
    SELECT post.account_id, post.id, post.account_id FROM post
    WHERE post.id = any(${posts}) AND post.local
    UNION ALL ${homesByTags(posts, since)}
    ON CONFLICT DO NOTHING`
})

/**
 * Writes posts into the homes of their authors' followers here, of authors who are from here, and of those who follow
 * their hashtags.
 */
export async function enterHomes(tx: Tx, postIds: readonly PostId[], seenSince: Date): Promise<void> {
  if (postIds.length > 0) await enter(tx, { posts: postIds, since: seenSince })
}

/**
 * Writes boosts into the homes of the boosters' followers here, and of boosters who are from here. What stands in the
 * upper part of a home is not repeated there, and of two boosts that come together the first is shown.
 */
export async function enterHomesOfBoosts(
  tx: Tx,
  boostIds: readonly PostId[],
  seenSince: Date,
): Promise<void> {
  if (boostIds.length === 0) return
  await sql`
    INSERT INTO home_entry (owner_id, post_id, author_id)
    SELECT DISTINCT ON (owner_id, boost_of_id) owner_id, id, account_id FROM (
      SELECT follow.follower_id AS owner_id, post.id, post.account_id, post.boost_of_id
      FROM post
      JOIN follow ON follow.followed_id = post.account_id
      JOIN login ON login.account_id = follow.follower_id AND login.seen_at >= ${seenSince}
      WHERE post.id = any(${boostIds}::bigint[]) AND ${wanted} AND NOT ${isAbove(sql`follow.follower_id`)}
      UNION ALL
      SELECT post.account_id, post.id, post.account_id, post.boost_of_id FROM post
      WHERE post.id = any(${boostIds}::bigint[]) AND post.local AND NOT ${isAbove(sql`post.account_id`)}
    ) AS entry
    ORDER BY owner_id, boost_of_id, id
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
      WHERE ${wanted} AND (post.boost_of_id IS NULL OR NOT ${isAbove(sql`follow.follower_id`)})
      ON CONFLICT DO NOTHING
    )
    SELECT max(follower_id) AS last, count(*)::int AS n FROM few`.execute(tx)
  const row = reached.rows[0]
  return row && row.n === limit && row.last ? row.last : undefined
}

const isFollow = (ownerId: AccountId, authorId: AccountId) =>
  sql`follow.followed_id = ${authorId}::bigint AND follow.follower_id = ${ownerId}::bigint`

/** Takes out of a home what its owner does not want any more of somebody whom they follow, and no hashtag brings. */
export async function emptyHomeOfUnchosen(tx: Tx, ownerId: AccountId, authorId: AccountId): Promise<void> {
  await sql`
    DELETE FROM home_entry USING post, follow
    WHERE home_entry.owner_id = ${ownerId}::bigint AND home_entry.author_id = ${authorId}::bigint
      AND post.id = home_entry.post_id AND ${isFollow(ownerId, authorId)} AND NOT ${isChosen}
      AND NOT EXISTS (SELECT 1 FROM post_hashtag
        JOIN tag_follow ON tag_follow.hashtag_id = post_hashtag.hashtag_id AND tag_follow.account_id = home_entry.owner_id
        WHERE post_hashtag.post_id = home_entry.post_id)`.execute(tx)
}

/** What a newly followed account said lately comes into the follower's home, unless it is read apart from that. */
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
        AND NOT EXISTS (SELECT 1 FROM follow WHERE ${isFollow(ownerId, authorId)} AND NOT ${isChosen})
      ORDER BY post.id DESC LIMIT ${limit}
    ) AS recent
    WHERE recent.visibility IN ('public', 'unlisted', 'followers') AND recent.in_reply_to_uri IS NULL
      AND NOT ${isReadApart(sql`${ownerId}::bigint`, sql`${authorId}::bigint`)}
      AND (recent.boost_of_id IS NULL OR NOT EXISTS (
        SELECT 1 FROM home_entry JOIN post AS shown ON shown.id = home_entry.post_id
        WHERE home_entry.owner_id = ${ownerId}::bigint
          AND (shown.id = recent.boost_of_id OR shown.boost_of_id = recent.boost_of_id)))
    ON CONFLICT DO NOTHING`.execute(tx)
}

export async function emptyHomeOf(tx: Tx, ownerId: AccountId, authorId: AccountId): Promise<void> {
  await tx
    .deleteFrom('home_entry')
    .where('owner_id', '=', ownerId)
    .where('author_id', '=', authorId)
    .execute()
}

/** Takes somebody out of a home: what they said, what was answered to them, and what others showed of them. */
export async function clearHomeOf(tx: Tx, ownerId: AccountId, accountId: AccountId): Promise<void> {
  await sql`
    DELETE FROM home_entry USING post
    WHERE home_entry.owner_id = ${ownerId}::bigint AND post.id = home_entry.post_id
      AND ${accountId}::bigint IN (post.account_id, post.in_reply_to_account_id,
        (SELECT shown.account_id FROM post AS shown WHERE shown.id = post.boost_of_id))`.execute(tx)
}

/** Rebuilds a home from what everyone followed said lately: for somebody who returns after a long time. */
export async function rebuildHome(tx: Tx, ownerId: AccountId, length: number): Promise<void> {
  await sql`
    INSERT INTO home_entry (owner_id, post_id, author_id)
    SELECT ${ownerId}::bigint, entry.id, entry.account_id FROM (
      SELECT post.id, post.account_id,
        row_number() OVER (PARTITION BY coalesce(post.boost_of_id, post.id) ORDER BY post.id) AS nth
      FROM follow
      CROSS JOIN LATERAL (
        SELECT p.* FROM post AS p WHERE p.account_id = follow.followed_id ORDER BY p.id DESC LIMIT 40
      ) AS post
      WHERE follow.follower_id = ${ownerId}::bigint AND ${wanted}
    ) AS entry WHERE entry.nth = 1
    ORDER BY entry.id DESC LIMIT ${length}
    ON CONFLICT DO NOTHING`.execute(tx)
}

/** Keeps the newest `length` rows of a home. */
export async function trimHome(tx: Tx, ownerId: AccountId, length: number): Promise<void> {
  await sql`
    DELETE FROM home_entry WHERE owner_id = ${ownerId}::bigint AND post_id <= (
      SELECT post_id FROM home_entry WHERE owner_id = ${ownerId}::bigint ORDER BY post_id DESC OFFSET ${length} LIMIT 1
    )`.execute(tx)
}

/** Some of somebody's home; how much of it that was. */
export async function deleteHome(tx: Tx, ownerId: AccountId, limit: number): Promise<number> {
  const gone = await sql`
    DELETE FROM home_entry WHERE (owner_id, post_id) IN (
      SELECT owner_id, post_id FROM home_entry WHERE owner_id = ${ownerId}::bigint LIMIT ${limit}
    ) RETURNING 1`.execute(tx)
  return gone.rows.length
}
