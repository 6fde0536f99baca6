import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../../src/db/connect.ts'
import { eventually } from '../../support/weft.ts'

/** How much waits or is under way. */
export async function waitingIn(db: Db): Promise<Record<'job' | 'lane_job' | 'delivery', number>> {
  const { rows } = await sql<Record<'job' | 'lane_job' | 'delivery', number>>`
    SELECT (SELECT count(*)::int FROM job) AS job, (SELECT count(*)::int FROM lane_job) AS lane_job,
      (SELECT count(*)::int FROM delivery) AS delivery`.execute(db)
  return rows[0]!
}

/** Waits until nothing is left to do and nothing under way; says what stands still when that takes too long. */
export async function workedOff(db: Db, patienceMs = 60_000): Promise<void> {
  await eventually(async () => {
    const waiting = await waitingIn(db)
    if (waiting.job + waiting.lane_job + waiting.delivery > 0)
      throw new Error(`it is not done yet: ${JSON.stringify(waiting)}`)
  }, patienceMs).catch(async (error) => {
    throw new Error(`${(error as Error).message} ${JSON.stringify(await stuck(db), undefined, 1)}`)
  })
}

async function stuck(db: Db): Promise<unknown[]> {
  const { rows } = await sql`
    SELECT 'host' AS what, count(*)::int AS n, q.owner, q.standing, h.last_error,
      min(extract(epoch FROM q.due_at - now())::int) AS "dueIn", (SELECT array_agg(slot) FROM worker) AS workers
    FROM host_queue q JOIN host h ON h.id = q.host_id
    WHERE EXISTS (SELECT 1 FROM delivery d WHERE d.host_id = q.host_id) GROUP BY 3, 4, 5
    UNION ALL
    SELECT 'lane', count(*)::int, owner, NULL, NULL, min(extract(epoch FROM due_at - now())::int), NULL
    FROM lane_queue q WHERE EXISTS (SELECT 1 FROM lane_job j WHERE j.lane = q.lane) GROUP BY 3
    UNION ALL
    SELECT 'job', count(*)::int, owner, kind, NULL, min(extract(epoch FROM due_at - now())::int), NULL
    FROM job GROUP BY 3, 4`.execute(db)
  return rows
}

/** Makes everything due that waits for its time; what a worker holds stays its own. */
export async function letWaitsPass(db: Db): Promise<void> {
  for (const table of ['delivery', 'lane_job']) {
    await sql`UPDATE ${sql.table(table)} SET not_before = now() WHERE not_before > now()`.execute(db)
  }
  for (const table of ['host_queue', 'lane_queue', 'job']) {
    await sql`UPDATE ${sql.table(table)} SET due_at = now() WHERE due_at > now() AND owner IS NULL`.execute(
      db,
    )
  }
  await sql`SELECT pg_notify('jobs', kind) FROM unnest(ARRAY['job', 'lane', 'delivery']) AS t (kind)`.execute(
    db,
  )
  await sleep(50)
}

/** How many rows each table has that a post or a job leaves traces in. */
export async function traces(db: Db): Promise<Record<string, number>> {
  const tables = ['post', 'activity', 'mention', 'hashtag', 'home_entry', 'notification', 'job', 'delivery']
  const counts = await Promise.all(
    tables.map(async (table) => {
      const { rows } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM ${sql.table(table)}`.execute(
        db,
      )
      return [table, rows[0]?.n ?? 0] as const
    }),
  )
  return Object.fromEntries(counts)
}
