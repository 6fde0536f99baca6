import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { SoughtWord } from '../text/search-words.ts'

/** How often words are said and how posts lie in time, as PostgreSQL last counted for its own plans. */
export interface Shares {
  /** how many posts there are whose words are known */
  readonly posts: number
  /** how many of all posts say these words at most, from 0 to 1: as many as say the one that is said least */
  shareOf(words: readonly SoughtWord[]): number
  /** whether one of them is said so seldom that nobody counted it */
  isRare(words: readonly SoughtWord[]): boolean
  /** the id that so many posts lie between it and another one, below it or above it; undefined: there are not as many */
  beside(id: string, posts: number, side: 'below' | 'above'): string | undefined
  /** of the first and the last post that is there */
  readonly oldest: string
  readonly newest: string
}

/** They change slowly. */
const KEPT_MS = 30_000

interface Kept {
  readonly shares: Promise<Shares>
  readonly since: number
}
const kept = new WeakMap<Db, Kept>()

/** Read once, and anew beside the work. */
export function sharesOf(db: Db): Promise<Shares> {
  const now = Date.now()
  const known = kept.get(db)
  if (known && now - known.since < KEPT_MS) return known.shares
  const fresh = readShares(db)
  // Whoever comes meanwhile takes the old ones; where the new ones cannot be read, they stay a while longer.
  const shares = known ? known.shares : fresh
  kept.set(db, { shares, since: now })
  fresh.then(
    () => kept.set(db, { shares: fresh, since: now }),
    () => known ?? kept.delete(db),
  )
  return shares
}

interface Row {
  readonly posts: number
  readonly words: readonly string[] | null
  readonly shares: readonly number[] | null
  readonly bounds: readonly string[] | null
  readonly oldest: string | null
  readonly newest: string | null
}

async function readShares(db: Db): Promise<Shares> {
  const { rows } = await sql<Row>`
    SELECT (SELECT greatest(0, reltuples) FROM pg_class WHERE oid = 'post_search'::regclass)::float8 AS posts,
      said.most_common_elems::text::text[] AS words, said.most_common_elem_freqs::float8[] AS shares,
      (SELECT histogram_bounds::text::text[] FROM pg_stats
        WHERE schemaname = current_schema() AND tablename = 'post_search' AND attname = 'post_id') AS bounds,
      (SELECT min(post_id) FROM post_search) AS oldest, (SELECT max(post_id) FROM post_search) AS newest
    FROM (SELECT) AS one LEFT JOIN pg_stats AS said
      ON said.schemaname = current_schema() AND said.tablename = 'post_search' AND said.attname = 'vector'`.execute(
    db,
  )
  return sharesFrom(
    rows[0] ?? { posts: 0, words: null, shares: null, bounds: null, oldest: null, newest: null },
  )
}

/** Behind the shares of the words stand the lowest and the highest of them. */
export function sharesFrom({ posts, words, shares, bounds, oldest, newest }: Row): Shares {
  const known = new Map((words ?? []).map((word, n) => [word, shares?.[n] ?? 0]))
  const least = shares?.[words?.length ?? 0] ?? 0
  const marks = marksFrom((bounds ?? []).map(BigInt), posts, BigInt(newest ?? 0))
  const last = marks.at(-1)
  return {
    posts: last?.before ?? 0,
    oldest: oldest ?? '0',
    newest: newest ?? '0',
    shareOf: (sought) => Math.min(1, ...sought.map(({ word, begins }) => shareOf(word, begins))),
    isRare: (sought) => sought.some(({ word, begins }) => !begins && !known.has(word)),
    beside(id, many, side) {
      const before = beforeId(marks, BigInt(id)) + (side === 'above' ? many : -many)
      return before > 0 && before < (last?.before ?? 0) ? idBehind(marks, before) : undefined
    },
  }

  function shareOf(word: string, begins: boolean): number {
    if (!begins) return known.get(word) ?? least
    let sum = least
    for (const [other, share] of known) if (other.startsWith(word)) sum += share
    return sum
  }
}

/** How many posts come before the one with this id. */
interface Mark {
  readonly id: bigint
  readonly before: number
}

/** As many posts lie between each of the bounds and the next one; since the last one they came as before. */
function marksFrom(bounds: readonly bigint[], posts: number, newest: bigint): readonly Mark[] {
  const each = posts / (bounds.length - 1)
  const marks = bounds.map((id, n) => ({ id, before: n * each }))
  const [from, to] = marks.slice(-2)
  if (!from || !to || newest <= to.id) return marks
  return [
    ...marks,
    { id: newest, before: to.before + each * (Number(newest - to.id) / Number(to.id - from.id)) },
  ]
}

function beforeId(marks: readonly Mark[], id: bigint): number {
  const after = marks.findIndex((mark) => mark.id > id)
  const [from, to] = [marks[after - 1], marks[after]]
  if (!to) return marks.at(-1)?.before ?? 0
  if (!from) return 0
  return from.before + (to.before - from.before) * (Number(id - from.id) / Number(to.id - from.id))
}

function idBehind(marks: readonly Mark[], before: number): string | undefined {
  const after = marks.findIndex((mark) => mark.before > before)
  const [from, to] = [marks[after - 1], marks[after]]
  if (!from || !to) return undefined
  const part = (before - from.before) / (to.before - from.before)
  return (from.id + BigInt(Math.floor(Number(to.id - from.id) * part))).toString()
}
