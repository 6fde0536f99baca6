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
  /** follows its author, and is followed by them */
  readonly follows: boolean
  readonly followed: boolean
  /** is named in it, or answered by it */
  readonly named: boolean
}

/** Conditions on `post` as it is. */
const isBookmarked = (me: RawBuilder<unknown>) => sql<boolean>`EXISTS (SELECT 1 FROM bookmark
      WHERE bookmark.account_id = ${me} AND bookmark.post_id = post.id)`
const isMuted = (me: RawBuilder<unknown>) => sql<boolean>`EXISTS (SELECT 1 FROM conversation_mute AS quiet
      WHERE quiet.account_id = ${me} AND quiet.conversation_id = post.conversation_id)`

/** Each of it as a column of a query that has the table `post` in it; none looks further than by a key. */
export function mineOf(me: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    EXISTS (SELECT 1 FROM reaction WHERE reaction.post_id = post.id AND reaction.account_id = ${me}
      AND reaction.emoji IS NULL) AS liked,
    EXISTS (SELECT 1 FROM post AS boost WHERE boost.account_id = ${me} AND boost.boost_of_id = post.id) AS boosted,
    ${isBookmarked(me)} AS bookmarked,
    ${isMuted(me)} AS muted,
    post.account_id = ${me} AND EXISTS (SELECT 1 FROM pinned_post WHERE pinned_post.post_id = post.id
      AND pinned_post.account_id = ${me}) AS pinned,
    post.account_id <> ${me} AND EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = post.account_id
      AND follow.follower_id = ${me} AND follow.state = 'accepted') AS follows,
    post.account_id <> ${me} AND EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = ${me}
      AND follow.follower_id = post.account_id AND follow.state = 'accepted') AS followed,
    coalesce(post.in_reply_to_account_id = ${me}, false) OR EXISTS (SELECT 1 FROM mention
      WHERE mention.post_id = post.id AND mention.account_id = ${me} AND NOT mention.silent AND NOT mention.blind) AS named`
}
