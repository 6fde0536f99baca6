import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '../../../src/db/connect.ts'
import { forgetCounts } from '../../../src/domain/limits/forget.ts'
import { type Allowance, createTally } from '../../../src/domain/limits/tally.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.[Symbol.asyncDispose]())

/** The counting of one process, and how often it has asked the database. */
function processOf(db: Db = database.db) {
  let asked = 0
  const executeQuery = (query: never) => {
    asked += 1
    return db.executeQuery(query)
  }
  const tally = createTally({ executeQuery } as never)
  return { count: tally.count, asked: () => asked }
}

const minute = (name: string, points: number): Allowance => ({ name, points, seconds: 60 })

describe('S-140: what is counted is counted for all processes together', () => {
  test.each([
    ['a large allowance', 300, 30],
    ['a small one', 5, 1],
    ['one of one', 1, 1],
  ])('%s is given once, and at most a tenth more for each further process', async (name, points, tenth) => {
    const processes = [processOf(), processOf(), processOf()]
    const allowance = minute(name, points)
    let given = 0
    for (let n = 0; n < points * 3; n++) {
      const left = await processes[n % 3]?.count(allowance, '192.0.2.1')
      if (left && left.left >= 0) given += 1
    }
    expect(given).toBeGreaterThanOrEqual(points)
    expect(given).toBeLessThanOrEqual(points + 2 * tenth)
    // Once told, all of them say no.
    for (const each of processes) expect((await each.count(allowance, '192.0.2.1')).left).toBeLessThan(0)
    expect((await processes[0]?.count(allowance, '192.0.2.2'))?.left).toBe(points - 1)
  })

  test('requests that come at the same moment are no way around it', async () => {
    const processes = [processOf(), processOf()]
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, n) => processes[n % 2]?.count(minute('at once', 100), 'k')),
    )
    expect(answers.filter((left) => left && left.left >= 0).length).toBeLessThanOrEqual(120)
  })

  test('what is left is what all have left, after a second at the latest', async () => {
    const [one, two] = [processOf(), processOf()]
    const allowance = minute('told', 1000)
    for (let n = 0; n < 50; n++) expect(one.count(allowance, 'k')).toMatchObject({ left: 999 - n })
    await expect.poll(() => one.asked(), { timeout: 5000 }).toBe(1)
    for (let n = 0; n < 20; n++) two.count(allowance, 'k')
    await expect
      .poll(async () => (await two.count(allowance, 'k', 0)).left, { timeout: 5000 })
      .toBe(1000 - 70)
    for (const each of [one, two]) expect(each.asked()).toBe(1)
  })

  test('seldom costs a statement, and once a second for all who are counted', async () => {
    const one = processOf()
    for (let key = 0; key < 100; key++)
      for (let n = 0; n < 10; n++) one.count(minute('often', 300), `k${key}`)
    expect(one.asked()).toBe(0)
    await sleep(1300)
    expect(one.asked()).toBe(1)
    const busy = processOf()
    for (let n = 0; n < 300; n++) await busy.count(minute('busy', 300), 'k')
    expect(busy.asked()).toBeLessThanOrEqual(11)
    // Whoever has had enough costs nothing at all.
    await busy.count(minute('busy', 300), 'k')
    const before = busy.asked()
    for (let n = 0; n < 300; n++) await busy.count(minute('busy', 300), 'k')
    expect(busy.asked()).toBe(before)
  })

  test('a flood of ever new addresses writes nothing down', async () => {
    const one = processOf()
    for (let n = 0; n < 5000; n++) one.count(minute('flood', 300), `198.51.100.${n}`)
    await sleep(1300)
    expect(one.asked()).toBe(0)
  })

  test('all processes have one window, which begins anew for all of them', async () => {
    const [one, two] = [processOf(), processOf()]
    const allowance = { name: 'short', points: 2, seconds: 2 }
    const first = await one.count(allowance, 'k')
    await sleep(300)
    await one.count(allowance, 'k')
    await two.count(allowance, 'k')
    const left = await two.count(allowance, 'k')
    expect(left.left).toBeLessThan(0)
    expect(left.until).toBe(first.until)
    await sleep(first.until - Date.now() + 20)
    expect((await two.count(allowance, 'k')).left).toBe(1)
    await sleep(1300)
    const { rows } = await sql`SELECT points FROM rate_limit WHERE key = 'short k'`.execute(database.db)
    expect(rows).toEqual([{ points: 1 }])
  })

  test('without a database each process counts for itself, and nobody waits for ever', async () => {
    const gone = processOf({ executeQuery: () => Promise.reject(new Error('away')) } as never)
    const silent = processOf({ executeQuery: () => new Promise(() => undefined) } as never)
    for (const each of [gone, silent]) {
      const began = Date.now()
      const given: number[] = []
      for (let n = 0; n < 12; n++) given.push((await each.count(minute('alone', 2), 'k')).left)
      expect(given.filter((left) => left >= 0)).toHaveLength(2)
      expect(Date.now() - began).toBeLessThan(2500)
    }
  })
})

test('what is over is swept, whoever counted it; what is not stays', async () => {
  await sql`DELETE FROM rate_limit`.execute(database.db)
  await sql`INSERT INTO rate_limit (key, points, expire)
    SELECT 'over ' || n, 1, 1000 FROM generate_series(1, 12000) AS n`.execute(database.db)
  await sql`INSERT INTO rate_limit (key, points, expire)
    VALUES ('open', 1, ${Date.now() + 60_000}::bigint)`.execute(database.db)
  await forgetCounts({ db: database.db })
  const { rows } = await sql`SELECT key FROM rate_limit`.execute(database.db)
  expect(rows).toEqual([{ key: 'open' }])
})
