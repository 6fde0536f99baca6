import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../test/support/process.ts'
import { median, spread, verdict } from './support/machine.ts'
import { emptyStartMs } from './support/reference.ts'
import { spawnPinned } from './support/server.ts'

// `npm start` to the first 200 on an existing database, 5 times; then idle memory after 10 s.
const ROUNDS = 5
const root = join(import.meta.dirname, '..')
const dataDir = await mkdtemp(join(tmpdir(), 'weft-bench-'))
const folder = await mkdtemp(join(tmpdir(), 'weft-bench-empty-'))
const times: number[] = []
const empty: number[] = []
const server: number[] = []
const postgres: number[] = []
try {
  for (let round = 0; round <= ROUNDS; round++) {
    const port = await freePort()
    const began = performance.now()
    const settings = { PORT: String(port), WEFT_DATA_DIR: dataDir, WEFT_LOG_LEVEL: 'error' }
    const child = spawnPinned(
      ['npm', 'start', '--silent'],
      { ...(process.env as Record<string, string>), ...settings },
      { cwd: root, detached: true },
    )
    await firstAnswer(`http://localhost:${port}/`)
    const took = performance.now() - began
    if (round > 0) {
      times.push(took)
      empty.push(await emptyStartMs(folder))
      await sleep(10_000)
      const pid = processWith(`start.js`, dataDir)
      server.push(pssOf(pid) / 1024)
      postgres.push(postgresPids(dataDir).reduce((sum, one) => sum + pssOf(one), 0) / 1024)
    }
    const ended = once(child, 'exit')
    process.kill(-(child.pid ?? 0), 'SIGTERM')
    await ended
    while (postgresPids(dataDir).length > 0) await sleep(50)
  }
} finally {
  for (const made of [dataDir, folder]) await rm(made, { recursive: true, force: true })
}
console.log(`npm start of a program that does nothing: ${spread(empty)} ms`)
console.log(
  `first 200 after ${spread(times)} ms; idle: server ${spread(server)} MiB PSS, PostgreSQL ${spread(postgres)} MiB PSS`,
)
verdict('npm start to the first 200', median(times), median(times) <= 1000, '≤ 1,000 ms')
verdict('idle server', median(server), median(server) <= 180, '≤ 180 MiB PSS')
verdict('idle PostgreSQL', median(postgres), median(postgres) <= 100, '≤ 100 MiB PSS')

async function firstAnswer(url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(5)) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200) return
  }
  throw new Error('the server did not start')
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function processWith(entry: string, folder: string): number {
  const found = pids().find(
    (pid) =>
      read(`/proc/${pid}/cmdline`)
        .split('\0')
        .some((part) => part.endsWith(entry)) &&
      read(`/proc/${pid}/environ`).includes(folder) &&
      !read(`/proc/${pid}/cmdline`).startsWith('npm') &&
      !read(`/proc/${pid}/cmdline`).startsWith('sh'),
  )
  if (found === undefined) throw new Error('the server is gone')
  return found
}

function postgresPids(folder: string): number[] {
  const postmaster = Number(read(join(folder, 'postgres/cluster/postmaster.pid')).split('\n')[0])
  if (!postmaster) return []
  return pids().filter(
    (pid) =>
      pid === postmaster ||
      read(`/proc/${pid}/stat`)
        .replace(/^.*\) /, '')
        .split(' ')[1] === String(postmaster),
  )
}

function pssOf(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)
}
