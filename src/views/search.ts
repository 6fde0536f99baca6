import { type RawBuilder, sql } from 'kysely'
import { type AccountId, idAt, type PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { decided } from '../domain/trends/find.ts'
import { folded, type SoughtWord } from '../text/search-words.ts'
import { newestFirst, type PageQuery } from './pages.ts'
import { isMeant, type PostTerms, says } from './search-filter.ts'
import { type Shares, sharesOf } from './search-shares.ts'
import {
  lastOfLongest,
  type Span,
  saying,
  sayingAmong,
  sayingAt,
  sourceOf,
  timesOf,
} from './search-sources.ts'

/** What is searched for. */
export interface PostSearch extends PageQuery, PostTerms {
  readonly offset: number
  /** as PostgreSQL writes a `tsquery`; '' where there are no words */
  readonly words: string
  /** each of these is in all that say the words */
  readonly sought: readonly SoughtWord[]
}

/**
 * The posts that somebody finds, newest first. However much there is, `MOST_LOOKED_AT` posts at most are looked at, the
 * next ones: of a search that hardly any of them meets, what lies beyond is not found.
 */
export async function searchPosts(
  db: Db,
  accountId: AccountId,
  search: PostSearch,
): Promise<readonly PostId[]> {
  const { words, terms, from, offset, limit } = search
  if (words === '' && terms.length + from.length === 0) return []
  const span = spanOf(search)
  const looks = words === '' ? bySource(accountId, search) : await waysToLook(db, accountId, search)
  const ids = await find(db, looks, span, offset + limit)
  return newestFirst(ids.slice(offset, offset + limit), search)
}

const HIGHEST = '9223372036854775807'
/** An id says when, up to a second later than the post itself. */
const LATE_MS = 2000

/** What the page and the days that are asked for leave of all posts. */
function spanOf({ maxId = HIGHEST, sinceId = '0', minId, terms }: PostSearch): Span {
  const days = terms.flatMap((term) => (term.by === 'time' && !term.not ? [term] : []))
  const after = days.flatMap(({ since }) => (since ? [idAt(new Date(since.getTime() - LATE_MS))] : []))
  const before = days.flatMap(({ until }) => (until ? [idAt(new Date(until.getTime() + LATE_MS))] : []))
  return {
    above: [minId ?? sinceId, ...after].reduce((a, b) => (BigInt(a) > BigInt(b) ? a : b)),
    below: [maxId, ...before].reduce((a, b) => (BigInt(a) < BigInt(b) ? a : b)),
    up: minId !== undefined,
  }
}

/** One look at the next posts: those of a span that may be meant, `most` at most, and of these `wanted` that are. */
interface Look {
  readonly span: Span
  readonly most: number
  ask(db: Db, wanted: number): Promise<Piece>
  /** how many posts have to be looked at for it, at most */
  readonly cost: number
}

interface Piece {
  readonly found: readonly PostId[]
  /** how many may be meant, and the last of them */
  readonly hits: number
  readonly last: PostId | null
}

/** @param wider how many times as much as the last look is worth it */
type Looks = (rest: Span, wanted: number, wider: number) => Look

const MOST_LOOKED_AT = 20_000
/** Mostly one of so many that may be meant is. */
const FIRST = 3
const WIDER = 4

async function find(db: Db, looks: Looks, span: Span, wanted: number): Promise<readonly PostId[]> {
  const ids: PostId[] = []
  let rest = span
  let looked = 0
  for (
    let wider = 1;
    BigInt(rest.above) + 1n < BigInt(rest.below) && looked < MOST_LOOKED_AT;
    wider *= WIDER
  ) {
    const look = looks(rest, wanted - ids.length, wider)
    const { found, hits, last } = await look.ask(db, wanted - ids.length)
    ids.push(...found)
    if (ids.length >= wanted) break
    looked += look.cost
    const edge = hits >= look.most && last !== null ? last : span.up ? look.span.below : look.span.above
    // What is at the edge of a span itself is in none of the two.
    const on = hits >= look.most ? 0n : 1n
    rest = span.up
      ? { ...rest, above: String(BigInt(edge) - on) }
      : { ...rest, below: String(BigInt(edge) + on) }
  }
  return ids
}

/** So many are looked at with one question. */
const MOST_AT_ONCE = 5000

/** What is in a source is looked at one after the other. @param words what they have to say, too */
function bySource(accountId: AccountId, search: PostSearch, words = ''): Looks {
  const meant = isMeant(accountId, search)
  const filter = words === '' ? meant : sql<boolean>`${meant} AND ${says(words)}`
  const { first } = sourceOf(accountId, search)
  return (span, wanted, wider) => {
    const most = Math.min(FIRST * wanted * wider, MOST_AT_ONCE)
    return {
      span,
      most,
      cost: most,
      ask: (db, limit) => asked(db, first(span, most), filter, span.up, limit),
    }
  }
}

/** Where no more say the words than this, they are all looked up, whenever they were said. */
const FEW = 300
/** The same of words that are seldom said together: those that say one of them alone are passed over. */
const FEW_TOGETHER = 5000
/** The same where nobody counted how many, for they are mostly fewer by far. */
const FEW_AT_MOST = 2000

/** By how many say them: few are all looked up; of many those that were said last, or next. */
async function waysToLook(db: Db, accountId: AccountId, search: PostSearch): Promise<Looks> {
  const { words, sought, terms, from, minId } = search
  const shares = await sharesOf(db)
  const share = shares.shareOf(sought)
  const all = share * shares.posts
  const plain = terms.length + from.length === 0 && minId === undefined
  const filter = () => isMeant(accountId, search)
  // As if who says one word says the others as often as anybody.
  const together = sought.reduce((product, each) => product * shares.shareOf([each]), 1)
  const fewTogether = together * shares.posts <= FEW && all <= FEW_TOGETHER
  if (fewTogether || (shares.isRare(sought) && all <= FEW_AT_MOST))
    return (span, wanted, wider) => {
      const most = FIRST * wanted * wider
      const { below, above, up } = span
      const ask: Look['ask'] = plain
        ? async (on, limit) => pieceFrom(await fewSaying(on, words, below, above, most, accountId, limit))
        : (on, limit) => asked(on, saying(words, span, most), filter(), up, limit)
      return { span, most, cost: all + most, ask }
    }
  if (sourceOf(accountId, search).narrow) return bySource(accountId, search, words)

  const begins = sought.some((each) => each.begins)
  return (rest, wanted, wider) => {
    const most = FIRST * wanted * wider * WIDER
    const enough = (FIRST * wanted * wider) / Math.max(together, 1 / shares.posts)
    const posts = Math.min(enough, begins ? WALKED_AT_ONCE : MOST_AT_ONCE / share)
    const span = partOf(rest, posts, shares)
    const { below, above, up } = span
    const times = timesIn(span, shares)
    const ask: Look['ask'] = begins
      ? (on, limit) => asked(on, sayingAmong(words, span, most), filter(), up, limit)
      : plain
        ? async (on, limit) =>
            pieceFrom(await manySaying(on, words, below, above, times, most, accountId, limit))
        : (on, limit) => asked(on, sayingAt(words, span, times, most), filter(), up, limit)
    return { span, most, cost: begins ? posts / CHEAPER : posts * share, ask }
  }
}

/** A post that is only asked for its words costs so many times less than one that is looked at closely; measured. */
const CHEAPER = 4
const WALKED_AT_ONCE = 20_000

/** The next so many posts of what is left. */
function partOf(rest: Span, posts: number, shares: Shares): Span {
  const edge = rest.up ? shares.beside(rest.above, posts, 'above') : shares.beside(rest.below, posts, 'below')
  if (edge === undefined || BigInt(edge) <= BigInt(rest.above) || BigInt(edge) >= BigInt(rest.below))
    return rest
  return rest.up ? { ...rest, below: edge } : { ...rest, above: edge }
}

/** When all that was said that is between these ids. What is said within the next weeks is still among it. */
function timesIn({ above, below }: Span, { oldest, newest }: Shares): string[] {
  const now = BigInt(idAt(new Date()))
  const [from, to] = [BigInt(above) + 1n, BigInt(below) - 1n]
  const end = lastOfLongest(now > BigInt(newest) ? now : BigInt(newest))
  return timesOf(from > BigInt(oldest) ? from : BigInt(oldest), to < end ? to : end)
}

/** What is asked nearly always: words alone. */
const fewSaying = compiled<Piece, [string, string, string, number, AccountId, number]>(
  'views.search-few',
  (_db, words, below, above, most, accountId, limit) =>
    pieceQuery(saying(words, { below, above, up: false }, most), meantBy(accountId), false, limit),
)
const manySaying = compiled<Piece, [string, string, string, readonly string[], number, AccountId, number]>(
  'views.search-many',
  (_db, words, below, above, times, most, accountId, limit) =>
    pieceQuery(sayingAt(words, { below, above, up: false }, times, most), meantBy(accountId), false, limit),
)
const meantBy = (accountId: AccountId) => isMeant(accountId, { terms: [], from: [] })

async function asked(
  db: Db,
  ids: RawBuilder<unknown>,
  filter: RawBuilder<boolean>,
  up: boolean,
  limit: number,
): Promise<Piece> {
  return pieceFrom((await pieceQuery(ids, filter, up, limit).execute(db)).rows)
}

const pieceFrom = ([piece]: readonly Piece[]): Piece => piece ?? { found: [], hits: 0, last: null }

/**
 * `OFFSET 0` has each post looked up by its key, however many there are of others, and one after the other in the order in
 * which they were found: so it is over as soon as there are enough.
 */
function pieceQuery(
  ids: RawBuilder<unknown>,
  filter: RawBuilder<boolean>,
  up: boolean,
  limit: number,
): RawBuilder<Piece> {
  return sql<Piece>`
    WITH hit AS MATERIALIZED (${ids})
    SELECT ARRAY(SELECT kept.id::text FROM hit CROSS JOIN LATERAL (
        SELECT post.id FROM post JOIN account AS author ON author.id = post.account_id
        WHERE post.id = hit.id AND ${filter} OFFSET 0) AS kept
        LIMIT ${limit}::bigint) AS found,
      (SELECT count(*)::integer FROM hit) AS hits,
      (SELECT ${up ? sql`max` : sql`min`}(hit.id) FROM hit) AS last`
}

/** Sorts behind every letter. */
const LAST = '\u{10FFFF}'
/** As many hashtags with one beginning are looked at before they are put in order. */
const MOST_TAGS = 400

/**
 * Hashtags that begin with some letters, with or without accents, the shortest first, by their names: those that were said to everybody.
 * @param unrefused true: only those that may be a trend
 */
export async function searchTags(
  db: Db,
  beginning: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
  unrefused = false,
): Promise<readonly string[]> {
  const begins = folded(beginning)
  const name = sql`search_folded(hashtag.name) COLLATE "C"`
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM (
      SELECT hashtag.name FROM hashtag
      WHERE ${name} >= ${begins}::text AND ${name} < ${begins + LAST}::text
        AND ${unrefused ? sql`coalesce(${decided('tag', sql`hashtag.id`)}, true)` : sql`true`} AND EXISTS (
        SELECT 1 FROM post_hashtag JOIN post ON post.id = post_hashtag.post_id
        WHERE post_hashtag.hashtag_id = hashtag.id AND post.visibility = 'public' AND NOT post.held)
      ORDER BY ${name} LIMIT ${MOST_TAGS}
    ) AS known ORDER BY length(name), name LIMIT ${limit} OFFSET ${offset}`.execute(db)
  return rows.map(({ name }) => name)
}
