import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '../../src/db/connect.ts'
import { testDatabase } from './database.ts'
import { answering, freePort, type RunningProcess, startProcess } from './process.ts'

type Json = Record<string, unknown>

/** A whole server: its own process, database and data folder, reached from outside only. */
export interface Weft {
  readonly origin: string
  /** the part after @ */
  readonly host: string
  /** for looking at rows; never for making them */
  readonly db: Db
  /** `weft …` as its own process; each line of its JSON output. Throws what it says on stderr when it fails. */
  cli(...args: readonly string[]): Promise<Json[]>
  /** the same, with something on its standard input */
  cliWith(input: string, ...args: readonly string[]): Promise<Json[]>
  /** the ActivityPub document at a path */
  get(path: string): Promise<Json>
  getJson(url: string): Promise<Json>
  readonly process: RunningProcess
  /** Starts it again on the same port, database and folder, after its process has ended. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const START = join(import.meta.dirname, '../../src/start.js')
const CLI = join(import.meta.dirname, '../../src/cli/weft.ts')
const ACTIVITY_JSON = { headers: { accept: 'application/activity+json' } }

export async function startWeft(env: Readonly<Record<string, string>> = {}): Promise<Weft> {
  const database = await testDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'weft-'))
  const port = await freePort()
  const settings = {
    DATABASE_URL: database.url,
    WEFT_DATA_DIR: dataDir,
    WEFT_ALLOWED_PRIVATE_ADDRESSES: '127.0.0.0/8,::1/128',
    WEFT_RATE_LIMITS: 'off',
    WEFT_FFMPEG: 'off',
    ...env,
  }
  const start = async () => {
    const running = await startProcess({ entry: START, port, env: settings })
    await answering(running)
    return running
  }
  let running = await start()
  const getJson = async (url: string) => (await fetch(url, ACTIVITY_JSON)).json() as Promise<Json>
  return {
    origin: running.origin,
    host: new URL(running.origin).host,
    db: database.db,
    cli: (...args) => runCli({ ...settings, PORT: String(port) }, args),
    cliWith: (input, ...args) => runCli({ ...settings, PORT: String(port) }, args, input),
    get: (path) => getJson(running.origin + path),
    getJson,
    get process() {
      return running
    },
    async restart() {
      running = await start()
    },
    async stop() {
      await running[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export async function runCli(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  input = '',
): Promise<Json[]> {
  const child = spawn(process.execPath, [CLI, ...args, '--json'], {
    env: { PATH: process.env.PATH, NODE_ENV: 'test', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => undefined).end(input)
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`weft ${args.join(' ')}: ${err}`)
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Json)
}

/** Tries until it no longer throws, for as long as `patienceMs`; then throws what it last threw. */
export async function eventually<T>(attempt: () => Promise<T>, patienceMs = 15_000): Promise<T> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}
