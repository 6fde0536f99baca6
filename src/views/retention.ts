import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { Span } from './measures.ts'

export type Frequency = 'day' | 'month'

/** Who came in at one time, and how many of them were still here later. */
export interface CohortView {
  readonly period: Date
  readonly later: readonly { readonly date: Date; readonly here: number; readonly share: number }[]
}

/** In one statement: who was last here after a day had begun was here then. */
export async function viewRetention(db: Db, { from, to }: Span, frequency: Frequency): Promise<CohortView[]> {
  const { rows } = await sql<{ period: Date; date: Date; came: number; here: number }>`
    WITH times AS (
      SELECT time FROM generate_series(date_trunc(${frequency}, ${from}::timestamptz, 'UTC'),
        ${to}::timestamptz - interval '1 second', ${`1 ${frequency}`}::interval, 'UTC') AS time
    ), came AS (
      SELECT date_trunc(${frequency}, created_at, 'UTC') AS period, seen_at FROM login
      WHERE created_at >= date_trunc(${frequency}, ${from}::timestamptz, 'UTC') AND created_at < ${to}
    )
    SELECT first.time AS period, later.time AS date,
      count(came.seen_at)::int AS came,
      count(*) FILTER (WHERE came.seen_at >= later.time)::int AS here
    FROM times AS first JOIN times AS later ON later.time >= first.time
    LEFT JOIN came ON came.period = first.time
    GROUP BY first.time, later.time ORDER BY first.time, later.time`.execute(db)
  const periods = Map.groupBy(rows, ({ period }) => period.getTime())
  return [...periods].map(([period, later]) => ({
    period: new Date(period),
    later: later.map(({ date, came, here }) => ({ date, here, share: came === 0 ? 0 : here / came })),
  }))
}
