import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { PostTerms } from './search-filter.ts'

/** A part of all posts, by their ids: those between two, the newest first unless `up`. */
export interface Span {
  readonly above: string
  readonly below: string
  readonly up: boolean
}

const between = (column: RawBuilder<unknown>, { above, below }: Omit<Span, 'up'>) =>
  sql<boolean>`(${column} < ${below}::bigint AND ${column} > ${above}::bigint)`

const orderOf = (up: boolean) => (up ? sql`ASC` : sql`DESC`)

/** The first ids of posts, in their order, as a query. */
type Ids = RawBuilder<unknown>

/** A query of its own, which the planner does not turn into another one: what it finds is found by the index of words. */
const firstOf = (said: RawBuilder<unknown>, up: boolean, limit: number): Ids =>
  sql`SELECT said.id FROM (${said} OFFSET 0) AS said ORDER BY said.id ${orderOf(up)} LIMIT ${limit}::bigint`

/** All that say the words are looked up. */
export function saying(words: string, span: Span, limit: number): Ids {
  const said = sql`SELECT post_search.post_id AS id FROM post_search
    WHERE post_search.vector @@ ${words}::tsquery AND ${between(sql`post_search.post_id`, span)} IS TRUE`
  return firstOf(said, span.up, limit)
}

/**
 * The first bits of an id say when: in which minute, which 17 minutes, 5 hours, 3 days, 50 days. As the index
 * `post_search_words` has it: no two of these numbers are the same, for all ids are of one age.
 */
const timesOfPost = sql`(ARRAY[post_search.post_id >> 32, post_search.post_id >> 36, post_search.post_id >> 40,
  post_search.post_id >> 44, post_search.post_id >> 48])`
const FINEST = 32n
const LEVELS = 5
/** A time of one level holds so many of the level before, 2^4. */
const WITHIN = 4n

/** The fewest of these times that cover a span exactly, to the minute. */
export function timesOf(first: bigint, last: bigint): string[] {
  const times: bigint[] = []
  let [from, to] = [first >> FINEST, last >> FINEST]
  for (let level = 1; from <= to; level += 1) {
    const highest = level === LEVELS
    for (; from <= to && (highest || from % 16n !== 0n); from += 1n) times.push(from)
    for (; from <= to && to % 16n !== 15n; to -= 1n) times.push(to)
    from >>= WITHIN
    to >>= WITHIN
  }
  return times.map(String)
}

/** The last id of the longest time that this one is in, and of the one after it. */
export function lastOfLongest(id: bigint): bigint {
  const bits = FINEST + WITHIN * BigInt(LEVELS - 1)
  return (((id >> bits) + 2n) << bits) - 1n
}

/** All that say the words at some times are looked up, and no others. */
export function sayingAt(words: string, span: Span, times: readonly string[], limit: number): Ids {
  const said = sql`SELECT post_search.post_id AS id FROM post_search
    WHERE post_search.vector @@ ${words}::tsquery AND ${between(sql`post_search.post_id`, span)} IS TRUE
      AND ${timesOfPost} && ${times}::bigint[]`
  return firstOf(said, span.up, limit)
}

/** All posts of a span are looked at: for a first sign alone, of which the index would bring all words that begin so. */
export function sayingAmong(words: string, span: Span, limit: number): Ids {
  const said = sql`SELECT walked.id FROM (
      SELECT post_search.post_id AS id, post_search.vector FROM post_search
      WHERE ${between(sql`post_search.post_id`, span)} OFFSET 0) AS walked
    WHERE walked.vector @@ ${words}::tsquery`
  return firstOf(said, span.up, limit)
}

/** What is looked for without words, by an index in the order of posts. */
export interface Source {
  /** whether few posts stand in it */
  readonly narrow: boolean
  readonly first: (span: Span, limit: number) => Ids
}

/** Where all that is meant stands, and the fewest others. */
export function sourceOf(accountId: AccountId, { terms, from }: PostTerms): Source {
  const author = from.find(({ not }) => !not)
  const named = terms
    .filter(({ not }) => !not)
    .map((term) => ('value' in term ? `${term.by}:${term.value}` : ''))
  if (named.includes('in:library')) return { narrow: true, first: nearTo(accountId) }
  if (author) return source('post', sql`post.account_id = ${author.accountId}::bigint`, true)
  const name = SOURCES.find(([known]) => named.includes(known))
  if (name) return name[1]
  const language = terms.find((term) => term.by === 'language' && !term.not)
  if (language?.by === 'language')
    return source(
      'post',
      sql`post.language IS NOT NULL
      AND split_part(lower(post.language), '-', 1) = ${language.value.split('-')[0]}`,
    )
  return source('post', sql`true`)
}

function source(table: string, condition: RawBuilder<unknown>, narrow = false): Source {
  const id = table === 'post' ? sql`post.id` : sql.ref(`${table}.post_id`)
  const distinct = table === 'attachment' ? sql`DISTINCT` : sql``
  return {
    narrow,
    first: (span, limit) => sql`SELECT ${distinct} ${id} AS id FROM ${sql.table(table)}
      WHERE ${condition} AND ${between(id, span)} ORDER BY ${id} ${orderOf(span.up)} LIMIT ${limit}::bigint`,
  }
}

const links = source('post_preview', sql`true`)
const media = source('attachment', sql`attachment.post_id IS NOT NULL`)
const films = sql`attachment.post_id IS NOT NULL AND attachment.kind IN ('video', 'gifv')`
const sounds = sql`attachment.post_id IS NOT NULL AND attachment.kind = 'audio'`

/** By the operators that name them, those first in which fewer posts stand. */
const SOURCES: readonly (readonly [operator: string, source: Source])[] = [
  ['has:audio', source('attachment', sounds, true)],
  ['has:poll', source('poll', sql`true`, true)],
  ['is:quote', source('quote', sql`true`, true)],
  ['has:video', source('attachment', films, true)],
  ['is:sensitive', source('post', sql`post.sensitive`)],
  ['has:link', links],
  ['has:embed', links],
  ['has:image', media],
  ['has:media', media],
  ['is:reply', source('post', sql`post.in_reply_to_uri IS NOT NULL`)],
]

/** What somebody said, what names them, what they like and what they marked. */
function nearTo(accountId: AccountId): Source['first'] {
  const sources = ['post', 'mention', 'reaction', 'bookmark'].map((table) => ({
    table: sql.table(table),
    id: table === 'post' ? sql`post.id` : sql.ref(`${table}.post_id`),
    mine: sql`${sql.ref(`${table}.account_id`)} = ${accountId}::bigint`,
  }))
  return (span, limit) => {
    const order = orderOf(span.up)
    const each = sources.map(
      ({ table, id, mine }) => sql`(SELECT ${id} AS id FROM ${table} WHERE ${mine} AND ${between(id, span)}
        ORDER BY ${id} ${order} LIMIT ${limit}::bigint)`,
    )
    return sql`SELECT near.id FROM (${sql.join(each, sql` UNION `)}) AS near
      ORDER BY near.id ${order} LIMIT ${limit}::bigint`
  }
}
