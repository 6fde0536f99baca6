import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import { LEASE_SECONDS } from './lanes.ts'

/** A job that stands in no lane, as it was claimed. */
export interface ClaimedJob {
  readonly id: string
  readonly kind: string
  readonly subject: string | null
  readonly payload: string
  readonly lease: string
  /** claims since it was last written: over 1, a worker died while it held it */
  readonly tries: number
  readonly attempts: number
}

export type JobNote =
  | { readonly note: 'done'; readonly job: ClaimedJob }
  | { readonly note: 'retry'; readonly job: ClaimedJob; readonly attempts: number; readonly seconds: number }
  | { readonly note: 'dead'; readonly job: ClaimedJob; readonly attempts: number; readonly reason: string }

/** The lease stands beside `due_at`, in no index, so that a claim rewrites a row within its page and nothing else. */
const claimRows = statement(
  'job-claim',
  `UPDATE job SET leased_until = now() + interval '${LEASE_SECONDS} s', lease = lease + 1, owner = $1,
     tries = LEAST(tries + 1, 100)
   WHERE id = ANY (ARRAY(
     SELECT j.id FROM unnest($2::text[], $3::int[]) AS k (kind, places)
     CROSS JOIN LATERAL (
       SELECT id FROM job w
       WHERE kind = k.kind AND due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
         AND (subject IS NULL OR NOT EXISTS (
           SELECT 1 FROM job e WHERE e.subject = w.subject AND e.id < w.id))
       ORDER BY due_at, id LIMIT k.places FOR UPDATE SKIP LOCKED) j))
   RETURNING id, kind, subject, payload, lease, tries, attempts`,
)

/** Claims jobs that are due, oldest first, of each kind as many as there are places for. Other kinds are let be. */
export async function claimJobs(
  db: Db,
  slot: number,
  places: ReadonlyMap<string, number>,
): Promise<ClaimedJob[]> {
  const jobs = await claimRows<ClaimedJob>(db, [slot, [...places.keys()], [...places.values()]])
  return jobs.sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)))
}

/** Everything below touches jobs only while their leases are ours: `$1` are the ids, `$2` the leases. */
const AT = 'array_position($1::bigint[], id)'
const OURS = `id = ANY ($1::bigint[]) AND lease = ($2::bigint[])[${AT}]`

/** … and whether another of the same subject waits for it, which may then be claimed. */
const deleteDone = statement(
  'job-done',
  `DELETE FROM job WHERE ${OURS}
   RETURNING id, EXISTS (SELECT 1 FROM job e WHERE e.subject = job.subject AND e.id > job.id) AS next`,
)
const putOff = statement(
  'job-retry',
  `UPDATE job SET owner = NULL, leased_until = NULL, tries = 0, attempts = ($3::smallint[])[${AT}],
     due_at = now() + make_interval(secs => ($4::float8[])[${AT}])
   WHERE ${OURS} RETURNING id`,
)
const bury = statement(
  'job-dead',
  `WITH gone AS (
     DELETE FROM job WHERE ${OURS}
     RETURNING kind, payload, ($3::smallint[])[${AT}], ($4::text[])[${AT}], created_at
   )
   INSERT INTO dead_job (kind, payload, attempts, reason, created_at) SELECT * FROM gone RETURNING id`,
)

/**
 * Writes down what became of jobs.
 * @returns how many of them were not ours any more, and whether others have waited for one of them
 */
export async function settleJobs(
  db: Db,
  notes: readonly JobNote[],
): Promise<{ readonly lost: number; readonly next: boolean }> {
  // A job that was lost and claimed anew may come back twice at once: only its later lease counts.
  const latest = [...new Map(notes.map((note) => [note.job.id, note])).values()]
  const of = <N extends JobNote['note']>(kind: N) =>
    latest.filter((note): note is Extract<JobNote, { note: N }> => note.note === kind)
  const done = of('done')
  const later = of('retry')
  const dead = of('dead')
  let written = 0
  let next = dead.some(({ job }) => job.subject !== null)
  if (done.length > 0) {
    const gone = await deleteDone<{ next: boolean }>(db, leases(done))
    written += gone.length
    next ||= gone.some((row) => row.next)
  }
  if (later.length > 0) {
    const seconds = later.map((note) => note.seconds)
    written += (await putOff(db, [...leases(later), later.map((note) => note.attempts), seconds])).length
  }
  if (dead.length > 0) {
    const reasons = dead.map((note) => note.reason)
    written += (await bury(db, [...leases(dead), dead.map((note) => note.attempts), reasons])).length
  }
  return { lost: notes.length - written, next }
}

const extend = statement(
  'job-extend',
  `UPDATE job SET leased_until = now() + interval '${LEASE_SECONDS} s' WHERE ${OURS}`,
)
const release = statement(
  'job-release',
  `UPDATE job SET leased_until = NULL, owner = NULL, tries = 0 WHERE ${OURS}`,
)
const save = statement('job-save', `UPDATE job SET payload = $3 WHERE id = $1 AND lease = $2 RETURNING id`)
const countTry = statement(
  'job-count',
  `UPDATE job SET attempts = attempts + 1 WHERE ${OURS} RETURNING attempts`,
)
const freeOwned = statement(
  'job-free',
  `UPDATE job SET leased_until = NULL, owner = NULL, lease = lease + 1
   WHERE owner = $1 AND id <> ALL ($2::bigint[]) RETURNING id`,
)

export async function extendJobs(db: Db, jobs: readonly ClaimedJob[]): Promise<void> {
  await extend(db, leases(jobs.map((job) => ({ job }))))
}

/** Gives jobs back untouched, for others to take at once. */
export async function releaseJobs(db: Db, jobs: readonly ClaimedJob[]): Promise<void> {
  await release(db, leases(jobs.map((job) => ({ job }))))
}

/** @throws Error when the job is not ours any more */
export async function saveJob(db: Db, job: ClaimedJob, payload: unknown): Promise<void> {
  const saved = await save(db, [job.id, job.lease, JSON.stringify(payload)])
  if (saved.length === 0) throw new Error('somebody else does this job by now')
}

/** Counts a try before it is made. Returns the tries, this one included; undefined when the job is not ours any more. */
export async function countJobTry(db: Db, job: ClaimedJob): Promise<number | undefined> {
  const [row] = await countTry<{ attempts: number }>(db, leases([{ job }]))
  return row?.attempts
}

/** Frees what a worker holds that is dead, or does not know of these jobs; returns how many that were. */
export async function freeJobs(db: Db, owner: number, except: readonly string[] = []): Promise<number> {
  return (await freeOwned(db, [owner, except])).length
}

function leases(notes: readonly { readonly job: ClaimedJob }[]): [string[], string[]] {
  return [notes.map(({ job }) => job.id), notes.map(({ job }) => job.lease)]
}
