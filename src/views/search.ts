import { type RawBuilder, sql } from 'kysely'
import { type AccountId, idAt, type PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
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
 */
export async function searchPosts(
  db: Db,
  accountId: AccountId,
  search: PostSearch,
): Promise<readonly PostId[]> {
  const { words, terms, from, offset, limit } = search
  if (words === '' && terms.length + from.length === 0) return []
  const looked = { ...search, limit: offset + limit }
  // Of one author there is an index of its own.
  const among = words === '' || from.some(({ not }) => !not)
  const ids = among
    ? await findAmong(db, filterOf(accountId, search), looked)
    : await findByWords(looked, (rest, piece) => findPiece(db, accountId, search, rest, piece))
  return newestFirst(ids.slice(offset, offset + limit), search)
}

/** What a post has to be beside saying the words. */
function filterOf(
  accountId: AccountId,
  { terms, from }: Pick<PostSearch, 'terms' | 'from'>,
): RawBuilder<boolean> {
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

type Looked = Omit<PostSearch, 'offset' | 'from'>

/** The part of all posts, by their ids, that a page and the days that are asked for leave. */
function partOf(column: string, { terms, ...page }: Looked) {
  const { where, rest } = pageBy(column, page)
  const key = sql.ref(column)
  const days = terms.flatMap((term) => {
    if (term.by !== 'time' || term.not) return []
    return [
      ...(term.since ? [sql`${key} >= ${idAt(new Date(term.since.getTime() - LATE_MS))}::bigint`] : []),
      ...(term.until ? [sql`${key} < ${idAt(new Date(term.until.getTime() + LATE_MS))}::bigint`] : []),
    ]
  })
  return { where: sql<boolean>`(${sql.join([where, ...days], sql` AND `)})`, rest }
}

/** An id says when, up to a second later than the post itself. */
const LATE_MS = 2000

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

/** Of the next posts that say the words those that pass, the last of them all, and whether there may be more after it. */
interface Piece {
  readonly found: readonly PostId[]
  readonly last: PostId | null
  readonly more: boolean
}

/** Of the first piece so many times what a page holds pass or not: mostly that is enough. */
const AT_FIRST = 4
const GROWTH = 4

async function findByWords(
  search: Looked,
  find: (rest: Looked, piece: number) => Promise<Piece>,
): Promise<readonly PostId[]> {
  const ids: PostId[] = []
  let rest: Looked = search
  for (let piece = AT_FIRST * search.limit; ; piece *= GROWTH) {
    const { found, last, more } = await find(rest, piece)
    ids.push(...found)
    if (ids.length >= search.limit || last === null || !more) return ids.slice(0, search.limit)
    rest = search.minId === undefined ? { ...rest, maxId: last } : { ...rest, minId: last }
  }
}

/** As many posts are walked through before the index of words is asked. */
const WALKED = 2000
/** … and as many, where so many say the words that it would take longer to look them all up. */
const WALKED_AT_MOST = 20_000
/** What the index of words finds costs so many times as much as a post that is walked through; measured. */
const DEARER = 8
/** As many as PostgreSQL counted when it last looked. */
const allPosts = sql`(SELECT greatest(0, reltuples) FROM pg_class WHERE oid = 'post_search'::regclass)`

async function findPiece(
  db: Db,
  accountId: AccountId,
  search: PostSearch,
  rest: Looked,
  piece: number,
): Promise<Piece> {
  const { words, limit, maxId = HIGHEST, sinceId = '0', minId } = rest
  const none: Piece = { found: [], last: null, more: false }
  if (minId === undefined && search.terms.length + search.from.length === 0) {
    const [found = none] = await pieceOfWords(db, accountId, words, maxId, sinceId, 2 * limit, piece, limit)
    return found
  }
  const up = minId !== undefined
  const where = partOf('post_search.post_id', rest).where
  const query = pieceQuery({
    filter: filterOf(accountId, search),
    where,
    words,
    often: 2 * limit,
    piece,
    limit,
    up,
  })
  return (await query.execute(db)).rows[0] ?? none
}

const HIGHEST = '9223372036854775807'

/** What is asked nearly always: words alone. */
const pieceOfWords = compiled<Piece, [AccountId, string, string, string, number, number, number]>(
  'views.search-words',
  (_db, accountId, words, maxId, sinceId, often, piece, limit) => {
    const where = sql<boolean>`post_search.post_id < ${maxId}::bigint AND post_search.post_id > ${sinceId}::bigint`
    const filter = filterOf(accountId, { terms: [], from: [] })
    return pieceQuery({ filter, where, words, often, piece, limit, up: false })
  },
)

/**
 * Words that are often said are found among the next posts, without looking up all that say them; all others by the index
 * of words. So neither takes longer the more is said.
 */
function pieceQuery(asked: {
  readonly filter: RawBuilder<boolean>
  /** which part of all posts, of `post_search` */
  readonly where: RawBuilder<boolean>
  readonly words: string
  /** as many of those that are walked through say a word that is often said */
  readonly often: number
  readonly piece: number
  readonly limit: number
  /** the oldest first */
  readonly up: boolean
}): RawBuilder<Piece> {
  const { filter, where, words, often, piece, limit, up } = asked
  const order = up ? sql`ASC` : sql`DESC`
  return sql<Piece>`
    WITH late AS MATERIALIZED (
      SELECT walked.id FROM (
        SELECT post_search.post_id AS id, post_search.vector FROM post_search WHERE ${where}
        ORDER BY post_search.post_id ${order} LIMIT ${WALKED}
      ) AS walked WHERE walked.vector @@ ${words}::tsquery
    ), often AS MATERIALIZED (
      SELECT count(*) >= ${often}::bigint AS so,
        CASE WHEN count(*) BETWEEN 1 AND ${often}::bigint - 1 AND ${DEARER} * count(*) * ${allPosts} / ${WALKED} > ${often}::bigint * ${WALKED} / count(*)
          THEN least(${often}::bigint * ${WALKED} / count(*), ${WALKED_AT_MOST}) ELSE 0 END AS further
      FROM late
    ), further AS MATERIALIZED (
      SELECT walked.id FROM (
        SELECT post_search.post_id AS id, post_search.vector FROM post_search WHERE ${where}
        ORDER BY post_search.post_id ${order} LIMIT (SELECT further FROM often)
      ) AS walked WHERE walked.vector @@ ${words}::tsquery
    ), said AS MATERIALIZED (
      SELECT post_search.post_id AS id FROM post_search
      WHERE (SELECT NOT so AND further = 0 FROM often)
        AND post_search.vector @@ ${words}::tsquery AND ((${where}) IS TRUE)
    ), hit AS MATERIALIZED (
      (SELECT late.id FROM late WHERE (SELECT so FROM often) ORDER BY late.id ${order} LIMIT ${piece}::bigint)
      UNION ALL (SELECT further.id FROM further ORDER BY further.id ${order} LIMIT ${piece}::bigint)
      UNION ALL (SELECT said.id FROM said ORDER BY said.id ${order} LIMIT ${piece}::bigint)
    )
    SELECT ARRAY(SELECT post.id::text FROM hit JOIN post ON post.id = hit.id
        WHERE ${filter} ORDER BY post.id ${order} LIMIT ${limit}::bigint) AS found,
      (SELECT ${up ? sql`max` : sql`min`}(hit.id) FROM hit) AS last,
      (SELECT so OR further > 0 FROM often) OR (SELECT count(*) FROM hit) >= ${piece}::bigint AS more`
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
