import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type Viewer, visibleTo } from '../domain/posts/audience.ts'
import { viewAccounts } from './accounts.ts'
import type { AccountMention, Page, PostView } from './view.ts'

export interface PageOptions {
  /** only what is older than this id */
  readonly maxId?: PostId
  readonly limit: number
}

/** Turns ids into posts, in the order given, in four queries however many; those this reader may not see are left out. */
export async function viewPosts(db: Db, ids: readonly PostId[], viewer: Viewer): Promise<PostView[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('post')
    .leftJoin('post_stat', 'post_stat.post_id', 'post.id')
    .innerJoin('account as author', 'author.id', 'post.account_id')
    .selectAll('post')
    .select(['post_stat.replies', 'post_stat.likes', 'post_stat.boosts'])
    .where('post.id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .where('author.deleted_at', 'is', null)
    .where('author.suspended_at', 'is', null)
    .where(visibleTo(viewer))
    .execute()
  const found = rows.map((row) => row.id)
  const [authors, mentions, hashtags] = await Promise.all([
    viewAccounts(
      db,
      rows.map((row) => row.account_id),
    ),
    mentionsIn(db, found),
    hashtagsIn(db, found),
  ])
  const views = new Map<PostId, PostView>()
  for (const row of rows) {
    const author = authors.get(row.account_id)
    if (!author) continue
    views.set(row.id, {
      id: row.id,
      uri: row.uri,
      url: row.url ?? row.uri,
      local: row.local,
      author,
      kind: row.kind,
      visibility: row.visibility,
      inReplyTo:
        row.in_reply_to_uri === null
          ? null
          : { id: row.in_reply_to_id, uri: row.in_reply_to_uri, accountId: row.in_reply_to_account_id },
      conversationId: row.conversation_id,
      title: row.title,
      summary: row.summary,
      sensitive: row.sensitive,
      contentHtml: row.content_html,
      source: row.source,
      language: row.language,
      publishedAt: row.published_at,
      editedAt: row.edited_at,
      mentions: mentions.get(row.id) ?? [],
      hashtags: hashtags.get(row.id) ?? [],
      audience: row.audience_uri,
      counts: { replies: row.replies ?? 0, likes: row.likes ?? 0, boosts: row.boosts ?? 0 },
    })
  }
  return ids.map((id) => views.get(id)).filter((view) => view !== undefined)
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

async function mentionsIn(db: Db, ids: readonly PostId[]): Promise<Map<PostId, AccountMention[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('mention')
    .innerJoin('account', 'account.id', 'mention.account_id')
    .select((eb) => [
      'mention.post_id',
      'account.id',
      'account.uri',
      eb.fn.coalesce('account.url', 'account.uri').as('url'),
      'account.name',
      'account.host',
    ])
    .where('mention.post_id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .orderBy('account.id')
    .execute()
  return grouped(rows)
}

async function hashtagsIn(db: Db, ids: readonly PostId[]) {
  if (ids.length === 0) return new Map<PostId, { name: string; displayName: string }[]>()
  const rows = await db
    .selectFrom('post_hashtag')
    .innerJoin('hashtag', 'hashtag.id', 'post_hashtag.hashtag_id')
    .select(['post_hashtag.post_id', 'hashtag.name', 'hashtag.display_name as displayName'])
    .where('post_hashtag.post_id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .orderBy('hashtag.name')
    .execute()
  return grouped(rows)
}

function grouped<Row extends { post_id: PostId }>(rows: readonly Row[]): Map<PostId, Omit<Row, 'post_id'>[]> {
  const groups = new Map<PostId, Omit<Row, 'post_id'>[]>()
  for (const { post_id, ...rest } of rows) {
    const group = groups.get(post_id)
    if (group) group.push(rest)
    else groups.set(post_id, [rest])
  }
  return groups
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
    .$if(options.maxId !== undefined, (query) => query.where('id', '<', options.maxId as PostId))
    .orderBy('id', 'desc')
    .limit(options.limit + 1)
    .execute()
  return pageOf(db, rows, options.limit, undefined)
}

/** How many posts `listOutbox` has in all. */
export async function countOutbox(db: Db, accountId: AccountId): Promise<number> {
  const row = await db
    .selectFrom('post')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('account_id', '=', accountId)
    .where('visibility', 'in', open)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** The newest public posts of people here. */
export async function listPublicLocal(db: Db, options: PageOptions): Promise<Page<PostView>> {
  const rows = await db
    .selectFrom('post')
    .select('id')
    .where('local', '=', true)
    .where('visibility', '=', 'public')
    .where('in_reply_to_uri', 'is', null)
    .$if(options.maxId !== undefined, (query) => query.where('id', '<', options.maxId as PostId))
    .orderBy('id', 'desc')
    .limit(options.limit + 1)
    .execute()
  return pageOf(db, rows, options.limit, undefined)
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
    .$if(options.maxId !== undefined, (query) =>
      query.where('post_hashtag.post_id', '<', options.maxId as PostId),
    )
    .orderBy('post_hashtag.post_id', 'desc')
    .limit(options.limit + 1)
    .execute()
  return pageOf(db, rows, options.limit, undefined)
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

/** The uris of open replies to a post, oldest first, those from elsewhere too. */
export async function listReplies(
  db: Db,
  postId: PostId,
  options: { readonly after?: PostId; readonly limit: number },
): Promise<Page<string>> {
  const rows = await db
    .selectFrom('post')
    .select(['id', 'uri'])
    .where('in_reply_to_id', '=', postId)
    .where('visibility', 'in', open)
    .$if(options.after !== undefined, (query) => query.where('id', '>', options.after as PostId))
    .orderBy('id')
    .limit(options.limit + 1)
    .execute()
  const shown = rows.slice(0, options.limit)
  const last = shown.at(-1)
  const items = shown.map((row) => row.uri)
  return rows.length > options.limit && last ? { items, next: last.id } : { items }
}

/** The uris of the open posts of a conversation, oldest first. */
export async function listConversation(
  db: Db,
  conversationId: PostId,
  options: { readonly after?: PostId; readonly limit: number },
): Promise<Page<string>> {
  const rows = await db
    .selectFrom('post')
    .select(['id', 'uri'])
    .where('conversation_id', '=', conversationId)
    .where('visibility', 'in', open)
    .$if(options.after !== undefined, (query) => query.where('id', '>', options.after as PostId))
    .orderBy('id')
    .limit(options.limit + 1)
    .execute()
  const shown = rows.slice(0, options.limit)
  const last = shown.at(-1)
  const items = shown.map((row) => row.uri)
  return rows.length > options.limit && last ? { items, next: last.id } : { items }
}

const DEPTH = 100
const REPLIES = 200

/** A post among what it answers and what answers it, as far as this reader may see; undefined when they may not see it. */
export async function viewThread(
  db: Db,
  id: PostId,
  viewer: Viewer,
): Promise<{ ancestors: PostView[]; post: PostView; replies: PostView[] } | undefined> {
  const post = await viewPost(db, id, viewer)
  if (!post) return undefined
  // Other servers may close a thread to a circle: a post that was passed is not passed again.
  const above = await sql<{ id: PostId }>`
    WITH RECURSIVE up AS (
      SELECT in_reply_to_id AS id, ARRAY[id] AS path FROM post WHERE id = ${id}::bigint
      UNION ALL
      SELECT post.in_reply_to_id, up.path || up.id FROM up JOIN post ON post.id = up.id
      WHERE up.id <> ALL (up.path) AND cardinality(up.path) < ${DEPTH}
    ) SELECT id FROM up WHERE id <> ALL (path) ORDER BY cardinality(path) DESC`.execute(db)
  const below = await sql<{ id: PostId }>`
    WITH RECURSIVE down AS (
      (SELECT id, ARRAY[id] AS path FROM post WHERE in_reply_to_id = ${id}::bigint ORDER BY id LIMIT ${REPLIES})
      UNION ALL
      SELECT post.id, down.path || post.id FROM down JOIN post ON post.in_reply_to_id = down.id
      WHERE post.id <> ${id}::bigint AND post.id <> ALL (down.path) AND cardinality(down.path) < ${DEPTH}
    ) SELECT id FROM (SELECT id, path FROM down LIMIT ${REPLIES}) AS few ORDER BY path`.execute(db)
  const [ancestors, replies] = await Promise.all([
    viewPosts(
      db,
      above.rows.map((row) => row.id),
      viewer,
    ),
    viewPosts(
      db,
      below.rows.map((row) => row.id),
      viewer,
    ),
  ])
  return { ancestors, post, replies }
}
