import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { shownTo, type Viewer, visibleTo } from '../domain/posts/audience.ts'
import { viewAccounts } from './accounts.ts'
import { cardsIn } from './cards.ts'
import { heldIn } from './held.ts'
import { quotesIn } from './quotes.ts'
import type { Page, PostView } from './view.ts'

export interface PageOptions {
  /** only what is older than this id */
  readonly maxId?: PostId
  readonly limit: number
  /** who is reading; nobody in particular, when left out */
  readonly viewer?: Viewer
}

/** Turns ids into posts, in the order given, in a fixed number of queries however many; those this reader may not see are left out. */
export async function viewPosts(
  db: Db,
  ids: readonly PostId[],
  viewer: Viewer,
  withQuotes = true,
): Promise<PostView[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('post')
    .leftJoin('post_stat', 'post_stat.post_id', 'post.id')
    .leftJoin('post_origin as origin', 'origin.post_id', 'post.id')
    .leftJoin('post as root', 'root.id', 'post.conversation_id')
    .innerJoin('account as author', 'author.id', 'post.account_id')
    .selectAll('post')
    .select('author.host')
    .select(['post_stat.replies', 'post_stat.likes', 'post_stat.boosts', 'post_stat.quotes'])
    .select([
      'origin.post_id as origin_id',
      'origin.replies as origin_replies',
      'origin.likes as origin_likes',
      'origin.boosts as origin_boosts',
      'root.context_uri as root_context_uri',
    ])
    // Most posts hold none of these, and then nothing need be asked of them.
    .select([
      holds('attachment').as('has_files'),
      holds('post_preview').as('has_card'),
      holds('quote').as('has_quote'),
      holds('mention').as('has_mentions'),
      holds('post_hashtag').as('has_hashtags'),
    ])
    .where('post.id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .where('author.deleted_at', 'is', null)
    .where('author.suspended_at', 'is', null)
    .where(visibleTo(viewer))
    .execute()
  const having = (what: Held) => rows.filter((row) => row[what]).map((row) => row.id)
  const [held, cards, quotes, boosted, authors, mentions, hashtags] = await Promise.all([
    heldIn(db, rows, viewer),
    cardsIn(db, having('has_card')),
    // What a quoted post quotes in its turn stays a link.
    quotesIn(db, having('has_quote'), async (quoted) =>
      withQuotes ? viewPosts(db, quoted, viewer, false) : [],
    ),
    // What is boosted is no boost itself, so this goes no deeper.
    viewPosts(
      db,
      rows.flatMap((row) => row.boost_of_id ?? []),
      viewer,
      withQuotes,
    ),
    viewAccounts(
      db,
      rows.map((row) => row.account_id),
    ),
    mentionsIn(db, having('has_mentions')),
    hashtagsIn(db, having('has_hashtags')),
  ])
  const views = new Map<PostId, PostView>()
  for (const row of rows) {
    const author = authors.get(row.account_id)
    const boostOf = boosted.find((post) => post.id === row.boost_of_id) ?? null
    if (!author || (row.boost_of_id !== null && boostOf === null)) continue
    views.set(row.id, {
      ...held(row),
      card: cards.get(row.id) ?? null,
      id: row.id,
      uri: row.uri,
      url: row.url ?? row.uri,
      local: row.local,
      author,
      kind: row.kind,
      boostOf,
      visibility: row.visibility,
      inReplyTo:
        row.in_reply_to_uri === null
          ? null
          : { id: row.in_reply_to_id, uri: row.in_reply_to_uri, accountId: row.in_reply_to_account_id },
      conversationId: row.conversation_id,
      contextUri: row.root_context_uri,
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
      counts: {
        replies: row.replies ?? 0,
        likes: row.likes ?? 0,
        boosts: row.boosts ?? 0,
        quotes: row.quotes ?? 0,
      },
      quote: quotes.get(row.id) ?? null,
      policy: row.policy,
      held: row.held,
      approvedBy: row.approved_by,
      extension: row.extension,
      clientId: row.client_id,
      remoteCounts:
        row.origin_id === null
          ? null
          : { replies: row.origin_replies, likes: row.origin_likes, boosts: row.origin_boosts },
    })
  }
  return ids.map((id) => views.get(id)).filter((view) => view !== undefined)
}

type Held = 'has_card' | 'has_quote' | 'has_mentions' | 'has_hashtags'

function holds(table: 'attachment' | 'post_preview' | 'quote' | 'mention' | 'post_hashtag') {
  const held = sql.table(table)
  return sql<boolean>`EXISTS (SELECT 1 FROM ${held} WHERE ${held}.post_id = post.id)`
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

async function mentionsIn(db: Db, ids: readonly PostId[]) {
  if (ids.length === 0) return new Map<PostId, PostView['mentions']>()
  const rows = await db
    .selectFrom('mention')
    .innerJoin('account', 'account.id', 'mention.account_id')
    .select((eb) => [
      'mention.post_id',
      'mention.silent',
      'account.id',
      'account.uri',
      eb.fn.coalesce('account.url', 'account.uri').as('url'),
      'account.name',
      'account.host',
    ])
    .where('mention.post_id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .where('mention.blind', '=', false)
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
