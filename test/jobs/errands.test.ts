import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { finishErrands, startRound } from '../../src/domain/crawls/round.ts'
import type { World } from '../../src/domain/world.ts'
import { runErrands } from '../../src/jobs/errand-runner.ts'
import { REQUESTS_PER_MINUTE } from '../../src/jobs/errands.ts'
import type { Errand, ErrandHandler } from '../../src/jobs/outcomes.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/weft.ts'
import { personElsewhere, testWorld } from '../support/world.ts'

let database: TestDatabase
let world: World
beforeAll(async () => {
  database = await testDatabase()
  world = testWorld(database.db).world
})
afterAll(() => database[Symbol.asyncDispose]())

let names = 0

/** A crawl of its own, with errands at these addresses. */
async function toAsk(urls: readonly string[]): Promise<void> {
  const account = await personElsewhere(world, `p${++names}`)
  const errands = urls.map((url, rank) => ({ url, kind: 'post', rank, detail: {} }))
  expect(await startRound(world, { accountId: account.id }, errands, () => true)).toBe(true)
}

const finish = (errand: Errand) => finishErrands(world, [{ errand, outcome: { next: [], found: 0 } }])
const left = async () => (await database.db.selectFrom('errand').select('id').execute()).length
const running = (slot: number, handler: ErrandHandler) =>
  runErrands({ db: database.db, slot, handler, log: silentLog })

test('S-071: two workers together have at most four requests under way to a host, each errand is done once, and a host that hangs holds up no other', async () => {
  const hosts = ['a.test', 'b.test', 'hangs.test']
  for (let crawl = 0; crawl < 3; crawl++)
    await toAsk(Array.from({ length: 60 }, (_, n) => `https://${hosts[n % 3]}/${crawl}/${n}`))
  const underWay = new Map<string, number>()
  const most = new Map<string, number>()
  const done: string[] = []
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const handler: ErrandHandler = async (errand) => {
    const now = (underWay.get(errand.host) ?? 0) + 1
    underWay.set(errand.host, now)
    most.set(errand.host, Math.max(most.get(errand.host) ?? 0, now))
    await (errand.host === 'hangs.test' ? released : sleep(10))
    underWay.set(errand.host, (underWay.get(errand.host) ?? 0) - 1)
    await finish(errand)
    done.push(errand.url)
    return { result: 'done', requests: 1 }
  }
  {
    await using _one = await running(1, handler)
    await using _two = await running(2, handler)
    await eventually(async () => expect(await left()).toBe(60))
    expect(underWay.get('hangs.test')).toBe(4)
    release()
    await eventually(async () => expect(await left()).toBe(0))
  }
  expect(Math.max(...most.values())).toBe(4)
  expect(done).toHaveLength(180)
  expect(new Set(done).size).toBe(180)
  const crawls = await database.db.selectFrom('crawl').select(['waiting', 'ended_at']).execute()
  expect(crawls.every((crawl) => crawl.waiting === 0 && crawl.ended_at !== null)).toBe(true)
})

test('S-071: a host is asked no more than so often in a minute, whoever looks', async () => {
  await toAsk(Array.from({ length: 40 }, (_, n) => `https://often.test/${n}`))
  let asked = 0
  const handler: ErrandHandler = async (errand) => {
    asked += 1
    await finish(errand)
    return { result: 'done', requests: REQUESTS_PER_MINUTE / 4 }
  }
  const queue = () =>
    sql<{ seconds: number | null }>`
      SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM errand_queue
      JOIN host ON host.id = errand_queue.host_id WHERE host.name = 'often.test' AND owner IS NULL`
      .execute(database.db)
      .then(({ rows }) => rows[0]?.seconds ?? 0)
  await using _one = await running(1, handler)
  await eventually(async () => expect(await queue()).toBeGreaterThan(30))
  expect(asked).toBeLessThanOrEqual(8)
  const before = asked
  await toAsk(['https://often.test/more'])
  await sleep(1500)
  expect(asked).toBe(before)
})

test('a host that fails is left alone for as long as it says, and asked for one thing then', async () => {
  await toAsk(Array.from({ length: 10 }, (_, n) => `https://failing.test/${n}`))
  let asked = 0
  let failing = true
  const handler: ErrandHandler = async (errand) => {
    if (errand.host !== 'failing.test') return { result: 'later', requests: 0, seconds: 60 }
    asked += 1
    await sleep(5)
    if (failing) return { result: 'host-failed', requests: 1, seconds: 2 }
    await finish(errand)
    return { result: 'done', requests: 1 }
  }
  await using _one = await running(1, handler)
  await eventually(async () => expect(asked).toBeGreaterThan(0))
  await sleep(500)
  // Four were under way when the first failed.
  expect(asked).toBeLessThanOrEqual(4)
  await eventually(async () => expect(asked).toBe(5))
  failing = false
  await eventually(async () => {
    const rows = await database.db
      .selectFrom('errand')
      .innerJoin('host', 'host.id', 'errand.host_id')
      .select('errand.id')
      .where('host.name', '=', 'failing.test')
      .execute()
    expect(rows).toEqual([])
  })
})
