import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { type AppListening, openSocket } from '../support/mastodon/sockets.ts'
import { answering, type RunningProcess, startProcess } from '../support/process.ts'
import { runCli } from '../support/weft.ts'

const START = join(import.meta.dirname, '../../src/start.js')

let database: TestDatabase
let servers: RunningProcess[]
let token: string
const settings = () => ({
  DATABASE_URL: database.url,
  WEFT_ORIGIN: 'https://weft.test',
  WEFT_SECRET: 'a secret of the tests, long enough',
})
const cli = (...args: string[]) => runCli(settings(), args)

beforeAll(async () => {
  database = await testDatabase()
  servers = await Promise.all(
    ['web', 'all'].map((role) => startProcess({ entry: START, env: { ...settings(), WEFT_ROLE: role } })),
  )
  for (const server of servers) await answering(server)
  await cli('account', 'create', 'anna')
  const [issued] = await cli('token', 'create', 'anna', '--scope', 'read')
  token = String(issued?.accessToken)
}, 120_000)
afterAll(async () => {
  for (const server of servers ?? []) await server[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

const hear = (server: RunningProcess | undefined): Promise<AppListening> =>
  openSocket(Number(new URL(server?.origin ?? '').port), { access_token: token, stream: 'user' })

test('several processes tell the same; a stop does not wait for sockets, and says that it goes', async () => {
  const [first, second] = servers
  const [here, there] = [await hear(first), await hear(second)]
  // Said by a third process, which serves nobody.
  await cli('post', 'anna', 'one')
  const [one, other] = [await here.next(15_000), await there.next(15_000)]
  expect(one.payload).toContain('one')
  expect(other).toEqual(one)

  const began = performance.now()
  expect(await first?.end('SIGTERM')).toBe(0)
  expect(performance.now() - began).toBeLessThan(8_000)
  expect(await here.ended).toBe(1001)

  // The command line ends what is open in every process.
  await cli('account', 'suspend', 'anna')
  expect(await Promise.race([there.ended, new Promise((late) => setTimeout(late, 15_000))])).toBe(1008)
}, 90_000)
