import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import { hostTables } from './deliveries.ts'
import { insertIntoLanes } from './lane-jobs.ts'
import { wake } from './lanes.ts'

/** Something that was set aside after it had failed too often or for too long; kept for a week. */
export interface Failed {
  /** what `retryFailed` takes: `d` and a number for a delivery, `j` and a number for a job */
  readonly id: string
  /** the activity's type for a delivery, the kind of job for a job */
  readonly kind: string
  /** the inbox for a delivery; for what came in, the host it came from */
  readonly about: string | null
  readonly reason: string
  readonly attempts: number
  readonly createdAt: Date
  readonly diedAt: Date
}

/** What was set aside, latest first. */
export async function listFailed(db: Db, limit = 100): Promise<Failed[]> {
  const { rows } = await sql<Failed>`
    SELECT * FROM (
      SELECT 'd' || d.id AS id, COALESCE(a.kind, 'withdrawn') AS kind, i.url AS about, d.reason, d.attempts,
        d.created_at AS "createdAt", d.died_at AS "diedAt"
      FROM dead_delivery d JOIN inbox i ON i.id = d.inbox_id LEFT JOIN activity a ON a.id = d.activity_id
      UNION ALL
      SELECT 'j' || j.id, j.kind, h.name, j.reason, j.attempts, j.created_at, j.died_at
      FROM dead_job j LEFT JOIN host h ON h.id = j.lane
    ) failed
    ORDER BY "diedAt" DESC, id LIMIT ${limit}`.execute(db)
  return rows
}

const retryDeliveries = statement(
  'failed-deliveries',
  `WITH gone AS (
     DELETE FROM dead_delivery WHERE $1 OR id = ANY($2::bigint[]) RETURNING *
   ), new AS (
     INSERT INTO delivery (host_id, subject, activity_id, inbox_id, gives_up_at)
     SELECT host_id, subject, activity_id, inbox_id, now() + interval '3 days' FROM gone
     WHERE EXISTS (SELECT 1 FROM activity a WHERE a.id = gone.activity_id)
     ORDER BY host_id, id
     ON CONFLICT (activity_id, inbox_id) DO NOTHING
     RETURNING host_id
   ), woken AS (${wake(hostTables, 'new')})
   SELECT pg_notify('jobs', 'delivery') FROM new`,
)
const retryItems = statement(
  'failed-items',
  `WITH gone AS (
     DELETE FROM dead_job WHERE lane IS NOT NULL AND ($1 OR id = ANY($2::bigint[]))
     RETURNING lane, subject, kind, payload, id AS n
   ), ${insertIntoLanes('gone')}
   SELECT pg_notify('jobs', 'lane') FROM queued`,
)
const retryJobs = statement(
  'failed-jobs',
  `WITH gone AS (
     DELETE FROM dead_job WHERE lane IS NULL AND ($1 OR id = ANY($2::bigint[])) RETURNING *
   )
   INSERT INTO job (kind, payload, created_at)
   SELECT kind, payload, created_at FROM gone ORDER BY id RETURNING id, pg_notify('jobs', 'job')`,
)

/**
 * Tries again what was set aside, from the beginning; unknown ids are passed over, and so is what was withdrawn
 * meanwhile, lest a deleted post come back.
 * @param ids as `listFailed` gives them
 * @returns how many are tried again
 */
export async function retryFailed(db: Db, ids: readonly string[] | 'all'): Promise<number> {
  const numbers = (letter: string) =>
    ids === 'all'
      ? []
      : ids.filter((id) => new RegExp(`^${letter}\\d{1,18}$`).test(id)).map((id) => id.slice(1))
  const all = ids === 'all'
  const deliveries = await retryDeliveries(db, [all, numbers('d')])
  const items = await retryItems(db, [all, numbers('j')])
  const jobs = await retryJobs(db, [all, numbers('j')])
  return deliveries.length + items.length + jobs.length
}
