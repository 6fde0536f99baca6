import { sql } from 'kysely'
import { systemClock } from '../../src/base/clock.ts'
import type { ActivityId } from '../../src/base/ids.ts'
import type { Log } from '../../src/base/log.ts'
import type { Db } from '../../src/db/connect.ts'
import { expandDeliveries } from '../../src/jobs/deliveries.ts'
import { ensureInboxes } from '../../src/jobs/hosts.ts'
import { type JobKind, jobKinds } from '../../src/jobs/kinds.ts'
import type { JobHandler, LaneOutcome, Sender } from '../../src/jobs/outcomes.ts'
import { createRunner, type Runner, type RunnerOptions } from '../../src/jobs/runner.ts'

let lastId = 1000n

/** An activity of ours, as small as can be. */
export async function makeActivity(db: Db, kind = 'Create'): Promise<ActivityId> {
  lastId += 1n
  const id = lastId.toString() as ActivityId
  await sql`
    INSERT INTO account (id, local, uri, name) VALUES (1, true, 'http://here.test/ap/actors/1', 'author')
    ON CONFLICT DO NOTHING`.execute(db)
  await sql`
    INSERT INTO activity (id, account_id, kind, public, body) VALUES (${id}, 1, ${kind}, true, '{}')`.execute(
    db,
  )
  return id
}

/** Makes one activity and a delivery of it for each inbox; returns the activity's id. */
export async function deliverTo(
  db: Db,
  urls: readonly string[],
  options: { kind?: string; subject?: string } = {},
): Promise<ActivityId> {
  const activityId = await makeActivity(db, options.kind)
  const inboxes = await ensureInboxes(db, urls)
  await expandDeliveries(db, {
    activityId,
    subject: options.subject ?? activityId,
    inboxIds: [...inboxes.values()],
  })
  return activityId
}

/** Moves everything in the queue that happens at a time so far into the past, as if so much time had gone by. */
export async function letTimePass(db: Db, interval: string): Promise<void> {
  for (const [table, columns] of Object.entries({
    host: ['failing_since', 'knock_at', 'last_success_at', 'dead_at'],
    inbox: ['missing_since', 'gone_at'],
    host_queue: ['due_at'],
    delivery: ['not_before', 'created_at', 'gives_up_at'],
    lane_queue: ['due_at'],
    lane_job: ['not_before', 'created_at'],
    job: ['due_at', 'leased_until', 'created_at'],
  })) {
    const set = columns.map((column) => sql`${sql.ref(column)} = ${sql.ref(column)} - ${interval}::interval`)
    await sql`UPDATE ${sql.table(table)} SET ${sql.join(set)}`.execute(db)
  }
}

export async function count(db: Db, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM ${sql.table(table)}`.execute(db)
  return rows[0]?.n ?? 0
}

/** A log that remembers its lines. */
export function heardLog(): Log & { readonly lines: string[] } {
  const lines: string[] = []
  const say = (message: string, properties?: Record<string, unknown>) => {
    lines.push(message.replace(/\{(\w+)\}/g, (_, name) => String(properties?.[name])))
  }
  return { lines, debug: say, info: say, warn: say, error: say }
}

export const delivered: Sender = async () => ({ result: 'delivered', knock: 'cavage' })
export const allDone = async (batch: readonly unknown[]): Promise<LaneOutcome[]> =>
  batch.map(() => ({ done: true }))

/** Handlers for all kinds of jobs, which do nothing but what the test gives them. */
export function handlersWith(some: Partial<Record<JobKind, JobHandler>>): Record<JobKind, JobHandler> {
  const idle = jobKinds.map((kind) => [kind, async () => undefined] as const)
  return { ...(Object.fromEntries(idle) as unknown as Record<JobKind, JobHandler>), ...some }
}

/** A runner with nothing to do but what the test gives it; started, and to be disposed of. */
export function startRunner(db: Db, options: Partial<RunnerOptions> = {}): Runner {
  const runner = createRunner({
    db,
    slot: 0,
    clock: systemClock,
    jobs: handlersWith({}),
    lanes: allDone,
    send: delivered,
    ...(process.env.QUEUE_LOG && { log: consoleLog }),
    ...options,
  })
  runner.start()
  return runner
}

const say = (message: string, properties?: Record<string, unknown>) => console.log(message, properties)
const consoleLog: Log = { debug: say, info: say, warn: say, error: say }
