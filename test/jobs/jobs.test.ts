import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { refuse } from '../../src/base/refusal.ts'
import { Transient } from '../../src/base/transient.ts'
import type { Db } from '../../src/db/connect.ts'
import { listen } from '../../src/db/listen.ts'
import { transact } from '../../src/db/transact.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { listFailed, retryFailed } from '../../src/jobs/failed.ts'
import type { LaneHandler } from '../../src/jobs/outcomes.ts'
import { createIntake } from '../../src/jobs/seen.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { count, handlersWith, heardLog, letTimePass, startRunner } from './support.ts'

let database: TestDatabase
let db: Db
beforeEach(async () => {
  database = await testDatabase()
  db = database.db
})
afterEach(() => database[Symbol.asyncDispose]())

const limits = { attempts: 3, jobTimeMs: 150, itemTimeMs: 150 }
const job = (payload: unknown) => ({ kind: 'deliver' as const, payload })

async function takeIn(...ns: number[]): Promise<void> {
  const intake = createIntake(db)
  await Promise.all(
    ns.map((n) =>
      intake.accept({
        actor: `https://far.test/users/${n % 10}`,
        activityId: `https://far.test/${n}`,
        host: 'far.test',
        body: String(n),
      }),
    ),
  )
}

test('R-003: a job is done if the transaction that made it commits, and never if it does not', async () => {
  const done: unknown[] = []
  await using runner = startRunner(db, {
    jobs: handlersWith({ deliver: async (one) => void done.push(one) }),
  })
  await transact(db, async (tx) => {
    await enqueue(tx, [job('rolled back')])
    throw new Error('changed our mind')
  }).catch(() => undefined)
  await transact(db, (tx) => enqueue(tx, [job('kept')]))
  await runner.settled()
  expect(done).toEqual(['kept'])
})

test('a worker that listens hears of work at the commit', async () => {
  const heard: number[] = []
  await using runner = startRunner(db, {
    jobs: handlersWith({ deliver: async () => void heard.push(performance.now()) }),
    listen: (onMessage) => listen(database.url, ['jobs'], (_, payload) => onMessage(payload)),
  })
  await runner.settled()
  const waits: number[] = []
  for (let n = 0; n < 5; n++) {
    await sleep(120)
    const began = performance.now()
    await enqueue(db, [job(n)])
    while (heard.length <= n) await sleep(1)
    waits.push((heard[n] ?? 0) - began)
  }
  expect(waits.sort((a, b) => a - b)[1]).toBeLessThan(200)
})

test('a job for later is done later', async () => {
  const done: unknown[] = []
  await using runner = startRunner(db, {
    jobs: handlersWith({ deliver: async (one) => void done.push(one) }),
  })
  await enqueue(db, [{ ...job('later'), dueAt: new Date(Date.now() + 3_600_000) }, job('now')])
  await runner.settled()
  expect(done).toEqual(['now'])
  await letTimePass(db, '61 minutes')
  await runner.settled()
  expect(done).toEqual(['now', 'later'])
})

test('R-006: a job that throws or never ends is tried again, others go on, and in the end it is set aside', async () => {
  const runs = new Map<string, number>()
  const aborted: string[] = []
  await using runner = startRunner(db, {
    limits,
    jobs: handlersWith({
      async deliver(payload, signal) {
        const name = String(payload)
        runs.set(name, (runs.get(name) ?? 0) + 1)
        if (name === 'throws') throw new Error('no use')
        if (name !== 'hangs') return
        signal.addEventListener('abort', () => aborted.push(name))
        await new Promise(() => undefined)
      },
    }),
  })
  for (let round = 0; round < 4; round++) {
    await enqueue(db, [job('hangs'), job('throws'), job(`fine ${round}`)].slice(round === 0 ? 0 : 2))
    await runner.settled()
    await letTimePass(db, '20 minutes')
  }
  expect(Object.fromEntries(runs)).toMatchObject({ hangs: 3, throws: 3, 'fine 0': 1, 'fine 3': 1 })
  expect(aborted).toHaveLength(3)
  const failed = await listFailed(db)
  expect(failed.map((one) => one.reason).sort()).toEqual(['no use', 'not done within 0.15 s'])
  expect(failed[0]).toMatchObject({ kind: 'deliver', attempts: 3 })

  expect(await retryFailed(db, 'all')).toBe(2)
  await runner.settled()
  expect(runs.get('throws')).toBe(4)
})

test('a refusal settles a job; what is transient waits as long as it asks', async () => {
  let runs = 0
  await using runner = startRunner(db, {
    jobs: handlersWith({
      async deliver(payload) {
        runs++
        if (payload === 'refused') refuse('post.gone')
        throw new Transient('busy', { retryAfterSeconds: 3600 })
      },
    }),
  })
  await enqueue(db, [job('refused'), job('transient')])
  await runner.settled()
  expect(await count(db, 'job')).toBe(1)
  await letTimePass(db, '59 minutes')
  await runner.settled()
  expect(runs).toBe(2)
  await letTimePass(db, '8 minutes')
  await runner.settled()
  expect(runs).toBe(3)
})

test('a job of a kind that a newer version made waits for one, and is never given up', async () => {
  await using runner = startRunner(db, { limits })
  await db.insertInto('job').values({ kind: 'unheard-of', payload: '{}' }).execute()
  for (let round = 0; round < 5; round++) {
    await runner.settled()
    await letTimePass(db, '2 minutes')
  }
  const row = await db.selectFrom('job').select(['kind', 'attempts']).executeTakeFirst()
  expect(row).toEqual({ kind: 'unheard-of', attempts: 0 })
})

test('jobs of one kind that all wait hold up no other kind', async () => {
  const done: unknown[] = []
  const blocked = Promise.withResolvers<void>()
  await enqueue(
    db,
    Array.from({ length: 300 }, (_, n) => ({ kind: 'ask' as const, payload: n })),
  )
  await using runner = startRunner(db, {
    jobs: handlersWith({ ask: () => blocked.promise, deliver: async (one) => void done.push(one) }),
  })
  await sleep(300)
  await enqueue(db, [job('mine')])
  const began = performance.now()
  while (done.length === 0 && performance.now() - began < 5000) await sleep(5)
  expect(done).toEqual(['mine'])
  blocked.resolve()
  await runner.settled()
  expect(await count(db, 'job')).toBe(0)
})

test('R-006: one item that throws or hangs spoils its batch for nobody else', async () => {
  const log = heardLog()
  const done: string[] = []
  const handler: LaneHandler = async (batch) => {
    if (batch.some((item) => item.body === '13')) throw new Error('unlucky')
    if (batch.some((item) => item.body === '26')) await new Promise(() => undefined)
    done.push(...batch.map((item) => item.body))
    return batch.map(() => ({ done: true }))
  }
  await takeIn(...Array.from({ length: 40 }, (_, n) => n))
  await using runner = startRunner(db, { lanes: handler, limits, log })
  for (let round = 0; round < 4; round++) {
    await runner.settled()
    await letTimePass(db, '20 minutes')
  }
  expect(done.map(Number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 40 }, (_, n) => n).filter((n) => n !== 13 && n !== 26),
  )
  expect((await listFailed(db)).map((failed) => [failed.about, failed.reason])).toEqual(
    expect.arrayContaining([
      ['far.test', 'unlucky'],
      ['far.test', 'not done within 0.15 s'],
    ]),
  )
  expect(log.lines.join('\n')).toContain('done one by one')
})

test('an item that waits holds back its actor, but nobody else of its host', async () => {
  const done: string[] = []
  let known = false
  await takeIn(1, 2, 3)
  await using runner = startRunner(db, {
    limits: { ...limits, attempts: 10 },
    lanes: async (batch) =>
      batch.map((item) => {
        if (item.body === '1' && !known)
          return { retryAt: new Date(Date.now() + 600_000), reason: 'author unknown' }
        done.push(item.body)
        return { done: true }
      }),
  })
  await runner.settled()
  await takeIn(11, 12)
  await runner.settled()
  expect(done).toEqual(['2', '3', '12'])
  known = true
  await letTimePass(db, '11 minutes')
  await runner.settled()
  expect(done).toEqual(['2', '3', '12', '1', '11'])
})

test('a lane of large bodies is taken in several helpings', async () => {
  const sizes: number[] = []
  const intake = createIntake(db)
  for (let n = 0; n < 12; n++) {
    const body = `${n}`.padEnd(400_000, 'x')
    await intake.accept({ actor: 'a', activityId: `${n}`, host: 'far.test', body })
  }
  await using runner = startRunner(db, {
    lanes: async (batch) => {
      sizes.push(batch.length)
      return batch.map(() => ({ done: true }))
    },
  })
  await runner.settled()
  expect(sizes).toEqual([3, 3, 3, 3])
})

test('an outcome too few is no outcome: nothing is lost by a handler that counts wrongly', async () => {
  await takeIn(1, 2)
  await using runner = startRunner(db, { lanes: async () => [], limits })
  await runner.settled()
  expect(await count(db, 'lane_job')).toBe(2)
})
