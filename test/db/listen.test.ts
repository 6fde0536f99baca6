import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { listen } from '../../src/db/listen.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

function notify(channel: string, payload: string) {
  return sql`SELECT pg_notify(${channel}, ${payload})`.execute(database.db)
}

test('a listener hears its channels and no others', async () => {
  const heard: string[] = []
  await using _ = await listen(database.url, ['one', 'Two; DROP'], (channel, payload) => {
    heard.push(`${channel}: ${payload}`)
  })
  await notify('three', 'x')
  await notify('one', 'a')
  await notify('Two; DROP', '')
  await vi.waitFor(() => expect(heard).toEqual(['one: a', 'Two; DROP: ']))
})

test('a listener whose connection is cut hears again, and says that it was away', async () => {
  const heard: string[] = []
  let returns = 0
  await using _ = await listen(database.url, ['again'], (_channel, payload) => heard.push(payload), {
    onReconnect: () => returns++,
  })
  for (const round of [1, 2]) {
    await cutConnectionsNamed('weft listener')
    await vi.waitFor(() => expect(returns).toBe(round), { timeout: 5_000 })
    await notify('again', String(round))
    await vi.waitFor(() => expect(heard).toContain(String(round)))
  }
})

test('a listener that was closed leaves no connection', async () => {
  const listener = await listen(database.url, ['short'], () => undefined)
  await listener[Symbol.asyncDispose]()
  await vi.waitFor(async () => expect(await connectionsNamed('weft listener')).toBe(0))
})

test('a database that cannot be reached is an error at once, not an endless wait', async () => {
  const url = new URL(database.url)
  url.pathname = '/no_such_database'
  await expect(listen(url.href, ['x'], () => undefined)).rejects.toMatchObject({ code: '3D000' })
})

async function cutConnectionsNamed(name: string): Promise<void> {
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = ${name} AND datname = current_database()`.execute(database.db)
}

async function connectionsNamed(name: string): Promise<number> {
  const { rows } = await sql`SELECT 1 FROM pg_stat_activity
    WHERE application_name = ${name} AND datname = current_database()`.execute(database.db)
  return rows.length
}
