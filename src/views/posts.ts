import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { shownTo, type Viewer } from '../domain/posts/audience.ts'
import { viewStatuses } from './statuses.ts'
import type { Page, PostView } from './view.ts'

export interface PageOptions {
  /** only what is older than this id */
  readonly maxId?: PostId
  readonly limit: number
  /** who is reading; nobody in particular, when left out */
  readonly viewer?: Viewer
}

/** Turns ids into posts, in the order given, in a fixed number of queries however many; those this reader may not see are left out. */
export async function viewPosts(db: Db, ids: readonly PostId[], viewer: Viewer): Promise<PostView[]> {
  return (await viewStatuses(db, ids, viewer, false)).map(({ post }) => post)
}

/** One post, if it is there and this reader may see it. */
export async function viewPost(db: Db, id: PostId, viewer: Viewer): Promise<PostView | undefined> {
  return (await viewPosts(db, [id], viewer))[0]
}

/** One post as its author sees it: for what the server itself does with it. */
export async function viewPostAsAuthor(
  db: Db,
  id: PostId,
  authorId: AccountId,
): Promise<PostView | undefined> {
  return viewPost(db, id, { accountId: authorId })
}

const open = ['public', 'unlisted'] as const

/** What an account says to everyone, newest first. */
export async function listOutbox(
  db: Db,
  accountId: AccountId,
  options: PageOptions,
): Promise<Page<PostView>> {
  const rows = await db
    .selectFrom('post')
    .select('id')
    .where('account_id', '=', accountId)
    .where('visibility', 'in', open)
    .where('held', '=', false)
    .$if(options.maxId !== undefined, (query) => query.where('id', '<', options.maxId as PostId))
    .orderBy('id', 'desc')
    .limit(options.limit + 1)
    .execute()
  return pageOf(db, rows, options.limit, options.viewer)
}

/** How many posts `listOutbox` has in all. */
export async function countOutbox(db: Db, accountId: AccountId): Promise<number> {
  const row = await db
    .selectFrom('post')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('account_id', '=', accountId)
    .where('visibility', 'in', open)
    .where('held', '=', false)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** The newest public posts of people here; with what they boost, if it is asked for. */
export async function listPublicLocal(
  db: Db,
  options: PageOptions & { readonly boosts?: boolean },
): Promise<Page<PostView>> {
  const rows = await db
    .selectFrom('post')
    .select('id')
    .where('local', '=', true)
    .where('visibility', '=', 'public')
    .where('in_reply_to_uri', 'is', null)
    .where(shownTo(options.viewer))
    .$if(!options.boosts, (query) => query.where('boost_of_id', 'is', null))
    .$if(options.maxId !== undefined, (query) => query.where('id', '<', options.maxId as PostId))
    .orderBy('id', 'desc')
    .limit(options.limit + 1)
    .execute()
  return pageOf(db, rows, options.limit, options.viewer)
}

/** Public posts with a hashtag, by its name in lower case, newest first. */
export async function listTagged(db: Db, name: string, options: PageOptions): Promise<Page<PostView>> {
  const rows = await db
    .selectFrom('hashtag')
    .innerJoin('post_hashtag', 'post_hashtag.hashtag_id', 'hashtag.id')
    .innerJoin('post', 'post.id', 'post_hashtag.post_id')
    .select('post.id')
    .where('hashtag.name', '=', name.toLowerCase())
    .where('post.visibility', '=', 'public')
    .where(shownTo(options.viewer))
    .$if(options.maxId !== undefined, (query) =>
      query.where('post_hashtag.post_id', '<', options.maxId as PostId),
    )
    .orderBy('post_hashtag.post_id', 'desc')
    .limit(options.limit + 1)
    .execute()
  return pageOf(db, rows, options.limit, options.viewer)
}

async function pageOf(
  db: Db,
  rows: readonly { id: PostId }[],
  limit: number,
  viewer: Viewer,
): Promise<Page<PostView>> {
  const ids = rows.slice(0, limit).map((row) => row.id)
  const items = await viewPosts(db, ids, viewer)
  const last = ids.at(-1)
  return rows.length > limit && last ? { items, next: last } : { items }
}
