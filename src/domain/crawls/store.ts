import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import { type Crawl, crawlColumns } from './find.ts'

/** What a crawl is about: the thread around a post, or what an account said. */
export type CrawlTarget = { readonly postId: PostId } | { readonly accountId: AccountId }

/** Held until the transaction ends; made where there is none. */
export async function lockCrawl(tx: Tx, target: CrawlTarget, now: Date): Promise<Crawl> {
  const column = 'postId' in target ? 'post_id' : 'account_id'
  await tx
    .insertInto('crawl')
    .values({
      post_id: 'postId' in target ? target.postId : null,
      account_id: 'accountId' in target ? target.accountId : null,
      began_at: now,
      ended_at: now,
      next_url: null,
    })
    .onConflict((conflict) => conflict.column(column).doNothing())
    .execute()
  return tx
    .selectFrom('crawl')
    .select(crawlColumns)
    .where(column, '=', 'postId' in target ? target.postId : target.accountId)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/** A crawl, held until the transaction ends; undefined when it is gone, or in another round than that. */
export async function lockRound(tx: Tx, id: string, round?: number): Promise<Crawl | undefined> {
  return tx
    .selectFrom('crawl')
    .select(crawlColumns)
    .where('id', '=', id)
    .$if(round !== undefined, (query) => query.where('round', '=', round as number))
    .forUpdate()
    .executeTakeFirst()
}

/** Begins another round: nothing is asked or found in it yet. */
export async function beginRound(tx: Tx, crawl: Crawl, now: Date): Promise<Crawl> {
  await tx.deleteFrom('crawl_seen').where('crawl_id', '=', crawl.id).execute()
  const round = crawl.round + 1
  await tx
    .updateTable('crawl')
    .set({ round, began_at: now, ended_at: null, waiting: 0, asked: 0, found: 0 })
    .where('id', '=', crawl.id)
    .execute()
  return { ...crawl, round, beganAt: now, endedAt: null, waiting: 0, asked: 0, found: 0 }
}

/** Which of these addresses are new to the round; they count as asked for from now on. */
export async function claimAddresses(tx: Tx, crawlId: string, urls: readonly string[]): Promise<Set<string>> {
  if (urls.length === 0) return new Set()
  const byKey = new Map(urls.map((url) => [keyOf(url).toString('hex'), url]))
  const inserted = await sql<{ key: Buffer }>`
    INSERT INTO crawl_seen (crawl_id, key)
    SELECT ${crawlId}::bigint, decode(key, 'hex') FROM unnest(${[...byKey.keys()]}::text[]) AS t (key)
    ON CONFLICT DO NOTHING RETURNING key`.execute(tx)
  return new Set(inserted.rows.flatMap(({ key }) => byKey.get(key.toString('hex')) ?? []))
}

function keyOf(url: string): Buffer {
  return createHash('sha256').update(url).digest().subarray(0, 16)
}

export interface Progress {
  readonly waiting: number
  readonly asked: number
  readonly found: number
  readonly nextUrl?: string | null
}

/** Writes down how far a round has come; with nothing left to wait for it is over. */
export async function advanceRound(tx: Tx, crawl: Crawl, by: Progress, now: Date): Promise<void> {
  const over = crawl.waiting + by.waiting <= 0
  await tx
    .updateTable('crawl')
    .set({
      waiting: Math.max(crawl.waiting + by.waiting, 0),
      asked: crawl.asked + by.asked,
      found: crawl.found + by.found,
      ended_at: over ? now : null,
      ...(by.nextUrl === undefined ? {} : { next_url: by.nextUrl }),
    })
    .where('id', '=', crawl.id)
    .execute()
  if (over) await tx.deleteFrom('crawl_seen').where('crawl_id', '=', crawl.id).execute()
}

/** Forgets some of what was looked at before then. */
export async function deleteCrawls(db: Db, before: Date, limit: number): Promise<void> {
  await sql`
    DELETE FROM crawl WHERE id = any(ARRAY(
      SELECT id FROM crawl WHERE ended_at < ${before} ORDER BY ended_at LIMIT ${limit}))`.execute(db)
}
