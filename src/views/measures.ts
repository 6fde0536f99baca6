import { type RawBuilder, sql } from 'kysely'
import { idAt } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'

/** From the beginning of the first day to the end of the last. */
export interface Span {
  readonly from: Date
  readonly to: Date
}

/** What a measure is of, where it is of something. */
export interface MeasureOf {
  readonly tagId?: string | undefined
  readonly host?: string | undefined
}

export interface MeasureView {
  readonly key: MeasureKey
  /** in the days asked for; of another server, altogether */
  readonly total: number
  /** in as many days before; null where the total is altogether */
  readonly before: number | null
  readonly days: readonly { readonly day: Date; readonly count: number }[]
}

interface Counted {
  /** rows with `at`, the time of what is counted, from `since` on; and `who`, where each counts once a day */
  readonly rows: (since: Date, of: MeasureOf) => RawBuilder<unknown>
  readonly needs?: keyof MeasureOf
  readonly distinct?: true
}

const atOf = (id: RawBuilder<unknown>) => sql`to_timestamp((${id} >> 16) / 1000.0)`
const local = sql`SELECT account_id FROM login`
const from = (host: string | undefined) => sql`SELECT id FROM account WHERE host = ${host ?? ''}`
const tagged = ({ tagId }: MeasureOf, since: Date) => sql`
  FROM post_hashtag JOIN post ON post.id = post_hashtag.post_id
  WHERE post_hashtag.hashtag_id = ${tagId ?? '0'}::bigint AND post_hashtag.post_id >= ${idAt(since)}::bigint`

const MEASURES = {
  // Of a visit only the last is written down, so of earlier days those are counted who came no more.
  active_users: { rows: (since) => sql`SELECT seen_at AS at FROM login WHERE seen_at >= ${since}` },
  new_users: { rows: (since) => sql`SELECT created_at AS at FROM login WHERE created_at >= ${since}` },
  interactions: {
    rows: (since) => sql`
      SELECT ${atOf(sql`reaction.id`)} AS at FROM (${local}) AS ours
        JOIN reaction ON reaction.account_id = ours.account_id AND reaction.id >= ${idAt(since)}::bigint
      UNION ALL
      SELECT ${atOf(sql`post.id`)} FROM (${local}) AS ours
        JOIN post ON post.account_id = ours.account_id AND post.id >= ${idAt(since)}::bigint
        WHERE post.boost_of_id IS NOT NULL OR post.in_reply_to_uri IS NOT NULL`,
  },
  opened_reports: {
    rows: (since) => sql`SELECT created_at AS at FROM report WHERE id >= ${idAt(since)}::bigint`,
  },
  resolved_reports: {
    rows: (since) => sql`SELECT resolved_at AS at FROM report WHERE resolved_at >= ${since}`,
  },
  tag_uses: {
    needs: 'tagId',
    rows: (since, of) => sql`SELECT ${atOf(sql`post.id`)} AS at ${tagged(of, since)}`,
  },
  tag_accounts: {
    needs: 'tagId',
    distinct: true,
    rows: (since, of) =>
      sql`SELECT ${atOf(sql`post.id`)} AS at, post.account_id::text AS who ${tagged(of, since)}`,
  },
  tag_servers: {
    needs: 'tagId',
    distinct: true,
    rows: (since, of) => sql`SELECT ${atOf(sql`post.id`)} AS at,
      coalesce((SELECT host FROM account WHERE account.id = post.account_id), '') AS who ${tagged(of, since)}`,
  },
  instance_accounts: {
    needs: 'host',
    rows: (since, { host }) =>
      sql`SELECT created_at AS at FROM account WHERE host = ${host ?? ''} AND created_at >= ${since}`,
  },
  instance_statuses: {
    needs: 'host',
    rows: (since, { host }) => sql`SELECT ${atOf(sql`post.id`)} AS at FROM (${from(host)}) AS theirs
      JOIN post ON post.account_id = theirs.id AND post.id >= ${idAt(since)}::bigint`,
  },
  instance_reports: {
    needs: 'host',
    rows: (since, { host }) => sql`SELECT report.created_at AS at FROM (${from(host)}) AS theirs
      JOIN report ON report.target_id = theirs.id AND report.id >= ${idAt(since)}::bigint`,
  },
  /** of people here, of people there */
  instance_follows: {
    needs: 'host',
    rows: (since, { host }) => sql`SELECT follow.created_at AS at FROM (${from(host)}) AS theirs
      JOIN follow ON follow.followed_id = theirs.id AND follow.state = 'accepted' WHERE follow.created_at >= ${since}`,
  },
  instance_followers: {
    needs: 'host',
    rows: (since, { host }) => sql`SELECT follow.created_at AS at FROM (${from(host)}) AS theirs
      JOIN follow ON follow.follower_id = theirs.id AND follow.state = 'accepted' WHERE follow.created_at >= ${since}`,
  },
} as const satisfies Readonly<Record<string, Counted>>

export type MeasureKey = keyof typeof MEASURES

export function isMeasure(key: string): key is MeasureKey {
  return Object.hasOwn(MEASURES, key)
}

const DAY_MS = 86_400_000
const LONG_AGO = new Date(0)

/** What was counted, day by day; undefined when it is not said of what. In two statements at most. */
export async function viewMeasure(
  db: Db,
  key: MeasureKey,
  { from: begin, to: end }: Span,
  of: MeasureOf,
): Promise<MeasureView | undefined> {
  const { rows, needs, distinct }: Counted = MEASURES[key]
  if (needs !== undefined && of[needs] === undefined) return undefined
  const length = end.getTime() - begin.getTime()
  const earlier = new Date(begin.getTime() - length)
  const count = distinct ? sql`count(DISTINCT who)::int` : sql`count(*)::int`
  const found = await sql<{ day: Date; count: number }>`
    SELECT date_trunc('day', at, 'UTC') AS day, ${count} AS count FROM (${rows(earlier, of)}) AS counted
    WHERE at >= ${earlier} AND at < ${end} GROUP BY 1`.execute(db)
  const byDay = new Map(found.rows.map((row) => [row.day.getTime(), row.count]))
  const days = daysFrom(begin, length, byDay)
  if (needs === 'host') {
    const all = await sql<{
      n: number
    }>`SELECT count(*)::int AS n FROM (${rows(LONG_AGO, of)}) AS counted`.execute(db)
    return { key, total: all.rows[0]?.n ?? 0, before: null, days }
  }
  return { key, total: sumOf(days), before: sumOf(daysFrom(earlier, length, byDay)), days }
}

function daysFrom(begin: Date, length: number, counts: ReadonlyMap<number, number>): MeasureView['days'] {
  return Array.from({ length: Math.round(length / DAY_MS) }, (_, at) => {
    const day = begin.getTime() + at * DAY_MS
    return { day: new Date(day), count: counts.get(day) ?? 0 }
  })
}

const sumOf = (days: MeasureView['days']) => days.reduce((sum, { count }) => sum + count, 0)
