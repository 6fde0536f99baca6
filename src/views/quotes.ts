import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { QuoteState } from '../db/tables/quotes.ts'
import type { PostView, QuoteView } from './view.ts'

/** What a post quotes, as it comes from the database. */
export interface QuoteRow {
  readonly state: QuoteState
  readonly uri: string
  readonly stampUri: string | null
  readonly quotedId: PostId | null
  readonly quotedUrl: string | null
  readonly accountId: AccountId | null
  readonly accountUri: string | null
  readonly accountUrl: string | null
  readonly name: string | null
  readonly host: string | null
}

/** A column of a query that has the table `post` in it: a `QuoteRow`, or null where the post quotes nothing. */
export const quoteColumn: RawBuilder<QuoteRow | null> = sql`(
  SELECT json_build_object('state', quote.state, 'uri', quote.quoted_uri, 'stampUri', quote.stamp_uri,
    'quotedId', quote.quoted_id::text, 'quotedUrl', quoted.url, 'accountId', account.id::text,
    'accountUri', account.uri, 'accountUrl', coalesce(account.url, account.uri), 'name', account.name,
    'host', account.host)
  FROM quote
  LEFT JOIN post AS quoted ON quoted.id = quote.quoted_id
  LEFT JOIN account ON account.id = quoted.account_id
  WHERE quote.post_id = post.id)`

/**
 * What a post quotes. The quoted post itself comes only with a quote that its author stands for, and only where this
 * reader may see it; of all others there is a link and how they stand.
 */
export function quoteFrom(row: QuoteRow | null, post: PostView | null): QuoteView | null {
  if (row === null) return null
  return {
    state: row.state,
    uri: row.uri,
    url: row.quotedUrl ?? row.uri,
    quotedId: row.quotedId,
    author: authorIn(row),
    post: row.state === 'accepted' ? post : null,
    stampUri: row.stampUri,
  }
}

function authorIn({
  accountId: id,
  accountUri: uri,
  accountUrl: url,
  name,
  host,
}: QuoteRow): QuoteView['author'] {
  return id === null || uri === null || url === null || name === null ? null : { id, uri, url, name, host }
}
