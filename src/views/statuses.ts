import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import { type Mine, viewMine } from './mine.ts'
import { viewPosts } from './posts.ts'
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
  /** the app that its author wrote it with */
  readonly app: AppView | null
  /** which of the reader's filters it meets */
  readonly filtered: readonly FilterMatch[]
}

export interface AppView {
  readonly name: string
  readonly website: string | null
}

/** One of a reader's filters that a post meets. */
export interface FilterMatch {
  readonly filterId: string
  readonly title: string
  readonly contexts: readonly string[]
  readonly action: 'warn' | 'hide' | 'blur'
  readonly expiresAt: Date | null
  readonly keywords: readonly string[]
  readonly postIds: readonly PostId[]
}

/** Finds what a reader's filters meet; without one, nothing is filtered. */
export type FilterPosts = (posts: readonly PostView[]) => (post: PostView) => readonly FilterMatch[]
/** The filters of a reader, ready to be held against posts. */
export type FiltersOf = (db: Db, accountId: AccountId) => Promise<FilterPosts>

/** Where no filters are known yet. */
const noFilters: FiltersOf = async () => () => () => []

/**
 * Turns ids into posts with what this reader did to them, in the order given, in a fixed number of queries however many;
 * those that the reader may not see are left out.
 */
export async function viewStatuses(db: Db, ids: readonly PostId[], viewer: Viewer): Promise<StatusView[]> {
  const posts = await viewPosts(db, ids, viewer)
  return statusesOf(db, posts, viewer)
}

/** One post, if it is there and this reader may see it. */
export async function viewStatus(db: Db, id: PostId, viewer: Viewer): Promise<StatusView | undefined> {
  return (await viewStatuses(db, [id], viewer))[0]
}

async function statusesOf(db: Db, posts: readonly PostView[], viewer: Viewer): Promise<StatusView[]> {
  if (posts.length === 0) return []
  const all = posts.flatMap(withInner)
  const ids = [...new Set(all.map(({ id }) => id))]
  const [mine, apps, filters] = await Promise.all([
    viewer ? viewMine(db, ids, viewer.accountId) : undefined,
    appsIn(db, all),
    viewer ? noFilters(db, viewer.accountId) : undefined,
  ])
  const filtered = filters?.(all)
  const view = (post: PostView): StatusView => ({
    post,
    mine: mine?.get(post.id) ?? null,
    boostOf: post.boostOf && view(post.boostOf),
    quoted: post.quote?.post ? view(post.quote.post) : null,
    app: (post.clientId && apps.get(post.clientId)) || null,
    filtered: filtered?.(post) ?? [],
  })
  return posts.map(view)
}

/** A post, what it boosts and what that quotes. */
function withInner(post: PostView): PostView[] {
  const inner = [post.boostOf, post.quote?.post ?? null].filter((each) => each !== null)
  return [post, ...inner.flatMap(withInner)]
}

const findApps = statement(
  'views.apps-of-posts',
  'SELECT id, name, website FROM client WHERE id = ANY ($1::text[])',
)

async function appsIn(db: Db, posts: readonly PostView[]): Promise<ReadonlyMap<string, AppView>> {
  const ids = [...new Set(posts.flatMap(({ clientId }) => clientId ?? []))]
  if (ids.length === 0) return new Map()
  const rows = await findApps<AppView & { id: string }>(db, [ids])
  return new Map(rows.map(({ id, ...app }) => [id, app]))
}
