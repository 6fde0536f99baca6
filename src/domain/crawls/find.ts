import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** One look at another server's threads or profile, in rounds. */
export interface Crawl {
  readonly id: string
  readonly postId: PostId | null
  readonly accountId: AccountId | null
  readonly round: number
  readonly beganAt: Date
  /** null while the round is under way */
  readonly endedAt: Date | null
  /** addresses that are still to be asked for */
  readonly waiting: number
  readonly asked: number
  readonly found: number
  readonly nextUrl: string | null
}

export const crawlColumns = [
  'crawl.id',
  'crawl.post_id as postId',
  'crawl.account_id as accountId',
  'crawl.round',
  'crawl.began_at as beganAt',
  'crawl.ended_at as endedAt',
  'crawl.waiting',
  'crawl.asked',
  'crawl.found',
  'crawl.next_url as nextUrl',
] as const

export async function findCrawl(db: Db, id: string): Promise<Crawl | undefined> {
  return db.selectFrom('crawl').select(crawlColumns).where('id', '=', id).executeTakeFirst()
}

export async function findCrawlOfAccount(db: Db, accountId: AccountId): Promise<Crawl | undefined> {
  return db.selectFrom('crawl').select(crawlColumns).where('account_id', '=', accountId).executeTakeFirst()
}

/** The latest look at a conversation, whichever of its posts it began with. */
export async function findCrawlOfConversation(db: Db, conversationId: PostId): Promise<Crawl | undefined> {
  return db
    .selectFrom('crawl')
    .innerJoin('post', 'post.id', 'crawl.post_id')
    .select(crawlColumns)
    .where('post.conversation_id', '=', conversationId)
    .orderBy('crawl.began_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** A post of a conversation whose own server may be asked what was said to it. */
export interface KnownAfar {
  readonly id: PostId
  readonly uri: string
  readonly inReplyToId: PostId | null
  readonly publishedAt: Date
  readonly askedAt: Date | null
}

/** The open posts from elsewhere of a conversation, oldest first, and when each was last asked about. */
export async function findKnownAfar(db: Db, conversationId: PostId, limit: number): Promise<KnownAfar[]> {
  return db
    .selectFrom('post')
    .leftJoin('post_origin', 'post_origin.post_id', 'post.id')
    .select([
      'post.id',
      'post.uri',
      'post.in_reply_to_id as inReplyToId',
      'post.published_at as publishedAt',
      'post_origin.asked_at as askedAt',
    ])
    .where('post.conversation_id', '=', conversationId)
    .where('post.local', '=', false)
    .where('post.visibility', 'in', ['public', 'unlisted'])
    .where('post.kind', '!=', 'boost')
    .orderBy('post.id')
    .limit(limit)
    .execute()
}

/** Where what a post answers, and what that answers, is not known any further; of nothing when the chain is whole. */
export async function findMissingParent(db: Db, postId: PostId, depth: number): Promise<string | undefined> {
  const { rows } = await sql<{ uri: string }>`
    WITH RECURSIVE up AS (
      SELECT id, in_reply_to_id, in_reply_to_uri, 0 AS depth FROM post WHERE id = ${postId}::bigint
      UNION ALL
      SELECT post.id, post.in_reply_to_id, post.in_reply_to_uri, up.depth + 1
      FROM up JOIN post ON post.id = up.in_reply_to_id WHERE up.depth < ${depth}
    ) SELECT in_reply_to_uri AS uri FROM up
    WHERE in_reply_to_id IS NULL AND in_reply_to_uri IS NOT NULL LIMIT 1`.execute(db)
  return rows[0]?.uri
}

/** When the posts with these uris were last asked about, by uri; those that are not known are not in it. */
export async function findAsked(
  db: Db,
  uris: readonly string[],
): Promise<
  Map<string, { readonly local: boolean; readonly publishedAt: Date; readonly askedAt: Date | null }>
> {
  if (uris.length === 0) return new Map()
  const rows = await db
    .selectFrom('post')
    .leftJoin('post_origin', 'post_origin.post_id', 'post.id')
    .select(['post.uri', 'post.local', 'post.published_at as publishedAt', 'post_origin.asked_at as askedAt'])
    .where('post.uri', '=', sql<string>`any(${uris}::text[])`)
    .execute()
  return new Map(rows.map(({ uri, ...row }) => [uri, row]))
}

/** When an account's numbers were last asked for at its server. */
export async function findAccountAsked(db: Db, accountId: AccountId): Promise<Date | null> {
  const row = await db
    .selectFrom('account_origin')
    .select('asked_at')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row?.asked_at ?? null
}

/** Where an account lists what it said, and what it lets be done with that. */
export async function findLists(db: Db, accountId: AccountId) {
  return db
    .selectFrom('account')
    .select([
      'uri',
      'outbox_url as outboxUrl',
      'featured_url as featuredUrl',
      'followers_url as followersUrl',
      'following_url as followingUrl',
      'discoverable',
      'indexable',
    ])
    .where('id', '=', accountId)
    .where('local', '=', false)
    .where('deleted_at', 'is', null)
    .where('suspended_at', 'is', null)
    .executeTakeFirst()
}
