import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { answering, freePort, type RunningProcess, startProcess } from '../support/process.ts'

const entry = join(import.meta.dirname, 'small-app.ts')
let database: TestDatabase
let dataDir: string

beforeAll(async () => {
  database = await testDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'weft-process-'))
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

async function start(env: Record<string, string> = {}): Promise<RunningProcess> {
  const running = await startProcess({
    entry,
    env: { DATABASE_URL: database.url, WEFT_DATA_DIR: dataDir, ...env },
  })
  await answering(running)
  return running
}

test('R-007: a request at work when SIGTERM comes is answered, and the process ends with 0', async () => {
  await using running = await start()
  const slow = fetch(`${running.origin}/slow?ms=1500`).then((response) => response.text())
  await sleep(100)
  const began = Date.now()
  const ended = running.end('SIGTERM')
  await sleep(100)
  await expect(fetch(running.origin)).rejects.toThrow()
  expect(await slow).toBe('done')
  expect(await ended).toBe(0)
  expect(Date.now() - began).toBeLessThan(5_000)
})

test('R-007: a new request on a connection that is still open is told to come back, and not cut off', async () => {
  await using running = await start()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const first = get(agent, `${running.origin}/slow?ms=600`)
  const second = get(agent, `${running.origin}/slow?ms=0`)
  await sleep(150)
  const ended = running.end('SIGTERM')
  expect((await first).status).toBe(200)
  const late = await second.catch((error: NodeJS.ErrnoException) => error.code)
  // The one connection may be gone before the second request is sent on it; then it was never taken.
  expect([503, 'ECONNREFUSED', 'ECONNRESET']).toContain(typeof late === 'object' ? late.status : late)
  expect(await ended).toBe(0)
  agent.destroy()
})

test('R-007: work that the runner has begun is finished before the database is closed', async () => {
  await using running = await start()
  await fetch(`${running.origin}/work?ms=1000`)
  expect(await running.end('SIGTERM')).toBe(0)
  const finished = await database.db.selectFrom('host').select('name').execute()
  expect(finished).toEqual([{ name: 'finished.example' }])
  expect(running.stderr()).toContain('the app was disposed of')
})

test('R-007: after SIGTERM readiness is refused before anything else', async () => {
  const metricsPort = await freePort()
  await using running = await start({ WEFT_METRICS_PORT: String(metricsPort) })
  const ready = `http://127.0.0.1:${metricsPort}/readyz`
  expect((await fetch(ready)).status).toBe(200)
  const slow = fetch(`${running.origin}/slow?ms=800`)
  await sleep(100)
  const ended = running.end('SIGTERM')
  await sleep(100)
  const refused = await fetch(ready)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toEqual({ status: 'not ready', process: 'is stopping' })
  expect((await fetch(`http://127.0.0.1:${metricsPort}/livez`)).status).toBe(200)
  await slow
  expect(await ended).toBe(0)
})

test('R-007: one Ctrl-C that arrives twice, by the terminal and by npm, is one', async () => {
  await using running = await start()
  const slow = fetch(`${running.origin}/slow?ms=1000`).then((response) => response.text())
  await sleep(100)
  running.child.kill('SIGINT')
  await sleep(50)
  running.child.kill('SIGINT')
  expect(await slow).toBe('done')
  expect(await running.exited).toBe(0)
})

test('a second signal does not wait', async () => {
  await using running = await start()
  const slow = fetch(`${running.origin}/slow?ms=20000`).catch(() => undefined)
  await sleep(100)
  running.child.kill('SIGINT')
  await sleep(2100)
  expect(await running.end('SIGINT')).toBe(1)
  await slow
})

test.each([
  ['a rejection that nobody handled', '/reject', 'nobody waited for this'],
  ['an exception that nobody caught', '/throw', 'nobody caught this'],
])('R-024: %s is logged, the server drains, and the exit code is 1', async (_name, path, message) => {
  await using running = await start()
  const slow = fetch(`${running.origin}/slow?ms=800`).then((response) => response.text())
  await sleep(100)
  await fetch(running.origin + path).catch(() => undefined)
  expect(await slow).toBe('done')
  expect(await running.exited).toBe(1)
  const logged = running
    .stderr()
    .split('\n')
    .filter((line) => line.includes(message))
  expect(logged).toHaveLength(1)
  expect(JSON.parse(logged[0] ?? '')).toMatchObject({ level: 'ERROR', error: { message } })
})

test('an app that throws on a request costs that request alone', async () => {
  await using running = await start()
  expect((await fetch(`${running.origin}/fail`)).status).toBe(500)
  expect((await fetch(running.origin)).status).toBe(200)
})

function get(agent: Agent, url: string): Promise<{ status: number }> {
  return new Promise((answered, failed) => {
    request(url, { agent }, (response) => {
      response.resume().on('end', () => answered({ status: response.statusCode ?? 0 }))
    })
      .on('error', failed)
      .end()
  })
}
