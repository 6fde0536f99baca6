import { sql } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'
import { pageAddress, pageLinksIn } from '../../text/page-links.ts'
import type { CarriedCard } from './preview.ts'

interface Linking {
  readonly id: PostId
  readonly local: boolean
}

/**
 * Of these posts, those that link to a page and may be shown with it, or were until now. A direct one never is: its link
 * may be a secret of those few.
 */
export async function findLinking(db: Db, ids: readonly PostId[]): Promise<Linking[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('post')
    .leftJoin('post_preview as shown', 'shown.post_id', 'post.id')
    .select(['post.id', 'post.local', 'post.content_html as html', 'shown.post_id as shown'])
    .where('post.id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .where('post.visibility', '!=', 'direct')
    .where((eb) =>
      eb.or([eb('post.content_html', 'like', '%<a href="http%'), eb('shown.post_id', 'is not', null)]),
    )
    .execute()
  return rows.filter(({ html, shown }) => shown !== null || pageLinksIn(html).length > 0)
}

/** A post with what decides which of its links is shown. */
export interface LinkedPost {
  readonly id: PostId
  readonly visibility: Visibility
  readonly contentHtml: string
  /** it has something to see or hear, or quotes: then no link is shown beside it */
  readonly occupied: boolean
  readonly carried: CarriedCard | null
}

export async function findLinkedPosts(db: Db, ids: readonly PostId[]): Promise<LinkedPost[]> {
  const rows = await db
    .selectFrom('post')
    .leftJoin('post_preview', 'post_preview.post_id', 'post.id')
    .select(['post.id', 'post.visibility', 'post.content_html as contentHtml', 'post_preview.carried'])
    .select(
      sql<boolean>`EXISTS (SELECT 1 FROM attachment WHERE attachment.post_id = post.id)
        OR EXISTS (SELECT 1 FROM quote WHERE quote.post_id = post.id)`.as('occupied'),
    )
    .where('post.id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .execute()
  return rows.map((row) => ({
    ...row,
    carried: row.carried && 'url' in row.carried ? (row.carried as CarriedCard) : null,
  }))
}

/** What an address leads to, other than to a page. */
export interface KnownAddress {
  readonly address: string
  /** the post in which it is known, since that names it; null for what is known everywhere */
  readonly postId: PostId | null
}

/** Which of these addresses are those of posts or people that are known here, or that one of the posts names. */
export async function findKnownAddresses(
  db: Db,
  postIds: readonly PostId[],
  links: readonly string[],
): Promise<KnownAddress[]> {
  const { rows } = await sql<KnownAddress>`
    SELECT uri AS address, NULL::bigint AS "postId" FROM account WHERE uri = ANY(${links}::text[])
    UNION ALL SELECT uri, NULL FROM post WHERE uri = ANY(${links}::text[])
    UNION ALL SELECT url, NULL FROM post WHERE url = ANY(${links}::text[]) AND NOT local
    UNION ALL SELECT unnest(ARRAY[account.uri, account.url]), mention.post_id FROM mention
      JOIN account ON account.id = mention.account_id WHERE mention.post_id = ANY(${postIds}::bigint[])`.execute(
    db,
  )
  return rows
}

/** The first page that a text links to, as `pageAddress` spells it, leaving out what is not to be shown. */
export function firstPage(links: readonly string[], known: ReadonlySet<string>): string | undefined {
  return links
    .filter((link) => !known.has(link))
    .map(pageAddress)
    .find((url) => url !== undefined)
}

/** The domains by which an account agrees to be named (`attributionDomains`). */
export async function findAttributionDomains(db: Db, id: AccountId): Promise<readonly string[]> {
  const row = await db
    .selectFrom('account')
    .select('attribution_domains')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.attribution_domains ?? []
}
