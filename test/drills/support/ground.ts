import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '../../../src/db/connect.ts'
import { testDatabase } from '../../support/database.ts'
import { freePort, type RunningProcess, startProcess } from '../../support/process.ts'
import { runCli } from '../../support/weft.ts'
import { type Poster, startPoster } from './posting.ts'
import { workedOff } from './queue.ts'

type Json = Record<string, unknown>
type Env = Readonly<Record<string, string>>

export interface StartOptions {
  readonly role?: 'all' | 'web' | 'worker'
  /** the one of the origin unless told */
  readonly port?: number
  readonly env?: Env
  readonly nodeArgs?: readonly string[]
  /** another program than `src/start.js` */
  readonly entry?: string
}

/** One database and one folder, for as many processes as a drill likes to start and kill. */
export interface Ground extends AsyncDisposable {
  readonly db: Db
  readonly url: string
  readonly origin: string
  /** the one of the origin */
  readonly port: number
  /** what every process is started with */
  readonly env: Env
  /** Starts a server process; returns when it says that it runs, or with `waits: false` at once. */
  start(options?: StartOptions & { readonly waits?: boolean }): Promise<RunningProcess>
  poster(): Promise<Poster>
  cli(...args: readonly string[]): Promise<Json[]>
  /** Waits until nothing is left to do; says what stands still, and what was logged, when that takes too long. */
  workedOff(patienceMs?: number): Promise<void>
}

export interface GroundOptions {
  readonly env?: Env
  /** a database of the drill's own making instead of a fresh clone */
  readonly database?: { readonly db: Db; readonly url: string } & AsyncDisposable
}

const START = join(import.meta.dirname, '../../../src/start.js')

export async function breakGround(options: GroundOptions = {}): Promise<Ground> {
  const database = options.database ?? (await testDatabase())
  const dataDir = await mkdtemp(join(tmpdir(), 'weft-drill-'))
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const env = {
    DATABASE_URL: database.url,
    WEFT_DATA_DIR: dataDir,
    WEFT_ORIGIN: origin,
    WEFT_SECRET: 'a secret that is as long as it must be, and no longer',
    WEFT_ALLOWED_PRIVATE_ADDRESSES: '127.0.0.0/8,::1/128',
    WEFT_RATE_LIMITS: 'off',
    ...options.env,
  }
  const started: RunningProcess[] = []
  const posters = new Set<Poster>()
  return {
    db: database.db,
    url: database.url,
    origin,
    port,
    env,
    async start({ role = 'all', waits = true, ...more } = {}) {
      const running = await startProcess({
        entry: more.entry ?? START,
        port: more.port ?? port,
        env: { ...env, WEFT_ROLE: role, ...more.env },
        ...(more.nodeArgs && { nodeArgs: more.nodeArgs }),
      })
      started.push(running)
      if (waits) await untilUp(running)
      return running
    },
    async poster() {
      const poster = await startPoster(env)
      posters.add(poster)
      return poster
    },
    cli: (...args) => runCli({ ...env, PORT: String(port) }, args),
    async workedOff(patienceMs) {
      await workedOff(database.db, patienceMs).catch((error: Error) => {
        const logs = started.slice(-3).map((running) => running.stderr().slice(-3000))
        throw new Error([error.message, ...logs].join('\n--\n'))
      })
    },
    async [Symbol.asyncDispose]() {
      for (const poster of posters) await poster.kill()
      await Promise.all(started.map((running) => running.end('SIGKILL')))
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Every role says a line when it is up. */
async function untilUp(running: RunningProcess, patienceMs = 60_000): Promise<void> {
  const deadline = Date.now() + patienceMs
  let ended = false
  void running.exited.then(() => {
    ended = true
  })
  while (!/Weft (?:is running|works)/.test(running.stdout())) {
    if (ended || Date.now() > deadline) throw new Error(`it did not start:\n${running.stderr()}`)
    await sleep(10)
  }
}
