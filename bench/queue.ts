import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { systemClock } from '../src/base/clock.ts'
import { silentLog } from '../src/base/log.ts'
import { connect, type Db } from '../src/db/connect.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { takeSlot } from '../src/db/slot.ts'
import { claimDeliveries } from '../src/jobs/deliveries.ts'
import { type DeliveryNote, settleDeliveries } from '../src/jobs/delivery-settle.ts'
import { type JobKind, jobKinds } from '../src/jobs/kinds.ts'
import type { JobHandler } from '../src/jobs/outcomes.ts'
import { queuePlans } from '../src/jobs/plans.ts'
import { createRunner, type Runner } from '../src/jobs/runner.ts'
import { cpuEach, cpuUsed, postmasterOf } from './support/cpu.ts'
import { median, percentile, spread, verdict } from './support/machine.ts'

// The queue alone: workers whose work is to do nothing. They are the server here, so they share CPU 0 with PostgreSQL.
if (process.env.BENCH_PINNED) {
  execFileSync('taskset', ['-a', '-c', '-p', '0', String(process.pid)], { stdio: 'ignore' })
}
const ROUNDS = 5
const WAITING = 100_000

await using stack = new AsyncDisposableStack()
const dataDir = await mkdtemp(join(tmpdir(), 'weft-bench-'))
stack.defer(() => rm(dataDir, { recursive: true, force: true }))
const embedded = stack.adopt(await startEmbedded(dataDir, silentLog), (running) => running.stop())
const postmaster = postmasterOf(dataDir)
const pool = { url: embedded.url, applicationName: 'bench' }
const db = stack.adopt(connect({ ...pool, maxConnections: 4, settings: queuePlans }), (open) =>
  open.destroy(),
)
/** for filling tables, which takes longer than a server ever waits */
const filler = stack.adopt(connect({ ...pool, maxConnections: 1, statementTimeoutMs: 300_000 }), (open) =>
  open.destroy(),
)
await migrate(db)
const { slot } = stack.use(await takeSlot(embedded.url))
console.log(`median of ${ROUNDS} rounds (lowest … highest)`)

await jobs()
await lanes()
await deliveries()

/** A runner for which every kind of work is done at once. */
function idleRunner(on: Db): Runner {
  const handlers = jobKinds.map((kind): [JobKind, JobHandler] => [kind, async () => undefined])
  return createRunner({
    db: on,
    slot,
    clock: systemClock,
    jobs: Object.fromEntries(handlers) as unknown as Record<JobKind, JobHandler>,
    lanes: async (batch) => batch.map(() => ({ done: true })),
    send: async () => ({ result: 'delivered', knock: 'cavage' }),
  })
}

interface Round {
  readonly perSecond: number
  readonly cpu: ReturnType<typeof cpuEach>
}

/** Fills the queue, sets a worker to it, and waits until it is empty. */
async function drain(fill: () => Promise<void>): Promise<Round> {
  const runner = idleRunner(db)
  await fill()
  return measure(async () => {
    runner.start()
    await runner.settled()
    await runner.drain(1000)
    return WAITING
  })
}

async function measure(work: () => Promise<number>): Promise<Round> {
  const before = cpuUsed(process.pid, postmaster)
  const began = performance.now()
  const done = await work()
  const perSecond = done / ((performance.now() - began) / 1000)
  return { perSecond, cpu: cpuEach(before, cpuUsed(process.pid, postmaster), done) }
}

/** Prints the rounds; returns the median rate. */
function report(what: string, rounds: readonly Round[]): number {
  const rates = rounds.map((round) => round.perSecond)
  const micros = (part: 'server' | 'postgres') => spread(rounds.map((round) => round.cpu[part] * 1000))
  console.log(
    `${what}: ${spread(rates)}/s; CPU µs each: Node ${micros('server')}, PostgreSQL ${micros('postgres')}`,
  )
  return median(rates)
}

async function jobs(): Promise<void> {
  const rounds: Round[] = []
  while (rounds.length < ROUNDS) {
    rounds.push(
      await drain(async () => {
        await sql`INSERT INTO job (kind, payload) SELECT 'deliver', '{"activityId":"' || n || '"}'
          FROM generate_series(1, ${WAITING}::int) n`.execute(filler)
      }),
    )
  }
  const rate = report('jobs without a lane', rounds)
  verdict('claim and settle', rate, rate >= 10_000, '≥ 10,000/s')
}

async function lanes(): Promise<void> {
  await sql`INSERT INTO host (name) SELECT 'h' || n || '.test' FROM generate_series(1, 5000) n`.execute(
    filler,
  )
  const body = JSON.stringify({ type: 'Create', content: 'x'.repeat(1500) })
  const rounds: Round[] = []
  while (rounds.length < ROUNDS) {
    rounds.push(
      await drain(async () => {
        await sql`INSERT INTO lane_job (lane, subject, kind, payload)
          SELECT CASE WHEN n % 10 < 9 THEN 1 ELSE 2 + n / 10 % 1000 END, n % 500, 'activity', ${body}
          FROM generate_series(1, ${WAITING}::int) n`.execute(filler)
        await sql`INSERT INTO lane_queue (lane, due_at) SELECT DISTINCT lane, now() FROM lane_job
          ON CONFLICT (lane) DO UPDATE SET due_at = now()`.execute(filler)
      }),
    )
  }
  const rate = report('items in lanes, 90 % of them in one', rounds)
  verdict('90 % in one lane', rate, rate >= 8000, '≥ 8,000/s')
}

/**
 * A million deliveries. 980,000 of them stand first, for hosts that are down: some are tried again just now, as the
 * table of waits has it, the rest later. Beside them 20,000 for 2,000 hosts that answer.
 */
async function deliveries(): Promise<void> {
  await sql`TRUNCATE host_queue, delivery`.execute(filler)
  await sql`INSERT INTO inbox (host_id, url) SELECT id, 'https://' || name || '/inbox' FROM host`.execute(
    filler,
  )
  const down = 2000
  await sql`INSERT INTO delivery (host_id, subject, activity_id, inbox_id, gives_up_at)
    SELECT i.host_id, n, n, i.id, now() + interval '3 days'
    FROM generate_series(1, 490) n, inbox i WHERE i.host_id <= ${down} ORDER BY n`.execute(filler)
  const claims: number[] = []
  const rounds: Round[] = []
  while (rounds.length < ROUNDS) {
    await sql`INSERT INTO delivery (host_id, subject, activity_id, inbox_id, gives_up_at)
      SELECT i.host_id, n, n, i.id, now() + interval '3 days'
      FROM generate_series(1001, 1010) n, inbox i WHERE i.host_id > ${down} AND i.host_id <= 2 * ${down}
      ORDER BY n`.execute(filler)
    await sql`INSERT INTO host_queue (host_id, due_at, standing)
      SELECT id, now() + CASE WHEN id <= 200 THEN interval '0' WHEN id <= ${down} THEN id * interval '1 s' END, 'failing'
      FROM host WHERE id <= ${down}
      ON CONFLICT (host_id) DO UPDATE SET due_at = excluded.due_at, standing = 'failing'`.execute(filler)
    await sql`INSERT INTO host_queue (host_id, due_at, standing)
      SELECT id, now(), 'good' FROM host WHERE id > ${down} AND id <= 2 * ${down}
      ON CONFLICT (host_id) DO UPDATE SET due_at = now(), standing = 'good'`.execute(filler)
    rounds.push(await measure(() => deliverAll(claims)))
  }
  const left = await sql<{ n: number }>`SELECT count(*)::int AS n FROM delivery`.execute(filler)
  report(`deliveries beside ${left.rows[0]?.n} for hosts that are down`, rounds)
  const p95 = percentile(claims, 0.95)
  console.log(
    `${claims.length} claims: median ${median(claims).toFixed(1)} ms, longest ${Math.max(...claims).toFixed(1)} ms`,
  )
  verdict('claim, p95', p95, p95 <= 20, '≤ 20 ms')
}

/** What a worker does, step by step, so that the claims can be timed. Hosts that are down fail their probe. */
async function deliverAll(claims: number[]): Promise<number> {
  let done = 0
  for (;;) {
    const start = performance.now()
    const hosts = await claimDeliveries(db, slot, { good: 64, other: 32 })
    if (hosts.length === 0) break
    claims.push(performance.now() - start)
    const notes: DeliveryNote[] = []
    for (const host of hosts) {
      const failing = host.standing === 'failing'
      if (!failing)
        notes.push(...host.deliveries.map(({ id }) => ({ note: 'drop', hostId: host.lane, id }) as const))
      done += failing ? 0 : host.deliveries.length
      const { lane, lease, wakes } = host
      notes.push({
        note: 'visit-over',
        held: { lane, lease, wakes },
        standing: failing ? 'failing' : 'good',
        waitSeconds: failing ? 3600 : undefined,
        news: failing
          ? {
              hostId: lane,
              delivered: false,
              answered: false,
              failure: 'ECONNREFUSED',
              failures: host.failures + 1,
              knock: null,
            }
          : undefined,
      })
    }
    await settleDeliveries(db, notes)
  }
  return done
}
