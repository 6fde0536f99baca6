import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { answering, type RunningProcess, startProcess } from '../support/process.ts'
import { type Listening, listenTo } from '../support/streams.ts'
import { runCli } from '../support/weft.ts'

const START = join(import.meta.dirname, '../../src/start.js')
const ORIGIN = 'https://weft.test'

let database: TestDatabase
let servers: RunningProcess[]
let token: string
let path: string
const settings = () => ({
  DATABASE_URL: database.url,
  WEFT_ORIGIN: ORIGIN,
  WEFT_SECRET: 'a secret of the tests, long enough',
})

beforeAll(async () => {
  database = await testDatabase()
  servers = await Promise.all(
    ['web', 'web'].map((role) => startProcess({ entry: START, env: { ...settings(), WEFT_ROLE: role } })),
  )
  for (const server of servers) await answering(server)
  const [account] = await cli('account', 'create', 'anna')
  path = `${new URL(String(account?.actor)).pathname}/outbox/events`
  const [issued] = await cli('token', 'create', 'anna', '--scope', 'read')
  token = String(issued?.accessToken)
}, 120_000)
afterAll(async () => {
  for (const server of servers ?? []) await server[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

const cli = (...args: string[]) => runCli(settings(), args)
const say = (text: string) => cli('post', 'anna', text)
const hear = (server: RunningProcess | undefined, more: Record<string, string> = {}): Promise<Listening> =>
  listenTo(Number(new URL(server?.origin ?? '').port), path, { authorization: `Bearer ${token}`, ...more })

test('R-007: several processes tell the same; a stop does not wait for streams, and their listeners go on elsewhere', async () => {
  const [first, second] = servers
  const [here, there] = [await hear(first), await hear(second)]
  expect([here.status, there.status]).toEqual([200, 200])
  // Said by a third process, which serves nobody.
  await say('one')
  const [one, other] = [await here.next(15_000), await there.next(15_000)]
  expect(JSON.stringify(one.data)).toContain('one')
  expect(other).toEqual(one)

  const began = performance.now()
  expect(await first?.end('SIGTERM')).toBe(0)
  expect(performance.now() - began).toBeLessThan(8_000)
  await here.ended
  expect(here.raw).toContain('event: end')

  await say('two')
  const again = await hear(second, { 'last-event-id': here.lastId ?? '' })
  const two = await again.next(15_000)
  expect(JSON.stringify(two.data)).toContain('two')
  expect(await there.next(15_000)).toEqual(two)
  expect(again.events).toHaveLength(1)
  again.close()
  there.close()
}, 120_000)
