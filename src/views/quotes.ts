import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
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

const findQuotes = compiled<QuoteRow & { readonly postId: PostId }, [readonly PostId[]]>(
  'views.quotes',
  (_db, ids) => sql`
    SELECT quote.post_id AS "postId", quote.state, quote.quoted_uri AS uri, quote.stamp_uri AS "stampUri",
      quote.quoted_id AS "quotedId", quoted.url AS "quotedUrl", account.id AS "accountId",
      account.uri AS "accountUri", coalesce(account.url, account.uri) AS "accountUrl", account.name, account.host
    FROM quote
    LEFT JOIN post AS quoted ON quoted.id = quote.quoted_id
    LEFT JOIN account ON account.id = quoted.account_id
    WHERE quote.post_id = ANY (${ids}::bigint[])`,
)

/** What these posts quote; no query for none. */
export async function quotesIn(db: Db, ids: readonly PostId[]): Promise<ReadonlyMap<PostId, QuoteRow>> {
  if (ids.length === 0) return new Map()
  return new Map((await findQuotes(db, ids)).map(({ postId, ...row }) => [postId, row]))
}

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
