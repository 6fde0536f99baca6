import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'

/** How much waits, for metrics. Counts stop at `COUNTED`: beyond it, "very much" is enough and counting costs. */
export interface Depth {
  readonly jobs: Waiting
  readonly items: Waiting
  readonly deliveries: Waiting
  readonly deadJobs: number
  readonly deadDeliveries: number
  /** hosts with deliveries waiting or under way, by how they answered last time; and those given up */
  readonly hosts: {
    readonly good: number
    readonly new: number
    readonly failing: number
    readonly dead: number
  }
}

export interface Waiting {
  readonly count: number
  /** of what is due and not under way; 0 when there is none */
  readonly oldestSeconds: number
}

export const COUNTED = 100_000

export async function readDepth(db: Db): Promise<Depth> {
  const counted = (table: string) =>
    sql<number>`(SELECT count(*)::int FROM (SELECT 1 FROM ${sql.table(table)} LIMIT ${COUNTED}) t)`
  const late = (table: string) => sql<number>`
    COALESCE((SELECT extract(epoch FROM now() - min(due_at))::float8
      FROM ${sql.table(table)} WHERE due_at <= now() AND owner IS NULL), 0)`
  const hosts = (standing: string) =>
    sql<number>`(SELECT count(*)::int FROM host_queue WHERE due_at IS NOT NULL AND standing = ${standing})`
  const { rows } = await sql<Record<string, number>>`
    SELECT ${counted('job')} AS jobs, ${late('job')} AS job_age,
      ${counted('lane_job')} AS items, ${late('lane_queue')} AS item_age,
      ${counted('delivery')} AS deliveries, ${late('host_queue')} AS delivery_age,
      ${counted('dead_job')} AS dead_jobs, ${counted('dead_delivery')} AS dead_deliveries,
      ${hosts('good')} AS good, ${hosts('new')} AS new, ${hosts('failing')} AS failing,
      (SELECT count(*)::int FROM host WHERE dead_at IS NOT NULL) AS dead`.execute(db)
  const of = (name: string) => rows[0]?.[name] ?? 0
  return {
    jobs: { count: of('jobs'), oldestSeconds: of('job_age') },
    items: { count: of('items'), oldestSeconds: of('item_age') },
    deliveries: { count: of('deliveries'), oldestSeconds: of('delivery_age') },
    deadJobs: of('dead_jobs'),
    deadDeliveries: of('dead_deliveries'),
    hosts: { good: of('good'), new: of('new'), failing: of('failing'), dead: of('dead') },
  }
}

/** Is nothing due, and nothing under way in any worker? Jobs of other kinds than these are let be. */
export async function isSettled(db: Db, kinds: readonly string[], errands = false): Promise<boolean> {
  const busy = (table: string) =>
    sql`EXISTS (SELECT 1 FROM ${sql.table(table)} WHERE due_at <= now() OR owner IS NOT NULL)`
  const { rows } = await sql<{ busy: boolean }>`
    SELECT ${busy('lane_queue')} OR ${busy('host_queue')} OR (${errands} AND ${busy('errand_queue')}) OR EXISTS (
      SELECT 1 FROM job WHERE kind = ANY (${kinds}::text[]) AND (due_at <= now() OR owner IS NOT NULL)
    ) AS busy`.execute(db)
  return rows[0]?.busy === false
}
