import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { shownTo, type Viewer, visibleTo } from '../domain/posts/audience.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'

/** Which part of what everybody may read is meant. */
export interface OpenQuery extends PageQuery {
  /** only what people here say, or only what others say */
  readonly from?: 'here' | 'elsewhere' | undefined
  readonly withMedia?: boolean | undefined
}

/** What is said to everybody, but for answers to others, newest first, as far as a reader may come upon it. */
export async function listPublicIds(db: Db, viewer: Viewer, query: OpenQuery): Promise<readonly PostId[]> {
  const { where, rest } = pageBy('post.id', query)
  const { rows } = await sql<{ id: PostId }>`
    SELECT post.id FROM post
    WHERE ${isOpen(query)} AND (post.in_reply_to_uri IS NULL OR post.in_reply_to_account_id = post.account_id)
      AND ${where} AND ${shownTo(viewer)} ${rest}`.execute(db)
  return idsOf(rows, query)
}

export interface TagQuery extends OpenQuery {
  /** with any of these, by their names in lower case */
  readonly any: readonly string[]
  /** with all of these, too */
  readonly all: readonly string[]
  /** with none of these */
  readonly none: readonly string[]
}

/** What is said to everybody with hashtags, newest first, as far as a reader may come upon it. */
export async function listTaggedIds(db: Db, viewer: Viewer, query: TagQuery): Promise<readonly PostId[]> {
  const inner = pageBy('post_hashtag.post_id', query)
  const outer = pageBy('id', query)
  const { rows } = await sql<{ id: PostId }>`
    SELECT DISTINCT found.id FROM hashtag CROSS JOIN LATERAL (
      SELECT post.id FROM post_hashtag JOIN post ON post.id = post_hashtag.post_id
      WHERE post_hashtag.hashtag_id = hashtag.id AND ${inner.where}
        AND ${isOpen(query)} AND ${hasAll(query.all)} AND ${hasNone(query.none)} AND ${shownTo(viewer)}
      ${inner.rest}
    ) AS found
    WHERE hashtag.name = any(${query.any}::text[]) ${outer.rest}`.execute(db)
  return idsOf(rows, query)
}

/** What is said to everybody about a page, newest first, as far as a reader may come upon it. */
export async function listLinkingIds(
  db: Db,
  viewer: Viewer,
  url: string,
  query: PageQuery,
): Promise<readonly PostId[]> {
  const { where, rest } = pageBy('post_preview.post_id', query)
  const { rows } = await sql<{ id: PostId }>`
    SELECT post.id FROM post_preview JOIN post ON post.id = post_preview.post_id
    WHERE post_preview.preview_id = (SELECT id FROM preview WHERE url = ${url})
      AND ${isOpen({})} AND ${where} AND ${shownTo(viewer)} ${rest}`.execute(db)
  return idsOf(rows, query)
}

/** The direct posts that somebody wrote or got, newest first. */
export async function listDirectIds(
  db: Db,
  accountId: AccountId,
  query: PageQuery,
): Promise<readonly PostId[]> {
  const { where, rest } = pageBy('post.id', query)
  const mention = pageBy('mention.post_id', query)
  const outer = pageBy('id', query)
  const visible = visibleTo({ accountId })
  const { rows } = await sql<{ id: PostId }>`
    SELECT id FROM (
      (SELECT post.id FROM post WHERE post.account_id = ${accountId}::bigint
        AND post.visibility = 'direct' AND ${where} ${rest})
      UNION
      (SELECT post.id FROM mention JOIN post ON post.id = mention.post_id
        WHERE mention.account_id = ${accountId}::bigint AND post.visibility = 'direct'
          AND ${mention.where} AND ${visible} ${mention.rest})
    ) AS said ${outer.rest}`.execute(db)
  return idsOf(rows, query)
}

/** Said to everybody, and no boost. */
function isOpen({ from, withMedia }: Pick<OpenQuery, 'from' | 'withMedia'>): RawBuilder<boolean> {
  const said = sql<boolean>`post.visibility = 'public' AND post.boost_of_id IS NULL`
  const place = from && (from === 'here' ? sql`AND post.local` : sql`AND NOT post.local`)
  const media = withMedia
    ? sql`AND EXISTS (SELECT 1 FROM attachment WHERE attachment.post_id = post.id)`
    : sql``
  return sql<boolean>`(${said} ${place ?? sql``} ${media})`
}

const hasAll = (names: readonly string[]): RawBuilder<boolean> =>
  names.length === 0
    ? sql<boolean>`true`
    : sql<boolean>`(SELECT count(*) FROM post_hashtag AS also JOIN hashtag AS wanted ON wanted.id = also.hashtag_id
        WHERE also.post_id = post.id AND wanted.name = any(${names}::text[])) = ${names.length}`

const hasNone = (names: readonly string[]): RawBuilder<boolean> =>
  names.length === 0
    ? sql<boolean>`true`
    : sql<boolean>`NOT EXISTS (SELECT 1 FROM post_hashtag AS also JOIN hashtag AS unwanted ON unwanted.id = also.hashtag_id
        WHERE also.post_id = post.id AND unwanted.name = any(${names}::text[]))`

function idsOf(rows: readonly { readonly id: PostId }[], query: PageQuery): readonly PostId[] {
  return newestFirst(rows, query).map(({ id }) => id)
}
