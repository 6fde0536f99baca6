import type { AccountView, PostView } from './view.ts'

/** A number to show. */
export interface ShownCount {
  readonly count: number
  /** it is the word of its own server, which counts more than is known here */
  readonly theirs: boolean
}

/** The larger of what is counted here and what its own server says: neither knows of all. */
function larger(here: number, origin: number | null | undefined): ShownCount {
  return origin !== null && origin !== undefined && origin > here
    ? { count: origin, theirs: true }
    : { count: here, theirs: false }
}

/** What to show beside a post. */
export function shownCounts({
  counts,
  remoteCounts,
}: Pick<PostView, 'counts' | 'remoteCounts'>): Readonly<Record<'replies' | 'likes' | 'boosts', ShownCount>> {
  return {
    replies: larger(counts.replies, remoteCounts?.replies),
    likes: larger(counts.likes, remoteCounts?.likes),
    boosts: larger(counts.boosts, remoteCounts?.boosts),
  }
}

/** What to show on a profile. */
export function shownAccountCounts({
  counts,
  remoteCounts,
}: Pick<AccountView, 'counts' | 'remoteCounts'>): Readonly<
  Record<'posts' | 'followers' | 'following', ShownCount>
> {
  return {
    posts: larger(counts.posts, remoteCounts?.posts),
    followers: larger(counts.followers, remoteCounts?.followers),
    following: larger(counts.following, remoteCounts?.following),
  }
}
