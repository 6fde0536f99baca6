import { sql } from 'kysely'
import type { PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { PostView, QuoteView } from './view.ts'

/** Reads posts for a reader: handed in, since a quote is part of a post. */
export type ViewQuoted = (ids: readonly PostId[]) => Promise<readonly PostView[]>

/**
 * What posts quote, by the post that quotes. The quoted post itself comes only with a quote that its author stands for,
 * and only where this reader may see it; of all others there is a link and how they stand.
 */
export async function quotesIn(
  db: Db,
  ids: readonly PostId[],
  viewQuoted: ViewQuoted,
): Promise<Map<PostId, QuoteView>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('quote')
    .leftJoin('post as quoted', 'quoted.id', 'quote.quoted_id')
    .leftJoin('account', 'account.id', 'quoted.account_id')
    .select((eb) => [
      'quote.post_id as postId',
      'quote.quoted_uri as uri',
      'quote.quoted_id as quotedId',
      'quote.state',
      'quote.stamp_uri as stampUri',

      'quoted.url as quotedUrl',
      'account.id as accountId',
      'account.uri as accountUri',
      eb.fn.coalesce('account.url', 'account.uri').as('accountUrl'),
      'account.name',
      'account.host',
    ])
    .where('quote.post_id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .execute()
  const shown = rows.flatMap(({ state, quotedId }) => (state === 'accepted' && quotedId ? quotedId : []))
  const posts = new Map((await viewQuoted([...new Set(shown)])).map((post) => [post.id, post]))
  return new Map(
    rows.map((row) => [
      row.postId,
      {
        state: row.state,
        uri: row.uri,
        url: row.quotedUrl ?? row.uri,
        quotedId: row.quotedId,
        author: authorIn(row),
        post: (row.state === 'accepted' && row.quotedId && posts.get(row.quotedId)) || null,
        stampUri: row.stampUri,
      },
    ]),
  )
}

interface WithAuthor {
  readonly accountId: NonNullable<QuoteView['author']>['id'] | null
  readonly accountUri: string | null
  readonly accountUrl: string | null
  readonly name: string | null
  readonly host: string | null
}

function authorIn({
  accountId: id,
  accountUri: uri,
  accountUrl: url,
  name,
  host,
}: WithAuthor): QuoteView['author'] {
  return id === null || uri === null || url === null || name === null ? null : { id, uri, url, name, host }
}
