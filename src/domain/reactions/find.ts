import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Echo, KnownReaction } from './reaction.ts'

/** An account and a post. */
export interface Pair {
  readonly accountId: AccountId
  readonly postId: PostId
}

const columns = ['id', 'uri', 'account_id as accountId', 'post_id as postId', 'emoji'] as const

/** The like of an account for a post, or its reaction with that emoji. */
export async function findReaction(
  db: Db,
  { accountId, postId }: Pair,
  emoji: string | null,
): Promise<KnownReaction | undefined> {
  return db
    .selectFrom('reaction')
    .select(columns)
    .where('post_id', '=', postId)
    .where('account_id', '=', accountId)
    .where('emoji', 'is not distinct from', emoji)
    .executeTakeFirst()
}

/** The picture of a custom emoji that somebody has put to that post. */
export async function findPictureAt(db: Db, postId: PostId, emoji: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('reaction')
    .select('emoji_url as url')
    .where('post_id', '=', postId)
    .where('emoji', '=', emoji)
    .where('emoji_url', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row?.url ?? undefined
}

/** Likes and emoji reactions of these accounts for these posts, pair by pair. */
export async function findReactionsByPairs(db: Db, pairs: readonly Pair[]): Promise<KnownReaction[]> {
  if (pairs.length === 0) return []
  const posts = pairs.map(({ postId }) => postId)
  const accounts = pairs.map(({ accountId }) => accountId)
  return db
    .selectFrom('reaction')
    .select(columns)
    .where(
      sql<boolean>`(post_id, account_id) IN (SELECT * FROM unnest(${posts}::bigint[], ${accounts}::bigint[]))`,
    )
    .orderBy('id')
    .execute()
}

export async function findReactionsByUris(db: Db, uris: readonly string[]): Promise<KnownReaction[]> {
  if (uris.length === 0) return []
  return db
    .selectFrom('reaction')
    .select(columns)
    .where('uri', '=', sql<string>`any(${uris}::text[])`)
    .execute()
}

/** Likes and reactions by an account, some of them. */
export async function findReactionsBy(db: Db, accountId: AccountId, limit: number): Promise<KnownReaction[]> {
  return db.selectFrom('reaction').select(columns).where('account_id', '=', accountId).limit(limit).execute()
}

/** Echoes by these ids, and all others of what these accounts did to these posts. */
export async function findEchoes(
  db: Db,
  named: readonly { readonly accountId: AccountId; readonly uri: string }[],
  pairs: readonly Pair[],
): Promise<Echo[]> {
  if (named.length === 0 && pairs.length === 0) return []
  const { rows } = await sql<EchoRow>`
    SELECT account_id AS "accountId", uri, post_id AS "postId", kind, emoji, state, took FROM reaction_echo
    WHERE (account_id, uri) IN (SELECT * FROM unnest(
      ${named.map(({ accountId }) => accountId)}::bigint[], ${named.map(({ uri }) => uri)}::text[]))
    UNION
    SELECT account_id, uri, post_id, kind, emoji, state, took FROM reaction_echo
    WHERE (post_id, account_id) IN (SELECT * FROM unnest(
      ${pairs.map(({ postId }) => postId)}::bigint[], ${pairs.map(({ accountId }) => accountId)}::bigint[]))
    ORDER BY 2`.execute(db)
  return rows.map(echoFrom)
}

interface EchoRow {
  readonly accountId: AccountId
  readonly uri: string
  readonly postId: PostId | null
  readonly kind: 'like' | 'boost' | null
  readonly emoji: string | null
  readonly state: Echo['state']
  readonly took: readonly string[]
}

function echoFrom({ accountId, uri, postId, kind, emoji, state, took }: EchoRow): Echo {
  if (state === 'undone' || postId === null || kind === null) return { state: 'undone', accountId, uri, took }
  return { state, accountId, uri, key: { accountId, postId, kind, emoji } }
}
