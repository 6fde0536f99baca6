import { sql } from 'kysely'
import type { AccountId, PostId, ReactionId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type Viewer, visibleTo } from '../domain/posts/audience.ts'
import { viewAccounts } from './accounts.ts'
import type { AccountView, Page } from './view.ts'

/** One emoji that people put to a post, however many of them. */
export interface ReactionGroup {
  /** an emoji of Unicode, or `:name@host:` of a custom one */
  readonly emoji: string
  /** the picture of a custom emoji */
  readonly url: string | null
  readonly count: number
  /** the reader is among them */
  readonly mine: boolean
}

/** What a reader did to a post. */
export interface ViewerReactions {
  readonly liked: boolean
  readonly boosted: boolean
  /** the reader's boost, when there is one */
  readonly boostId: PostId | null
  readonly emoji: readonly string[]
}

/** As many different emoji of a post as anybody looks at; the most frequent ones. */
const MOST_GROUPS = 50

/** The emoji put to each of these posts, the most frequent first; of a post without any, nothing. In one query. */
export async function viewReactions(
  db: Db,
  postIds: readonly PostId[],
  viewer: Viewer,
): Promise<Map<PostId, ReactionGroup[]>> {
  if (postIds.length === 0) return new Map()
  const { rows } = await sql<ReactionGroup & { postId: PostId }>`
    SELECT "postId", emoji, url, count, mine FROM (
      SELECT reaction.post_id AS "postId", reaction.emoji, max(reaction.emoji_url) AS url, count(*)::int AS count,
        coalesce(bool_or(reaction.account_id = ${viewer?.accountId ?? null}::bigint), false) AS mine,
        row_number() OVER (PARTITION BY reaction.post_id ORDER BY count(*) DESC, min(reaction.id)) AS nth
      FROM reaction
      JOIN account ON account.id = reaction.account_id AND account.suspended_at IS NULL AND account.deleted_at IS NULL
      WHERE reaction.post_id = any(${postIds}::bigint[]) AND reaction.emoji IS NOT NULL
      GROUP BY reaction.post_id, reaction.emoji
    ) AS grouped WHERE nth <= ${MOST_GROUPS} ORDER BY "postId", nth`.execute(db)
  const groups = new Map<PostId, ReactionGroup[]>()
  for (const { postId, ...group } of rows) groups.set(postId, [...(groups.get(postId) ?? []), group])
  return groups
}

/** What a reader did to each of these posts, in one query; of one to which they did nothing, nothing. */
export async function viewViewerReactions(
  db: Db,
  postIds: readonly PostId[],
  accountId: AccountId,
): Promise<Map<PostId, ViewerReactions>> {
  if (postIds.length === 0) return new Map()
  const { rows } = await sql<{ postId: PostId; emoji: string | null; boostId: PostId | null }>`
    SELECT post_id AS "postId", emoji, NULL::bigint AS "boostId" FROM reaction
    WHERE post_id = any(${postIds}::bigint[]) AND account_id = ${accountId}::bigint
    UNION ALL
    SELECT boost_of_id, NULL, id FROM post
    WHERE account_id = ${accountId}::bigint AND boost_of_id = any(${postIds}::bigint[])`.execute(db)
  const none: ViewerReactions = { liked: false, boosted: false, boostId: null, emoji: [] }
  const states = new Map<PostId, ViewerReactions>()
  for (const { postId, emoji, boostId } of rows) {
    const state = states.get(postId) ?? none
    if (boostId !== null) states.set(postId, { ...state, boosted: true, boostId })
    else if (emoji === null) states.set(postId, { ...state, liked: true })
    else states.set(postId, { ...state, emoji: [...state.emoji, emoji] })
  }
  return states
}

export interface ReactionPageOptions {
  /** only what is older than this cursor of an earlier page */
  readonly maxId?: string
  readonly limit: number
}

/** Who likes a post, latest first. Whether its reader may see the post is to be asked before. */
export async function listLikers(
  db: Db,
  postId: PostId,
  options: ReactionPageOptions,
): Promise<Page<AccountView>> {
  const rows = await db
    .selectFrom('reaction')
    .innerJoin('account', 'account.id', 'reaction.account_id')
    .select(['reaction.id', 'reaction.account_id as accountId'])
    .where('reaction.post_id', '=', postId)
    .where('reaction.emoji', 'is', null)
    .where('account.suspended_at', 'is', null)
    .where('account.deleted_at', 'is', null)
    .$if(options.maxId !== undefined, (query) => query.where('reaction.id', '<', options.maxId as ReactionId))
    .orderBy('reaction.id', 'desc')
    .limit(options.limit + 1)
    .execute()
  return pageOfAccounts(db, rows, options.limit)
}

/** Who boosts a post, latest first, as far as this reader may see the boosts. */
export async function listBoosters(
  db: Db,
  postId: PostId,
  viewer: Viewer,
  options: ReactionPageOptions,
): Promise<Page<AccountView>> {
  const rows = await selectBoosts(db, postId, viewer, options)
    .select('post.account_id as accountId')
    .execute()
  return pageOfAccounts(db, rows, options.limit)
}

function selectBoosts(db: Db, postId: PostId, viewer: Viewer, options: ReactionPageOptions) {
  return db
    .selectFrom('post')
    .select('post.id')
    .where('post.boost_of_id', '=', postId)
    .where(visibleTo(viewer))
    .$if(options.maxId !== undefined, (query) => query.where('post.id', '<', options.maxId as PostId))
    .orderBy('post.id', 'desc')
    .limit(options.limit + 1)
}

async function pageOfAccounts(
  db: Db,
  rows: readonly { readonly id: string; readonly accountId: AccountId }[],
  limit: number,
): Promise<Page<AccountView>> {
  const shown = rows.slice(0, limit)
  const accounts = await viewAccounts(
    db,
    shown.map((row) => row.accountId),
  )
  const items = shown.flatMap((row) => accounts.get(row.accountId) ?? [])
  const last = shown.at(-1)
  return rows.length > limit && last ? { items, next: last.id } : { items }
}
