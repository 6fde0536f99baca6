import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { isShunned } from '../blocks/find.ts'
import { isReadApart } from '../lists/find.ts'
import { eachIn, shownTo } from '../posts/audience.ts'

/** As many of the latest posts with a hashtag as come into the home of who begins to follow it. */
const BACKFILL = 40

/** What of a hashtag its follower wants in their home: what everybody may read, as they may come upon it. */
const wantedBy = (owner: RawBuilder<unknown>) => sql<boolean>`(
  post.visibility = 'public' AND post.boost_of_id IS NULL AND NOT post.held
  AND ${shownTo(eachIn(owner))}
  AND NOT ${isShunned(owner, [sql`post.account_id`, sql`post.in_reply_to_account_id`])}
  AND NOT ${isReadApart(owner, sql`post.account_id`)})`

/** Rows of the homes of those seen lately who follow a hashtag of these posts. */
export function homesByTags(posts: RawBuilder<unknown>, since: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    SELECT tag_follow.account_id, post.id, post.account_id
    FROM post_hashtag
    JOIN tag_follow ON tag_follow.hashtag_id = post_hashtag.hashtag_id
    JOIN login ON login.account_id = tag_follow.account_id AND login.seen_at >= ${since}
    JOIN post ON post.id = post_hashtag.post_id
    WHERE post_hashtag.post_id = any(${posts}) AND ${wantedBy(sql`tag_follow.account_id`)}`
}

/** The same alone, for posts that come into the homes of followers by and by. */
export async function enterHomesByTags(tx: Tx, postIds: readonly PostId[], seenSince: Date): Promise<void> {
  if (postIds.length === 0) return
  await sql`INSERT INTO home_entry (owner_id, post_id, author_id)
    ${homesByTags(sql`${postIds}::bigint[]`, sql`${seenSince}::timestamptz`)}
    ON CONFLICT DO NOTHING`.execute(tx)
}

/** What was said lately with the hashtags that somebody follows, or with one of them, comes into their home. */
export async function fillHomeByTags(tx: Tx, ownerId: AccountId, hashtagId?: string): Promise<void> {
  const owner = sql`${ownerId}::bigint`
  await sql`
    INSERT INTO home_entry (owner_id, post_id, author_id)
    SELECT ${owner}, said.id, said.account_id FROM tag_follow CROSS JOIN LATERAL (
      SELECT post.id, post.account_id FROM post_hashtag JOIN post ON post.id = post_hashtag.post_id
      WHERE post_hashtag.hashtag_id = tag_follow.hashtag_id AND ${wantedBy(owner)}
      ORDER BY post_hashtag.post_id DESC LIMIT ${BACKFILL}
    ) AS said
    WHERE tag_follow.account_id = ${owner}
      AND ${hashtagId === undefined ? sql`true` : sql`tag_follow.hashtag_id = ${hashtagId}::bigint`}
    ON CONFLICT DO NOTHING`.execute(tx)
}

/** Takes out of a home what a hashtag brought into it, and neither a follow nor another hashtag would have. */
export async function emptyHomeOfTag(tx: Tx, ownerId: AccountId, hashtagId: string): Promise<void> {
  await sql`
    DELETE FROM home_entry USING post_hashtag
    WHERE home_entry.owner_id = ${ownerId}::bigint AND home_entry.author_id <> home_entry.owner_id
      AND post_hashtag.post_id = home_entry.post_id AND post_hashtag.hashtag_id = ${hashtagId}::bigint
      AND NOT EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = home_entry.author_id
        AND follow.follower_id = home_entry.owner_id AND follow.state = 'accepted')
      AND NOT EXISTS (SELECT 1 FROM post_hashtag AS other
        JOIN tag_follow ON tag_follow.hashtag_id = other.hashtag_id AND tag_follow.account_id = home_entry.owner_id
        WHERE other.post_id = home_entry.post_id)`.execute(tx)
}
