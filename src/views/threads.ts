import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { areApart, isMuted } from '../domain/blocks/find.ts'
import { type Viewer, visibleTo } from '../domain/posts/audience.ts'
import { viewPosts } from './posts.ts'
import type { Page, PostView } from './view.ts'

export interface ListOptions {
  /** only what is newer than this id */
  readonly after?: PostId
  readonly limit: number
}

/** Whoever the author of a post has since blocked does not go on standing below it. */
function isWelcomeTo(postId: PostId) {
  return sql<boolean>`NOT ${areApart(
    sql`(SELECT asked.account_id FROM post AS asked WHERE asked.id = ${postId}::bigint)`,
    sql`post.account_id`,
  )}`
}

/** The uris of the replies to a post that everyone may see, oldest first, those from elsewhere too. */
export async function listReplies(db: Db, postId: PostId, options: ListOptions): Promise<Page<string>> {
  const rows = await db
    .selectFrom('post')
    .select(['post.id', 'post.uri'])
    .where('post.in_reply_to_id', '=', postId)
    .where(visibleTo(undefined))
    .where(isWelcomeTo(postId))
    .$if(options.after !== undefined, (query) => query.where('post.id', '>', options.after as PostId))
    .orderBy('post.id')
    .limit(options.limit + 1)
    .execute()
  return pageOf(rows, options.limit)
}

/**
 * The replies to show with the post itself, where most readers look no further: those first that its author approved,
 * then the oldest.
 * @returns `whole` when there are no others
 */
export async function firstReplies(
  db: Db,
  postId: PostId,
  limit: number,
): Promise<{ readonly ids: readonly string[]; readonly whole: boolean }> {
  const rows = await db
    .selectFrom('post')
    .select('post.uri')
    .where('post.in_reply_to_id', '=', postId)
    .where(visibleTo(undefined))
    .where(isWelcomeTo(postId))
    .orderBy(sql`post.approved_by IS NULL`)
    .orderBy('post.id')
    .limit(limit + 1)
    .execute()
  return { ids: rows.slice(0, limit).map((row) => row.uri), whole: rows.length <= limit }
}

/** The uris of the posts of a conversation that everyone may see, oldest first. */
export async function listConversation(
  db: Db,
  conversationId: PostId,
  options: ListOptions,
): Promise<Page<string>> {
  const rows = await db
    .selectFrom('post')
    .select(['post.id', 'post.uri'])
    .where('post.conversation_id', '=', conversationId)
    .where('post.kind', '!=', 'boost')
    .where(visibleTo(undefined))
    .$if(options.after !== undefined, (query) => query.where('post.id', '>', options.after as PostId))
    .orderBy('post.id')
    .limit(options.limit + 1)
    .execute()
  return pageOf(rows, options.limit)
}

/** How many posts `listConversation` has in all. */
export async function countConversation(db: Db, conversationId: PostId): Promise<number> {
  const row = await db
    .selectFrom('post')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('post.conversation_id', '=', conversationId)
    .where('post.kind', '!=', 'boost')
    .where(visibleTo(undefined))
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Whose a conversation is: the author of its first post, if that is one of ours that everyone may see. */
export async function ownerOfConversation(db: Db, conversationId: PostId): Promise<string | undefined> {
  const row = await db
    .selectFrom('post')
    .innerJoin('account', 'account.id', 'post.account_id')
    .select('account.uri')
    .where('post.id', '=', conversationId)
    .where('post.local', '=', true)
    .where(visibleTo(undefined))
    .executeTakeFirst()
  return row?.uri
}

function pageOf(rows: readonly { id: PostId; uri: string }[], limit: number): Page<string> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const items = shown.map((row) => row.uri)
  return rows.length > limit && last ? { items, next: last.id } : { items }
}

const DEPTH = 100
const REPLIES = 200

/** A post among what it answers and what answers it, in reading order, as far as its reader may see. */
export interface Thread {
  readonly ancestors: readonly PostView[]
  readonly post: PostView
  readonly replies: readonly PostView[]
  /** replies to the post itself that its own server counts and that are not here */
  readonly moreAtOrigin: number
}

/** @returns undefined when this reader may not see the post itself; of the replies at most `limit` */
export async function viewThread(
  db: Db,
  id: PostId,
  viewer: Viewer,
  limit = REPLIES,
): Promise<Thread | undefined> {
  const [post] = await viewPosts(db, [id], viewer)
  if (!post) return undefined
  const { above, below } = await findThread(db, id, { above: DEPTH, below: limit })
  const [ancestors, replies] = await Promise.all([viewPosts(db, above, viewer), viewPosts(db, below, viewer)])
  const moreAtOrigin = Math.max((post.remoteCounts?.replies ?? 0) - post.counts.replies, 0)
  return { ancestors, post, replies, moreAtOrigin }
}

/** What stands above a post and below it, in reading order, whoever may see it; at most so many of each. */
export async function findThread(
  db: Db,
  id: PostId,
  most: { readonly above: number; readonly below: number },
): Promise<{ readonly above: readonly PostId[]; readonly below: readonly PostId[] }> {
  const [above, below] = await Promise.all([climb(db, id, most.above), descend(db, id, most.below)])
  return { above: above.map((row) => row.id), below: below.map((row) => row.id) }
}

// Other servers may close a thread to a circle: a post that was passed is not passed again.
const climb = compiled<{ id: PostId }, [PostId, number]>(
  'threads.above',
  (_db, id, most) => sql`
    WITH RECURSIVE up AS (
      SELECT in_reply_to_id AS id, ARRAY[id] AS path FROM post WHERE id = ${id}::bigint
      UNION ALL
      SELECT post.in_reply_to_id, up.path || up.id FROM up JOIN post ON post.id = up.id
      WHERE up.id <> ALL (up.path) AND cardinality(up.path) < ${most}::int
    ) SELECT id FROM up WHERE id <> ALL (path) ORDER BY cardinality(path) DESC`,
)
const descend = compiled<{ id: PostId }, [PostId, number]>(
  'threads.below',
  (_db, id, most) => sql`
    WITH RECURSIVE down AS (
      (SELECT id, ARRAY[id] AS path FROM post WHERE in_reply_to_id = ${id}::bigint ORDER BY id LIMIT ${most}::int)
      UNION ALL
      SELECT post.id, down.path || post.id FROM down JOIN post ON post.in_reply_to_id = down.id
      WHERE post.id <> ${id}::bigint AND post.id <> ALL (down.path) AND cardinality(down.path) < ${DEPTH}::int
    ) SELECT id FROM (SELECT id, path FROM down LIMIT ${most}::int) AS few ORDER BY path`,
)

/** Those of these posts that are not by somebody whom this reader looks away from. */
export async function withoutMuted(
  db: Db,
  ids: readonly PostId[],
  viewer: Viewer,
): Promise<ReadonlySet<PostId>> {
  if (!viewer || ids.length === 0) return new Set(ids)
  const muted = new Set((await mutedAmong(db, ids, viewer.accountId)).map((row) => row.id))
  return new Set(ids.filter((id) => !muted.has(id)))
}

/** Whoever mutes nobody is not asked of each. */
const mutedAmong = compiled<{ id: PostId }, [readonly PostId[], AccountId]>(
  'threads.muted',
  (_db, ids, me) => {
    const owner = sql`${me}::bigint`
    return sql`SELECT post.id FROM post
    WHERE EXISTS (SELECT 1 FROM mute WHERE mute.account_id = ${owner}) AND post.id = ANY (${ids}::bigint[])
      AND ${isMuted(owner, sql`post.account_id`, 'posts')}`
  },
)
