import type { KvStoreSetOptions } from '@fedify/fedify'
import postgres from 'postgres'
import { afterAll, describe, expect, test } from 'vitest'
import { CacheStore, connectionFrom, openCacheStore } from '../../src/federation/store.ts'
import { testDatabase } from '../support/database.ts'

const database = await testDatabase()
const sql = postgres({ ...connectionFrom(database.url), max: 2, onnotice: () => undefined })
const store = new CacheStore(sql, { mostRows: 50 })
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})
/** As Fedify's durations write themselves. */
const ttl = (text: string) => ({ ttl: text }) as unknown as KvStoreSetOptions
const count = async () => Number((await sql`SELECT count(*) AS n FROM fedify_cache`)[0]?.n)
const secondsLeft = async (key: string) => {
  const rows =
    await sql`SELECT extract(epoch FROM created + ttl - now()) AS left FROM fedify_cache WHERE key = ${[key]}`
  return Number(rows[0]?.left)
}
const listed = async (prefix?: [string, ...string[]]) => {
  const found: string[] = []
  for await (const { key } of store.list(prefix)) found.push(key.join('/'))
  return found
}

describe('the cache', () => {
  test('keeps a value and gives it back as it was, until it is deleted', async () => {
    const value = { text: 'ü"\\', list: [1, null, true], deep: { a: {} } }
    await store.set(['a', 'b'], value)
    expect(await store.get(['a', 'b'])).toEqual(value)
    expect(await store.get(['a'])).toBeUndefined()
    await store.delete(['a', 'b'])
    expect(await store.get(['a', 'b'])).toBeUndefined()
  })

  test('forgets a value when its time is up, counted from when it was last set', async () => {
    await store.set(['short'], 1, ttl('PT100S'))
    await sql`UPDATE fedify_cache SET created = now() - interval '99 seconds' WHERE key = ${['short']}`
    await store.set(['short'], 2, ttl('PT100S'))
    expect(await secondsLeft('short')).toBeGreaterThan(90)
    await sql`UPDATE fedify_cache SET created = now() - interval '101 seconds' WHERE key = ${['short']}`
    expect(await store.get(['short'])).toBeUndefined()
  })

  test('S-073: gives every value an end, and none a far one', async () => {
    await store.set(['no-ttl'], 1)
    expect(await secondsLeft('no-ttl')).toBeLessThanOrEqual(86_400)
    await store.set(['far'], 1, ttl('P5Y'))
    expect(await secondsLeft('far')).toBeLessThanOrEqual(30 * 86_400)
  })

  test('S-073: never holds many more rows than it may, the newest of them', { timeout: 60_000 }, async () => {
    for (let n = 0; n < 1200; n += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, at) => store.set(['minted', String(n + at)], n + at)))
    }
    expect(await count()).toBeLessThanOrEqual(50 + 500)
    expect(await store.get(['minted', '1199'])).toBe(1199)
    await store.sweep()
    expect(await count()).toBeLessThanOrEqual(50)
  })

  test('sweeps what has run out', async () => {
    await sql`UPDATE fedify_cache SET created = now() - interval '2 days'`
    await store.set(['young'], 1)
    await store.sweep()
    expect(await listed()).toEqual(['young'])
  })

  test('leaves out what is too large or what Postgres cannot hold, without an error', async () => {
    await store.set(['large'], 'small')
    await store.set(['large'], 'x'.repeat(300 * 1024))
    expect(await store.get(['large'])).toBeUndefined()
    for (const value of ['\0', '\ud800', { a: '\0' }]) {
      await store.set(['odd'], value)
      expect(await store.get(['odd'])).toBeUndefined()
    }
    await store.set(['nul\0'], 1)
  })

  test('lists by the beginning of the key what still holds', async () => {
    for (const key of [
      ['k', 'a'],
      ['k', 'b', 'c'],
      ['kk', 'a'],
    ] as const)
      await store.set(key as never, 1)
    await store.set(['k', 'old'], 1, ttl('PT1S'))
    await sql`UPDATE fedify_cache SET created = now() - interval '2 seconds' WHERE key = ${['k', 'old']}`
    expect(await listed(['k'])).toEqual(['k/a', 'k/b/c'])
    expect(await listed(['k', 'b'])).toEqual(['k/b/c'])
  })

  test('is UNLOGGED: losing it costs nothing, so keeping it costs nothing', async () => {
    const rows = await sql`SELECT relpersistence FROM pg_class WHERE relname = 'fedify_cache'`
    expect(rows[0]?.relpersistence).toBe('u')
  })

  test('can be opened by many at once', async () => {
    const others = Array.from({ length: 6 }, () => openCacheStore(database.url, { tableName: 'race' }))
    try {
      await Promise.all(others.map((other, n) => other.set(['x', String(n)], n)))
      expect(await others[0]?.get(['x', '5'])).toBe(5)
    } finally {
      await Promise.all(others.map((other) => other[Symbol.asyncDispose]()))
    }
  })
})

test.each([
  [
    'postgres://anna:p%40ss@db.example:6432/weft',
    { host: 'db.example', port: 6432, database: 'weft', username: 'anna', password: 'p@ss', ssl: false },
  ],
  [
    'postgresql://anna@/weft?host=/run/my%20folder',
    { host: '/run/my folder', port: 5432, database: 'weft', username: 'anna' },
  ],
  ['postgres:///weft?host=/run&port=5433', { host: '/run', port: 5433, database: 'weft' }],
  ['postgres://anna@db.example/weft?sslmode=verify-full', { ssl: 'verify-full' }],
  ['postgres://anna@db.example/weft?sslmode=require&application_name=x', { ssl: 'require' }],
])('reads the database address %s', (url, expected) => {
  expect(connectionFrom(url)).toMatchObject(expected)
})
