import { type RawBuilder, sql } from 'kysely'

/** What a reader did to a post, and how they stand to it. */
export interface Mine {
  readonly liked: boolean
  readonly boosted: boolean
  readonly bookmarked: boolean
  /** wants to hear no more of its conversation */
  readonly muted: boolean
  /** shows it on their own profile */
  readonly pinned: boolean
  /** follows its author, and is followed by them; said only of posts whose author says what others may do with them */
  readonly follows: boolean
  readonly followed: boolean
  /** is named in it, or answered by it; the same */
  readonly named: boolean
}

/**
 * All of it in one number, for `mineFrom`, as a column of a query that has the table `post` in it. Each part is looked up
 * by a key, for all posts at once where that can be.
 * @param ids of the posts of the query, as an array
 */
export function mineOf(me: RawBuilder<unknown>, ids: RawBuilder<unknown>): RawBuilder<number> {
  return sql`(
      (post.id IN (SELECT post_id FROM reaction
        WHERE post_id = ANY (${ids}) AND account_id = ${me} AND emoji IS NULL))::int
      + 2 * (post.id IN (SELECT boost_of_id FROM post AS boost
        WHERE account_id = ${me} AND boost_of_id = ANY (${ids})))::int
      + 4 * (post.id IN (SELECT post_id FROM bookmark WHERE account_id = ${me} AND post_id = ANY (${ids})))::int
      + 8 * (EXISTS (SELECT 1 FROM conversation_mute AS quiet WHERE quiet.account_id = ${me})
        AND EXISTS (SELECT 1 FROM conversation_mute AS quiet
          WHERE quiet.account_id = ${me} AND quiet.conversation_id = post.conversation_id OFFSET 0))::int
      + 16 * (post.account_id = ${me} AND EXISTS (SELECT 1 FROM pinned_post
        WHERE pinned_post.post_id = post.id AND pinned_post.account_id = ${me} OFFSET 0))::int
      + CASE WHEN post.policy IS NULL THEN 0 ELSE
        32 * (post.account_id <> ${me} AND EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = post.account_id
          AND follow.follower_id = ${me} AND follow.state = 'accepted' OFFSET 0))::int
        + 64 * (post.account_id <> ${me} AND EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = ${me}
          AND follow.follower_id = post.account_id AND follow.state = 'accepted' OFFSET 0))::int
        + 128 * (coalesce(post.in_reply_to_account_id = ${me}, false) OR EXISTS (SELECT 1 FROM mention
          WHERE mention.post_id = post.id AND mention.account_id = ${me}
            AND NOT mention.silent AND NOT mention.blind OFFSET 0))::int END)`
}

export function mineFrom(word: number | null): Mine | null {
  if (word === null) return null
  const has = (bit: number) => ((word >> bit) & 1) === 1
  return {
    liked: has(0),
    boosted: has(1),
    bookmarked: has(2),
    muted: has(3),
    pinned: has(4),
    follows: has(5),
    followed: has(6),
    named: has(7),
  }
}
