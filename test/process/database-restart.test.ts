import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect, type Db } from '../../src/db/connect.ts'
import { choosePostgresUser } from '../../src/db/postgres-user.ts'
import { answering, type RunningProcess, startProcess } from '../support/process.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dataDir: string
let running: RunningProcess
let db: Db

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'weft-r8-'))
  running = await startProcess({
    entry: join(import.meta.dirname, '../../src/main.ts'),
    env: { WEFT_DATA_DIR: dataDir, WEFT_RATE_LIMITS: 'off' },
  })
  await answering(running, '/readyz', 50_000)
  const host = encodeURIComponent(join(dataDir, 'postgres/socket'))
  db = connect({
    url: `postgres://weft@localhost/weft?host=${host}`,
    maxConnections: 1,
    applicationName: 'weft test',
  })
})
afterAll(async () => {
  await db.destroy()
  await running[Symbol.asyncDispose]()
  await postgres('stop', '-m', 'immediate')
  await rm(dataDir, { recursive: true, force: true })
})

async function postgres(...command: string[]): Promise<void> {
  const home = join(dataDir, 'postgres')
  const version = (await readdir(home)).find((name) => name.startsWith('postgresql-')) ?? ''
  const user = await choosePostgresUser(true)
  const where = ['-s', '-w', '-D', join(home, 'cluster'), '-l', join(home, 'server.log')]
  await user.run(join(home, version, 'bin/pg_ctl'), [...command, ...where]).catch(() => undefined)
}

interface Answer {
  readonly at: number
  readonly status: number
  readonly retryAfter: string | null
}

/** A page that reads the database, asked for by eight at a time until told to stop. */
async function ask(until: () => boolean): Promise<Answer[]> {
  const answers: Answer[] = []
  const one = async () => {
    while (!until()) {
      const response = await fetch(`${running.origin}/@nobody`, { headers: { accept: 'text/html' } })
      await response.arrayBuffer()
      answers.push({
        at: Date.now(),
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
      })
      await sleep(5)
    }
  }
  await Promise.all(Array.from({ length: 8 }, one))
  return answers
}

/** What this server keeps open to the database besides its pools. */
async function sessions(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT DISTINCT application_name AS name FROM pg_stat_activity
    WHERE application_name IN ('weft listener', 'weft slot', 'weft holder') ORDER BY 1`.execute(db)
  return rows.map((row) => row.name)
}

test.each([
  ['restarted at once', () => postgres('restart', '-m', 'immediate')],
  ['stopped and started by nobody', () => postgres('stop', '-m', 'immediate')],
])(
  'R-008: a database that is %s costs 503 with Retry-After, and within ten seconds all is as before',
  async (_name, harm) => {
    expect(await sessions()).toEqual(['weft holder', 'weft listener', 'weft slot'])
    let done = false
    const asking = ask(() => done)
    await sleep(300)
    const began = Date.now()
    await harm()
    await vi.waitFor(async () => expect((await fetch(`${running.origin}/@nobody`)).status).toBe(404), {
      timeout: 10_000,
      interval: 50,
    })
    await vi.waitFor(async () => expect(await sessions()).toHaveLength(3), { timeout: 10_000, interval: 100 })
    expect(Date.now() - began).toBeLessThan(10_000)
    await sleep(300)
    done = true
    const answers = await asking
    expect(answers.length).toBeGreaterThan(20)
    const others = answers.filter(
      ({ status, retryAfter }) => status !== 404 && !(status === 503 && retryAfter),
    )
    expect(others).toEqual([])
    expect(answers.at(-1)?.status).toBe(404)
    expect((await fetch(`${running.origin}/readyz`)).status).toBe(200)
    expect(running.child.exitCode).toBeNull()
  },
)
