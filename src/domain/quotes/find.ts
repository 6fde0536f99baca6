import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { QuoteState } from '../../db/tables/quotes.ts'

export type { QuoteState } from '../../db/tables/quotes.ts'

/** What a post quotes, and how that stands. */
export interface Quote {
  /** the post that quotes */
  readonly postId: PostId
  readonly postUri: string
  readonly accountId: AccountId
  readonly local: boolean
  readonly quotedUri: string
  /** null until the quoted post is known, and once it is gone */
  readonly quotedId: PostId | null
  readonly quotedAccountId: AccountId | null
  readonly state: QuoteState
  readonly stampUri: string | null
}

const selectQuotes = (db: Db) =>
  db
    .selectFrom('quote')
    .innerJoin('post', 'post.id', 'quote.post_id')
    .leftJoin('post as quoted', 'quoted.id', 'quote.quoted_id')
    .select([
      'quote.post_id as postId',
      'post.uri as postUri',
      'quote.account_id as accountId',
      'post.local',
      'quote.quoted_uri as quotedUri',
      'quote.quoted_id as quotedId',
      'quoted.account_id as quotedAccountId',
      'quote.state',
      'quote.stamp_uri as stampUri',
    ])

export async function findQuote(db: Db, postId: PostId): Promise<Quote | undefined> {
  return selectQuotes(db).where('quote.post_id', '=', postId).executeTakeFirst()
}

/** Those that rest on a stamp. */
export async function findQuotesByStamp(db: Db, stampUri: string): Promise<Quote[]> {
  return selectQuotes(db).where('quote.stamp_uri', '=', stampUri).execute()
}

/** Those of a post. */
export async function findQuotesOf(db: Db, quotedId: PostId): Promise<Quote[]> {
  return selectQuotes(db).where('quote.quoted_id', '=', quotedId).orderBy('quote.post_id').execute()
}

/** Those that waited for one of these posts to be known. */
export async function findAwaiting(db: Db, uris: readonly string[]): Promise<Quote[]> {
  if (uris.length === 0) return []
  return selectQuotes(db)
    .where('quote.quoted_uri', '=', sql<string>`any(${uris}::text[])`)
    .where('quote.quoted_id', 'is', null)
    .where('quote.state', '!=', 'gone')
    .execute()
}
