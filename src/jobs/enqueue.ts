import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import type { Tx } from '../db/transact.ts'
import type { JobKind } from './kinds.ts'

export interface NewJob {
  readonly kind: JobKind
  /** plain JSON */
  readonly payload: unknown
  /** jobs of one subject are done one after the other, in the order in which they were made; a failed one is waited for */
  readonly subject?: string
  /** not before; now, when left out */
  readonly dueAt?: Date
}

/**
 * PostgreSQL sends equal notifications of one transaction once, however many jobs it enqueues. Of what is due later
 * nobody is told: everybody looks by himself now and then.
 */
const insertJobs = statement(
  'job-insert',
  `WITH new AS (
     INSERT INTO job (kind, payload, subject, due_at)
     SELECT kind, payload, subject, COALESCE(due_at, now())
     FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[]) AS t (kind, payload, subject, due_at)
   )
   SELECT pg_notify('jobs', 'job')
   WHERE EXISTS (SELECT 1 FROM unnest($4::timestamptz[]) AS t (due_at) WHERE due_at IS NULL OR due_at <= now())`,
)

/**
 * Makes jobs that will be done at least once, if the caller's transaction commits; and never, if it does not. The
 * workers hear of them at the commit.
 */
export async function enqueue(db: Db | Tx, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return
  await insertJobs(db, [
    jobs.map((job) => job.kind),
    jobs.map((job) => JSON.stringify(job.payload)),
    jobs.map((job) => job.subject ?? null),
    jobs.map((job) => job.dueAt ?? null),
  ])
}
