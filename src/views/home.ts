import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { prepared } from '../db/prepared.ts'
import { eachIn } from '../domain/posts/audience.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import { type StandingRow, standingFrom, standingQuery } from './standing.ts'
import { type StatusView, statusesFrom } from './statuses.ts'

const HIGHEST = '9223372036854775807'

type Place = 'me' | 'below' | 'above' | 'limit'
type At = (name: Place) => RawBuilder<unknown>

interface Row extends StandingRow {
  /** stands in the home itself, and not only in a boost that does */
  readonly own: boolean
  /** of the page, with those of it that its owner may not see: how many, the oldest and the newest */
  readonly ends: string
  readonly filters: boolean
}

/** A page of a home and how its owner stands to all that is on it, in one statement: no page is asked for as often. */
const pageQuery = (at: At, order: RawBuilder<unknown>) => {
  const me = sql`${at('me')}::bigint`
  return sql`
    WITH page AS MATERIALIZED (
      SELECT ARRAY(SELECT post_id FROM home_entry WHERE owner_id = ${me}
        AND post_id < ${at('below')}::bigint AND post_id > ${at('above')}::bigint
        ORDER BY post_id ${order} LIMIT ${at('limit')}::int) AS own
    ), shown AS MATERIALIZED (
      SELECT own || ARRAY(SELECT boost_of_id FROM post WHERE id = ANY (own) AND boost_of_id IS NOT NULL) AS ids,
        concat_ws(' ', cardinality(own), least(own[1], own[cardinality(own)]), greatest(own[1], own[cardinality(own)])) AS ends,
        EXISTS (SELECT 1 FROM post_filter WHERE account_id = ${me}) AS filters
      FROM page
    ) ${standingQuery(
      sql`SELECT ids FROM shown`,
      eachIn(me),
      sql`, post.id = ANY ((SELECT own FROM page)::bigint[]) AS own,
        (SELECT ends FROM shown) AS ends, (SELECT filters FROM shown) AS filters`,
    )}`
}
const downwards = prepared<Place>('views.home-down', (at) => pageQuery(at, sql`DESC`))
const upwards = prepared<Place>('views.home-up', (at) => pageQuery(at, sql`ASC`))

export interface HomePage {
  readonly views: readonly StatusView[]
  /** how many stand on the page, which is more than are shown where its owner may not see some any more */
  readonly found: number
  readonly newest?: string
  readonly oldest?: string
}

/** A page of somebody's home, newest first. What must not be in it was never written or is gone from it. */
export async function viewHome(db: Db, ownerId: AccountId, page: PageQuery): Promise<HomePage> {
  const { maxId = HIGHEST, sinceId, minId, limit } = page
  const find = minId === undefined ? downwards : upwards
  const rows = await find<Row>(db, { me: ownerId, below: maxId, above: minId ?? sinceId ?? '0', limit })
  const [first] = rows
  if (!first) return hiddenPage(db, ownerId, page)
  const viewer = { accountId: ownerId }
  const ids = rows.filter(({ own }) => own).map(({ id }) => id)
  const standing = await standingFrom(db, rows, viewer)
  const views = await statusesFrom(db, ids.sort(newerFirst), standing, viewer, first.filters)
  const [found = '0', oldest = '', newest = ''] = first.ends.split(' ')
  return { views, found: Number(found), newest, oldest }
}

/** One of which its owner may see nothing: mostly because there is nothing. */
async function hiddenPage(db: Db, ownerId: AccountId, page: PageQuery): Promise<HomePage> {
  const { where, rest } = pageBy('post_id', page)
  const { rows } = await sql<{ id: PostId }>`
    SELECT post_id AS id FROM home_entry WHERE owner_id = ${ownerId}::bigint AND ${where} ${rest}`.execute(db)
  const ids = newestFirst(rows, page).map(({ id }) => id)
  const [newest, oldest] = [ids[0], ids.at(-1)]
  return { views: [], found: ids.length, ...(newest && { newest }), ...(oldest && { oldest }) }
}

const newerFirst = (one: PostId, other: PostId) =>
  other.length - one.length || (one < other ? 1 : one > other ? -1 : 0)
