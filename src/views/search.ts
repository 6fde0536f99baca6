import { type RawBuilder, sql } from 'kysely'
import { type AccountId, idAt, type PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { shownTo, visibleTo } from '../domain/posts/audience.ts'
import { decided } from '../domain/trends/find.ts'
import type { SearchTerm } from '../text/search-query.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'

/** What is searched for, with the accounts that it names found. */
export interface PostSearch extends PageQuery {
  readonly offset: number
  /** as PostgreSQL writes a `tsquery`; '' where there are no words */
  readonly words: string
  readonly terms: readonly Exclude<SearchTerm, { readonly by: 'from' }>[]
  readonly from: readonly { readonly accountId: AccountId | null; readonly not: boolean }[]
}

/**
 * The posts that somebody finds, newest first: among those that they may see, what has to do with them (their own, what
 * names them, what they like or have marked), and what is said to everybody by those who allow to be found.
 *
 * Words that are often said are found among the newest posts, without looking up all that say them; all others by the
 * index of words, a growing piece of what it finds at a time. So neither takes longer the more is said.
 */
export async function searchPosts(
  db: Db,
  accountId: AccountId,
  search: PostSearch,
): Promise<readonly PostId[]> {
  const { words, terms, from, offset, limit } = search
  if (words === '' && terms.length + from.length === 0) return []
  const looked = { ...search, limit: offset + limit }
  const filter = filterOf(accountId, search)
  const page = (ids: readonly PostId[]) => newestFirst(ids.slice(offset, offset + limit), search)
  // Of one author there is an index of its own.
  if (words === '' || from.some(({ not }) => !not)) return page(await findAmong(db, filter, looked))
  const late = await findAmongNewest(db, filter, looked)
  return page(late.length >= looked.limit ? late : await findByWords(db, filter, looked))
}

/** What a post has to be beside saying the words. */
function filterOf(accountId: AccountId, { terms, from }: PostSearch): RawBuilder<boolean> {
  const me = sql`${accountId}::bigint`
  const all = [
    sql`post.boost_of_id IS NULL`,
    ...terms.map((term) => unless(term.not, meets(term, me))),
    ...from.map((each) => unless(each.not, sql`post.account_id = ${each.accountId}::bigint`)),
  ]
  return sql<boolean>`(${sql.join(all, sql` AND `)}
    AND ((${isNear(me)} AND ${visibleTo({ accountId })})
      OR (post.visibility = 'public' AND EXISTS (
        SELECT 1 FROM account AS open WHERE open.id = post.account_id AND open.indexable)
        AND ${shownTo({ accountId })})))`
}

type Looked = Pick<PostSearch, 'words' | 'terms' | 'limit' | 'maxId' | 'minId' | 'sinceId'>

/** The part of all posts, by their ids, that a page and the days that are asked for leave. */
function partOf(column: string, { terms, ...page }: Looked) {
  const { where, rest } = pageBy(column, page)
  const key = sql.ref(column)
  const days = terms.flatMap((term) => {
    if (term.by !== 'time' || term.not) return []
    return [
      ...(term.since ? [sql`${key} >= ${idAt(term.since)}::bigint`] : []),
      // What came late bears the time when it came.
      ...(term.until ? [sql`${key} < ${idAt(new Date(term.until.getTime() + LATE_MS))}::bigint`] : []),
    ]
  })
  return { where: sql<boolean>`(${sql.join([where, ...days], sql` AND `)})`, rest }
}

const LATE_MS = 86_400_000

async function findAmong(db: Db, filter: RawBuilder<boolean>, search: Looked): Promise<readonly PostId[]> {
  const { where, rest } = partOf('post.id', search)
  const says =
    search.words === ''
      ? sql`true`
      : sql`EXISTS (SELECT 1 FROM post_search WHERE post_search.post_id = post.id
          AND post_search.vector @@ ${search.words}::tsquery)`
  const { rows } = await sql<{ id: PostId }>`
    SELECT post.id FROM post WHERE ${where} AND ${says} AND ${filter} ${rest}`.execute(db)
  return rows.map(({ id }) => id)
}

const NEWEST = 2000

async function findAmongNewest(
  db: Db,
  filter: RawBuilder<boolean>,
  search: Looked,
): Promise<readonly PostId[]> {
  const near = partOf('post_search.post_id', { ...search, limit: NEWEST })
  const { rest } = pageBy('post.id', search)
  const { rows } = await sql<{ id: PostId }>`
    SELECT post.id FROM (
      SELECT post_search.post_id, post_search.vector FROM post_search WHERE ${near.where} ${near.rest}
    ) AS late JOIN post ON post.id = late.post_id
    WHERE late.vector @@ ${search.words}::tsquery AND ${filter} ${rest}`.execute(db)
  return rows.map(({ id }) => id)
}

const FIRST_PIECE = 500
const GROWTH = 4

async function findByWords(db: Db, filter: RawBuilder<boolean>, search: Looked): Promise<readonly PostId[]> {
  const ids: PostId[] = []
  let rest: Looked = search
  for (let piece = Math.max(FIRST_PIECE, search.limit); ; piece *= GROWTH) {
    const { found, last, count } = await findPiece(db, filter, rest, piece)
    ids.push(...found)
    if (ids.length >= search.limit || last === null || count < piece) return ids
    const { maxId: _, minId: __, ...bounds } = rest
    rest = search.minId === undefined ? { ...rest, maxId: last } : { ...bounds, ...upTo(search), minId: last }
  }
}

const upTo = ({ maxId }: Looked) => (maxId === undefined ? {} : { maxId })

/** Of the next posts that say the words those that pass; and how many these were, and the last of them. */
async function findPiece(
  db: Db,
  filter: RawBuilder<boolean>,
  search: Looked,
  piece: number,
): Promise<{ readonly found: readonly PostId[]; readonly last: PostId | null; readonly count: number }> {
  const { where } = partOf('post_search.post_id', search)
  const next = pageBy('said.id', { ...search, limit: piece })
  const { rest } = pageBy('post.id', search)
  const { rows } = await sql<{ found: PostId[] | null; last: PostId | null; count: number }>`
    WITH said AS MATERIALIZED (
      SELECT post_search.post_id AS id FROM post_search
      WHERE post_search.vector @@ ${search.words}::tsquery AND ${where}
    ), hit AS MATERIALIZED (SELECT said.id FROM said ${next.rest})
    SELECT ARRAY(SELECT post.id::text FROM hit JOIN post ON post.id = hit.id WHERE ${filter} ${rest}) AS found,
      (SELECT ${search.minId === undefined ? sql`min` : sql`max`}(hit.id) FROM hit) AS last,
      (SELECT count(*)::int FROM hit) AS count`.execute(db)
  const [row] = rows
  return { found: row?.found ?? [], last: row?.last ?? null, count: row?.count ?? 0 }
}

/** Whether a post has to do with somebody. */
const isNear = (me: RawBuilder<unknown>) => sql<boolean>`(post.account_id = ${me}
  OR EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = ${me})
  OR EXISTS (SELECT 1 FROM reaction WHERE reaction.post_id = post.id AND reaction.account_id = ${me})
  OR EXISTS (SELECT 1 FROM bookmark WHERE bookmark.post_id = post.id AND bookmark.account_id = ${me}))`

/** What is unknown is not so. */
const unless = (not: boolean, condition: RawBuilder<unknown>) =>
  not ? sql<boolean>`(${condition}) IS NOT TRUE` : sql<boolean>`(${condition})`

function meets(term: PostSearch['terms'][number], me: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (term.by) {
    case 'time':
      return sql`${term.since ? sql`post.published_at >= ${term.since}` : sql`true`}
        AND ${term.until ? sql`post.published_at < ${term.until}` : sql`true`}`
    case 'language':
      return sql`lower(post.language) = ${term.value} OR starts_with(lower(post.language), ${`${term.value}-`})`
    case 'is':
      return KINDS[term.value]
    case 'in':
      return { all: sql`true`, public: sql`post.visibility = 'public'`, library: isNear(me) }[term.value]
    case 'has':
      return PARTS[term.value]
  }
}

const KINDS = {
  reply: sql`post.in_reply_to_uri IS NOT NULL`,
  sensitive: sql`post.sensitive`,
  quote: sql`EXISTS (SELECT 1 FROM quote WHERE quote.post_id = post.id)`,
}
const attached = (kinds: RawBuilder<boolean>) =>
  sql`EXISTS (SELECT 1 FROM attachment WHERE attachment.post_id = post.id AND ${kinds})`
const link = sql`EXISTS (SELECT 1 FROM post_preview WHERE post_preview.post_id = post.id)`
const PARTS = {
  media: attached(sql`true`),
  image: attached(sql`attachment.kind IN ('image', 'gifv')`),
  video: attached(sql`attachment.kind IN ('video', 'gifv')`),
  audio: attached(sql`attachment.kind = 'audio'`),
  poll: sql`EXISTS (SELECT 1 FROM poll WHERE poll.post_id = post.id)`,
  link,
  embed: link,
}

/** Sorts behind every letter. */
const LAST = '\u{10FFFF}'
/** As many hashtags with one beginning are looked at before they are put in order. */
const MOST_TAGS = 400

/**
 * Hashtags that begin with some letters, the shortest first, by their names: those that were said to everybody.
 * @param unrefused true: only those that may be a trend
 */
export async function searchTags(
  db: Db,
  beginning: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
  unrefused = false,
): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM (
      SELECT hashtag.name FROM hashtag
      WHERE hashtag.name >= ${beginning} AND hashtag.name < ${beginning + LAST}
        AND ${unrefused ? sql`coalesce(${decided('tag', sql`hashtag.id`)}, true)` : sql`true`} AND EXISTS (
        SELECT 1 FROM post_hashtag JOIN post ON post.id = post_hashtag.post_id
        WHERE post_hashtag.hashtag_id = hashtag.id AND post.visibility = 'public' AND NOT post.held)
      ORDER BY hashtag.name LIMIT ${MOST_TAGS}
    ) AS known ORDER BY length(name), name LIMIT ${limit} OFFSET ${offset}`.execute(db)
  return rows.map(({ name }) => name)
}
