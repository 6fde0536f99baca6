import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '../../src/base/log.ts'
import { readConfig } from '../../src/config.ts'
import { connect, type Db } from '../../src/db/connect.ts'
import { startEmbedded } from '../../src/db/embedded.ts'
import { takeSlot } from '../../src/db/slot.ts'
import { buildHouse, type House } from '../../src/house.ts'
import { freePort } from '../../test/support/process.ts'
import { type CpuUsed, cpuUsed, postmasterOf } from './cpu.ts'

const ROOT = join(import.meta.dirname, '../..')
const { scripts } = createRequire(import.meta.url)('../../package.json') as { scripts: { start: string } }
/** As `npm start` starts it, with what it tells Node. */
const START = scripts.start.replace('exec node ', '').split(' ')

/** A server with its embedded PostgreSQL, all on CPU 0, and a house on the same database for this process. */
export interface BenchServer extends AsyncDisposable {
  readonly origin: string
  readonly db: Db
  readonly house: House
  readonly child: ChildProcess
  /** milliseconds of CPU that server and PostgreSQL have used so far */
  cpu(): CpuUsed
  /** resident memory of the server, in bytes */
  rss(): number
}

export async function startBenchServer(env: Readonly<Record<string, string>> = {}): Promise<BenchServer> {
  const stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'weft-bench-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const port = await freePort()
  const settings = {
    PATH: process.env.PATH ?? '',
    PORT: String(port),
    WEFT_DATA_DIR: dataDir,
    WEFT_ALLOWED_PRIVATE_ADDRESSES: '127.0.0.0/8',
    WEFT_RATE_LIMITS: 'off',
    WEFT_LOG_LEVEL: 'error',
    ...(process.env.BENCH_NODE_OPTIONS ? { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS } : {}),
    ...env,
  }
  const child = spawnPinned([process.execPath, ...START], settings, { cwd: ROOT })
  stack.defer(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  const origin = `http://localhost:${port}`
  await untilReady(origin, child)

  const embedded = stack.adopt(await startEmbedded(dataDir, silentLog), (running) => running.stop())
  const db = stack.adopt(
    connect({ url: embedded.url, applicationName: 'bench', maxConnections: 4 }),
    (open) => open.destroy(),
  )
  const { slot } = stack.use(await takeSlot(embedded.url))
  const house = stack.use(await buildHouse({ config: readConfig(settings), db, slot, log: silentLog }))
  const postmaster = postmasterOf(dataDir)
  return {
    origin,
    db,
    house,
    child,
    cpu: () => cpuUsed(child.pid ?? 0, postmaster),
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

export function spawnPinned(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  more: { readonly cwd?: string; readonly detached?: boolean } = {},
): ChildProcess {
  const [program = '', ...args] = process.env.BENCH_PINNED ? ['taskset', '-c', '0', ...command] : command
  return spawn(program, args, { ...more, env: { ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
}

export async function untilReady(origin: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const status = await fetch(`${origin}/readyz`).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200) return
    await sleep(5)
  }
  throw new Error('the server ended before it was ready')
}
