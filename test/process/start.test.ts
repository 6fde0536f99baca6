import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { answering, freePort, startProcess } from '../support/process.ts'

const smallApp = join(import.meta.dirname, 'small-app.ts')
let database: TestDatabase
let dataDir: string

beforeAll(async () => {
  database = await testDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'weft-start-'))
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

/** Starts it with these settings, and returns what it said when it ended by itself. */
async function failing(env: Record<string, string>, port?: number) {
  await using running = await startProcess({
    entry: smallApp,
    env: { DATABASE_URL: database.url, WEFT_DATA_DIR: dataDir, ...env },
    ...(port && { port }),
  })
  const code = await running.exited
  return { code, stdout: running.stdout(), lines: running.stderr().trimEnd().split('\n') }
}

describe('a start that cannot be', () => {
  test('tells every wrong setting in one sentence each, and nothing else', async () => {
    const { code, stdout, lines } = await failing({ WEFT_ROLE: 'both', WEFT_RATELIMITS: 'off' })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(lines).toEqual([
      'WEFT_ROLE must be all, web or worker, not “both”.',
      'WEFT_RATELIMITS is no setting of Weft.',
    ])
  })

  test('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const port = (other.address() as { port: number }).port
    const { code, lines } = await failing({}, port)
    other.close()
    expect(code).toBe(1)
    expect(lines.at(-1)).toBe(
      `Something else listens on 127.0.0.1 port ${port} already: stop it, or set PORT or HOST.`,
    )
  })

  test('says that the database does not exist, without its password', async () => {
    const url = new URL(database.url)
    url.pathname = '/no_such_database'
    url.password = 'hunter2hunter2'
    const { code, lines } = await failing({ DATABASE_URL: url.href })
    expect(code).toBe(1)
    expect(lines).toEqual(['The database cannot be used: database "no_such_database" does not exist.'])
  })
})

test('a start on an empty folder makes the secret and the database, and greets with the owner’s link', async () => {
  await using running = await startProcess({
    entry: smallApp,
    env: { WEFT_DATA_DIR: join(dataDir, 'empty') },
  })
  await answering(running)
  await expect.poll(() => running.stdout()).toContain('setup?token=')
  expect(
    running
      .stdout()
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual([
    `Weft is running at ${running.origin}`,
    `Data folder: ${join(dataDir, 'empty')}`,
    '',
    'Make the owner account in your browser; this link works once:',
    'http://localhost/setup?token=one-time',
  ])
  const secret = (await readFile(join(dataDir, 'empty/secret'), 'utf8')).trim()
  expect(await running.end('SIGTERM')).toBe(0)
  // S-162
  expect(running.stdout() + running.stderr()).not.toContain(secret)
  await expect(stat(join(dataDir, 'empty/postgres/cluster/postmaster.pid'))).rejects.toThrow()
}, 60_000)

test('a file .env in the working directory is read, and the environment goes before it', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'weft-env-'))
  const lines = [
    `DATABASE_URL=${database.url}`,
    'WEFT_RATE_LIMITS=off',
    'PORT=1',
    'WEFT_SMTP_URL=',
    `WEFT_DATA_DIR=./here`,
  ]
  await writeFile(join(cwd, '.env'), lines.join('\n'))
  await using running = await startProcess({ entry: smallApp, cwd })
  await answering(running)
  await expect.poll(() => running.stderr()).toContain('WEFT_RATE_LIMITS is off')
  expect(running.stdout()).toContain(`Data folder: ${join(cwd, 'here')}`)
  await running.end('SIGTERM')
  await rm(cwd, { recursive: true, force: true })
})

test('a worker listens nowhere, and is ready by the operator’s port', async () => {
  const metricsPort = await freePort()
  await using running = await startProcess({
    entry: smallApp,
    env: {
      DATABASE_URL: database.url,
      WEFT_DATA_DIR: dataDir,
      WEFT_ROLE: 'worker',
      WEFT_METRICS_PORT: String(metricsPort),
    },
  })
  const operator = `http://127.0.0.1:${metricsPort}`
  await expect
    .poll(
      () =>
        fetch(`${operator}/readyz`).then(
          (response) => response.status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200)
  await expect(fetch(running.origin)).rejects.toThrow()
  await expect.poll(() => running.stderr()).toContain('the runner started')
  //
  const metrics = await (await fetch(`${operator}/metrics`)).text()
  expect(metrics).toContain('weft_queue_depth{queue="deliveries"}')
  expect((await fetch(`${operator}/anything`)).status).toBe(404)
})

test('a web process does not run the workers', async () => {
  await using running = await startProcess({
    entry: smallApp,
    env: { DATABASE_URL: database.url, WEFT_DATA_DIR: dataDir, WEFT_ROLE: 'web' },
  })
  await answering(running)
  expect(running.stderr()).not.toContain('the runner started')
})

test('without limits on requests the start warns', async () => {
  await using running = await startProcess({
    entry: smallApp,
    env: { DATABASE_URL: database.url, WEFT_DATA_DIR: dataDir, WEFT_RATE_LIMITS: 'off' },
  })
  await answering(running)
  await expect.poll(() => running.stderr()).toContain('WEFT_RATE_LIMITS is off')
})

test('npm start stops cleanly when npm is told to, and leaves nothing running', async () => {
  await using running = await startProcess({
    program: 'npm',
    entry: 'start',
    env: { DATABASE_URL: database.url, WEFT_DATA_DIR: dataDir },
  })
  await answering(running, '/about')
  expect(await running.end('SIGTERM')).toBe(0)
  await expect(fetch(`${running.origin}/about`)).rejects.toThrow()
}, 60_000)

test('a Node that is too old is told so in one sentence', async () => {
  const start = join(import.meta.dirname, '../../src/start.js')
  const text = await readFile(start, 'utf8')
  // What an old Node says of itself, before the first file is read.
  const pretend = `data:text/javascript,${encodeURIComponent(
    "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })",
  )}`
  await using running = await startProcess({ entry: start, nodeArgs: ['--import', pretend] })
  expect(await running.exited).toBe(1)
  expect(running.stderr()).toMatch(/^Weft needs Node 24 or newer, and this is 20\.20\.2: .*\.\n$/)
  // Only what Node 20 can read may stand in that file: its imports are checked before its first line runs.
  expect(text.match(/^import .*$/gm)).toEqual([
    "import * as nodeModule from 'node:module'",
    "import { fileURLToPath } from 'node:url'",
  ])
})
