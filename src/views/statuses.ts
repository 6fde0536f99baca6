import type { PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type FilterMatch, filtersOf } from './filters.ts'
import type { Mine } from './mine.ts'
import { postsFrom } from './posts.ts'
import { type Standing, standingOf } from './standing.ts'
import type { PostView, Viewer } from './view.ts'

/** A post with what its reader did to it: what every list of posts in the Mastodon API is made of. */
export interface StatusView {
  readonly post: PostView
  /** null for nobody in particular */
  readonly mine: Mine | null
  /** what it boosts, which is no boost itself */
  readonly boostOf: StatusView | null
  /** what it quotes, where this reader may see it; without a quote of its own */
  readonly quoted: StatusView | null
  /** which of the reader's filters it meets */
  readonly filtered: readonly FilterMatch[]
}

/**
 * Turns ids into posts with what this reader did to them, in the order given, in a fixed number of queries however many;
 * those that the reader may not see are left out.
 * @param filters false where it is known that the reader has none
 */
export async function viewStatuses(
  db: Db,
  ids: readonly PostId[],
  viewer: Viewer,
  filters = true,
): Promise<StatusView[]> {
  if (ids.length === 0) return []
  return statusesFrom(db, ids, await standingOf(db, ids, viewer), viewer, filters)
}

/**
 * The same where it is known already how their reader stands to them.
 * @param filters false where it is known that the reader has none
 */
export async function statusesFrom(
  db: Db,
  ids: readonly PostId[],
  standing: ReadonlyMap<PostId, Standing>,
  viewer: Viewer,
  filters = true,
): Promise<StatusView[]> {
  const [posts, filtered] = await Promise.all([
    postsFrom(db, ids, standing),
    viewer && filters ? filtersOf(db, viewer.accountId) : undefined,
  ])
  const view = (post: PostView): StatusView => ({
    post,
    mine: standing.get(post.id)?.mine ?? null,
    boostOf: post.boostOf && view(post.boostOf),
    quoted: post.quote?.post ? view(post.quote.post) : null,
    filtered: filtered?.(post) ?? [],
  })
  return posts.map(view)
}

/** One post, if it is there and this reader may see it. */
export async function viewStatus(db: Db, id: PostId, viewer: Viewer): Promise<StatusView | undefined> {
  return (await viewStatuses(db, [id], viewer))[0]
}
