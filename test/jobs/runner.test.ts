import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Db } from '../../src/db/connect.ts'
import { takeSlot } from '../../src/db/slot.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { listFailed } from '../../src/jobs/failed.ts'
import { createIntake } from '../../src/jobs/seen.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { allDone, count, delivered, deliverTo, handlersWith, startRunner } from './support.ts'

let database: TestDatabase
let db: Db
beforeEach(async () => {
  database = await testDatabase()
  db = database.db
})
afterEach(() => database[Symbol.asyncDispose]())

const job = (payload: unknown) => ({ kind: 'deliver' as const, payload })
const take = (n: number | string, host = 'far.test') =>
  createIntake(db).accept({
    actor: `https://${host}/users/${n}`,
    activityId: `https://${host}/${n}`,
    host,
    body: `${n}`,
  })

async function until(isSo: () => boolean | Promise<boolean>, ms = 10_000): Promise<number> {
  const began = performance.now()
  while (!(await isSo())) {
    if (performance.now() - began > ms) throw new Error('it never came to be')
    await sleep(5)
  }
  return performance.now() - began
}

test('jobs, what came in and what goes out are all done', async () => {
  const done: unknown[] = []
  await using runner = startRunner(db, {
    jobs: handlersWith({ deliver: async (payload) => void done.push(payload) }),
    lanes: (batch) => {
      done.push(...batch.map((item) => item.body))
      return allDone(batch)
    },
    send: (delivery) => {
      done.push(delivery.inboxUrl)
      return delivered(delivery)
    },
  })
  await enqueue(db, [job({ some: 'job' })])
  await take('came in')
  await deliverTo(db, ['https://far.test/inbox'])
  await runner.settled()
  expect(done).toHaveLength(3)
  expect(done).toEqual(expect.arrayContaining([{ some: 'job' }, 'came in', 'https://far.test/inbox']))
  for (const table of ['job', 'lane_job', 'delivery', 'dead_job', 'dead_delivery']) {
    expect(await count(db, table), table).toBe(0)
  }
})

test('R-007: a drain finishes what is under way, and gives back the rest for others to take at once', async () => {
  const begun: string[] = []
  const ended: string[] = []
  const slowly = async (name: string, ms: number) => {
    begun.push(name)
    await sleep(ms)
    ended.push(name)
  }
  const first = startRunner(db, {
    slot: 1,
    limits: { jobsAtOnce: 4 },
    jobs: handlersWith({ deliver: (payload) => slowly(`job ${payload}`, payload === 'long' ? 60_000 : 300) }),
    lanes: async (batch) => {
      await slowly('items', 300)
      return allDone(batch)
    },
    send: async (delivery) => {
      await slowly(`to ${delivery.inboxUrl}`, 300)
      return delivered(delivery)
    },
  })
  await enqueue(db, ['long', 'a', 'b', 'c', 'd', 'e'].map(job))
  for (let n = 0; n < 120; n++) await take(n)
  await deliverTo(db, ['https://far.test/1', 'https://far.test/2', 'https://far.test/3'])
  await until(() => begun.length >= 6)

  const began = performance.now()
  await first.drain(1500)
  expect(performance.now() - began).toBeLessThan(3000)
  const nothingNew = begun.length
  expect(ended).toHaveLength(nothingNew - 1)

  const others: string[] = []
  await using second = startRunner(db, {
    slot: 2,
    jobs: handlersWith({ deliver: async (payload) => void others.push(`job ${payload}`) }),
    send: (delivery) => {
      others.push(`to ${delivery.inboxUrl}`)
      return delivered(delivery)
    },
  })
  await second.settled()
  expect(others).toContain('job long')
  expect(begun).toHaveLength(nothingNew)
  for (const table of ['job', 'lane_job', 'delivery']) expect(await count(db, table), table).toBe(0)
  // Nobody did what the first had finished.
  expect(others.filter((name) => ended.includes(name))).toEqual([])
})

test('what is heavy is done by so many side by side, one after the other without a pause, for as long as it may take', async () => {
  let atOnce = 0
  let most = 0
  let done = 0
  let others = 0
  await using runner = startRunner(db, {
    slot: 1,
    limits: { jobTimeMs: 50 },
    heavyJobs: { film: { atOnce: 1, timeLimitMs: 10_000 } },
    jobs: handlersWith({
      film: async () => {
        atOnce += 1
        most = Math.max(most, atOnce)
        await sleep(150)
        atOnce -= 1
        done += 1
      },
      deliver: async () => {
        others += 1
        if (others === 30) expect(done).toBeLessThan(4)
      },
    }),
  })
  const began = performance.now()
  await enqueue(db, [
    ...Array.from({ length: 5 }, (_, n) => ({ kind: 'film' as const, payload: n })),
    ...Array.from({ length: 30 }, (_, n) => job(`${n}`)),
  ])
  await runner.settled()
  expect([most, done, others]).toEqual([1, 5, 30])
  // Whoever had to look for each of them by himself would need a second each time.
  expect(performance.now() - began).toBeLessThan(3000)
  expect(await count(db, 'dead_job')).toBe(0)
})

test('what a dead worker held is free within a second or so', async () => {
  let held = 0
  const hang = () => {
    held++
    return new Promise<never>(() => undefined)
  }
  const dying = await takeSlot(database.url)
  const first = startRunner(db, {
    slot: dying.slot,
    jobs: handlersWith({ deliver: hang }),
    lanes: hang,
    send: hang,
    // One of each, and that hangs: it takes nothing more, as if it were dead.
    limits: {
      jobTimeMs: 1e6,
      itemTimeMs: 1e6,
      rounds: 1,
      jobsAtOnce: 1,
      places: { atOnce: 1, unproven: 1, inAll: 1, slowAfterMs: 1e6 },
    },
  })
  await enqueue(db, [job('one')])
  await take('two')
  await deliverTo(db, ['https://far.test/inbox'])
  await until(() => held === 3)

  const living = await takeSlot(database.url)
  let taken = 0
  let freed = 0
  const took = () => {
    taken++
  }
  await using second = startRunner(db, {
    slot: living.slot,
    jobs: handlersWith({ deliver: async () => took() }),
    lanes: (batch) => {
      took()
      return allDone(batch)
    },
    send: (delivery) => {
      took()
      return delivered(delivery)
    },
    instruments: {
      leasesFreed: (n) => {
        freed += n
      },
    },
  })
  await sleep(1200)
  expect(taken).toBe(0)
  await dying[Symbol.asyncDispose]()
  expect(await until(() => taken === 3)).toBeLessThan(3000)
  await second.settled()
  expect(freed).toBe(3)
  await first.drain(0)
  await living[Symbol.asyncDispose]()
})

test('a process that takes the slot of a dead one frees what that one held', async () => {
  const before = startRunner(db, {
    slot: 9,
    lanes: () => new Promise(() => undefined),
    // One round, and that hangs: it is as good as dead, and takes nothing more.
    limits: { rounds: 1 },
  })
  await take('x')
  await until(async () => (await db.selectFrom('lane_queue').select('owner').executeTakeFirst())?.owner === 9)
  await using after = startRunner(db, { slot: 9 })
  await after.settled()
  expect(await count(db, 'lane_job')).toBe(0)
  await before.drain(0)
})

async function startWorker(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker.ts'), database.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout) await once(child.stdout, 'data')
  return child
}

async function effects(): Promise<Map<string, number>> {
  const { rows } = await sql<{ name: string; times: number }>`SELECT name, times FROM effect`.execute(db)
  return new Map(rows.map((row) => [row.name, row.times]))
}

test('workers that are killed again and again lose nothing', { timeout: 60_000 }, async () => {
  await sql`CREATE TABLE effect (name text PRIMARY KEY, times int NOT NULL DEFAULT 1)`.execute(db)
  await enqueue(
    db,
    Array.from({ length: 600 }, (_, n) => job(n)),
  )
  for (let n = 0; n < 600; n += 60) {
    await Promise.all(Array.from({ length: 60 }, (_, k) => take(n + k, `h${k % 7}.test`)))
  }
  const urls = Array.from({ length: 150 }, (_, n) => `https://h${n % 40}.test/users/${n}/inbox`)
  for (let n = 0; n < 4; n++) await deliverTo(db, urls, { subject: '1' })

  for (let kill = 0; kill < 4; kill++) {
    const child = await startWorker()
    await sleep(20 + Math.random() * 250)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const last = await startWorker()
  try {
    await until(async () => (await effects()).size >= 1800, 30_000)
    await until(
      async () =>
        (await count(db, 'delivery')) + (await count(db, 'job')) + (await count(db, 'lane_job')) === 0,
    )
  } finally {
    last.kill('SIGKILL')
  }
  expect((await effects()).size).toBe(1800)
  expect(await listFailed(db)).toEqual([])
})

test('R-006: what kills its worker each time is set aside, and takes nobody along', {
  timeout: 60_000,
}, async () => {
  await sql`CREATE TABLE effect (name text PRIMARY KEY, times int NOT NULL DEFAULT 1)`.execute(db)
  // As if they had killed nine workers already; the tenth try is the last.
  for (let n = 0; n < 20; n++) await take(n === 7 ? 'kill' : n)
  await enqueue(db, [...Array.from({ length: 10 }, (_, n) => job(n)), job('kill')])
  await sql`UPDATE lane_job SET attempts = 9 WHERE payload = 'kill'`.execute(db)
  await sql`UPDATE job SET attempts = 9 WHERE payload LIKE '%kill%'`.execute(db)
  for (let kill = 0; kill < 12; kill++) {
    const child = await startWorker()
    const exited = once(child, 'exit')
    const rested = until(async () => (await count(db, 'job')) + (await count(db, 'lane_job')) === 0, 4000)
    const survived = await Promise.race([
      exited.then(() => false),
      rested.then(
        () => true,
        () => false,
      ),
    ])
    child.kill('SIGKILL')
    await exited
    if (survived) break
  }
  expect((await listFailed(db)).map((one) => one.reason)).toEqual([
    'the server stopped each time while doing it',
    'the server stopped each time while doing it',
  ])
  expect((await effects()).size).toBe(29)
})
