import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

// Making a database writes forty megabytes, and other tests do so at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const keeper = join(import.meta.dirname, 'embedded-keeper.ts')
const isRoot = process.getuid?.() === 0

interface Keeper {
  readonly pid: number
  /** what it found, or what it complained about */
  readonly said: Promise<Record<string, unknown>>
  end(signal: NodeJS.Signals): Promise<number | string>
}

let base: string
/** a data folder as a first start leaves it, to begin from */
let made: string
let keepers: Keeper[]

beforeAll(async () => {
  keepers = []
  made = await mkdtemp(join(tmpdir(), 'weft-emb-'))
  const first = keep(join(made, 'data'))
  expect(await first.said).toMatchObject({ visits: 1 })
  await first.end('SIGTERM')
})
afterAll(() => rm(made, { recursive: true, force: true }))

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'weft-emb-'))
  keepers = []
})
afterEach(async () => {
  await Promise.all(keepers.map((running) => running.end('SIGTERM')))
  await killPostmaster(join(base, 'data'))
  await rm(base, { recursive: true, force: true })
})

function keep(dataDir: string, as: { user?: number; namespaces?: boolean; fsync?: boolean } = {}): Keeper {
  const words = [as.namespaces === false ? 'no-namespaces' : '', as.fsync === true ? '' : 'no-fsync']
  const child = spawn(process.execPath, [keeper, dataDir, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(as.user !== undefined && { uid: as.user, gid: as.user }),
  })
  let out = ''
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const said = new Promise<Record<string, unknown>>((found) => {
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (out.endsWith('\n')) found(JSON.parse(out))
    })
    child.once('close', () => found({ complaint: complaint.trim() }))
  })
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const running: Keeper = {
    pid: child.pid ?? 0,
    said,
    end(signal) {
      child.kill(signal)
      return exited
    },
  }
  keepers.push(running)
  return running
}

async function madeFolder(dataDir = join(base, 'data')): Promise<string> {
  await cp(join(made, 'data'), dataDir, { recursive: true, verbatimSymlinks: true })
  return dataDir
}

async function postmasterPid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').catch(() => '')
  return Number(text.split('\n')[0]) || undefined
}

async function killPostmaster(dataDir: string): Promise<void> {
  const pid = await postmasterPid(dataDir)
  if (pid === undefined) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone.
  }
}

test('a first start makes a database with checksums, sorted by code points, behind a private socket only', async () => {
  const first = keep(join(base, 'data'), { fsync: true })
  const found = await first.said
  expect(found).toMatchObject({
    visits: 1,
    checksums: 'on',
    provider: 'b',
    locale: 'C.UTF-8',
    addresses: '',
    jit: 'off',
    fsync: 'on',
  })
  const sockets = new URL(String(found.url)).searchParams.get('host') ?? ''
  expect((await stat(sockets)).mode & 0o777).toBe(0o700)
  expect((await stat(join(base, 'data'))).mode & 0o077).toBe(0)
  // Started by root or by anybody else: what is made belongs to whoever started it.
  const owner = await stat(join(base, 'data/postgres/cluster/PG_VERSION'))
  expect(owner.uid).toBe(process.getuid?.())
  expect(await first.end('SIGTERM')).toBe(0)
  expect(await postmasterPid(join(base, 'data'))).toBeUndefined()
})

test('a server that a killed process left behind is joined by the next, which stops it at its end', async () => {
  const dataDir = await madeFolder()
  const first = keep(dataDir)
  await first.said
  expect(await first.end('SIGKILL')).toBe('SIGKILL')
  const left = await postmasterPid(dataDir)
  expect(left).toBeDefined()

  const second = keep(dataDir)
  expect(await second.said).toMatchObject({ visits: 3 })
  expect(await postmasterPid(dataDir)).toBe(left)
  expect(await second.end('SIGTERM')).toBe(0)
  expect(await postmasterPid(dataDir)).toBeUndefined()
})

test('of several processes that start at once each works, and the last to end stops the server', async () => {
  const dataDir = join(base, 'data')
  const three = [keep(dataDir), keep(dataDir), keep(dataDir)]
  const found = await Promise.all(three.map((running) => running.said))
  expect(found.map((answer) => answer.complaint ?? 'fine')).toEqual(['fine', 'fine', 'fine'])
  for (const [index, running] of three.entries()) {
    expect(await postmasterPid(dataDir)).toBeDefined()
    expect(await running.end('SIGTERM')).toBe(0)
    if (index < 2) expect(await postmasterPid(dataDir)).toBeDefined()
  }
  expect(await postmasterPid(dataDir)).toBeUndefined()
})

test('a server that dies under a process is started again, with what was written', async () => {
  const dataDir = await madeFolder()
  await keep(dataDir).said
  const before = await postmasterPid(dataDir)
  await killPostmaster(dataDir)
  await expect
    .poll(() => postmasterPid(dataDir).then((pid) => pid !== undefined && pid !== before), {
      timeout: 10_000,
    })
    .toBe(true)
  expect(await keep(dataDir).said).toMatchObject({ visits: 3 })
})

test('a note of a postmaster whose number now belongs to another program does not stop the start', async () => {
  const dataDir = await madeFolder()
  await keep(dataDir).said
  await Promise.all(keepers.map((running) => running.end('SIGKILL')))
  await killPostmaster(dataDir)
  const file = join(dataDir, 'postgres/cluster/postmaster.pid')
  await sleep(200)
  const note = await readFile(file, 'utf8')
  await writeFile(file, note.replace(/^\d+/, String(process.pid)))
  const socketLock = join(note.split('\n')[4] ?? '', '.s.PGSQL.5432.lock')
  await writeFile(socketLock, (await readFile(socketLock, 'utf8')).replace(/^\d+/, String(process.pid)))
  expect(await keep(dataDir).said).toMatchObject({ visits: 3 })
})

test('a data folder whose path is too long for a socket works, and leaves nothing elsewhere', async () => {
  const dataDir = await madeFolder(join(base, 'data', 'x'.repeat(100)))
  const running = keep(dataDir)
  const found = await running.said
  const sockets = new URL(String(found.url)).searchParams.get('host') ?? ''
  expect(sockets.startsWith(join(tmpdir(), 'weft-pg-'))).toBe(true)
  expect((await stat(sockets)).mode & 0o777).toBe(0o700)
  expect(await running.end('SIGTERM')).toBe(0)
  await expect(stat(sockets)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('the programs of an earlier version do not pile up', async () => {
  const dataDir = await madeFolder()
  const home = join(dataDir, 'postgres')
  await mkdir(join(home, 'postgresql-17.0.0-somewhere/bin'), { recursive: true })
  await keep(dataDir).said
  const programs = (await readdir(home)).filter((name) => name.startsWith('postgresql-'))
  expect(programs).toHaveLength(1)
  expect(programs).not.toContain('postgresql-17.0.0-somewhere')
})

test('data of another PostgreSQL version is left alone, in one sentence', async () => {
  const dataDir = join(base, 'data')
  await mkdir(join(dataDir, 'postgres/cluster'), { recursive: true, mode: 0o700 })
  await writeFile(join(dataDir, 'postgres/cluster/PG_VERSION'), '14\n')
  const { complaint } = await keep(dataDir).said
  expect(complaint).toMatch(
    /^StartError: The data in .* was made by PostgreSQL 14, and this Weft brings 18: .*\.$/,
  )
  expect(await readdir(join(dataDir, 'postgres/cluster'))).toEqual(['PG_VERSION'])
})

describe.runIf(isRoot)('started by root', () => {
  test('where user namespaces are forbidden it runs as an unprivileged user, and the data change hands both ways', async () => {
    await chmod(base, 0o711)
    const dataDir = join(base, 'data')
    const dropped = keep(dataDir, { namespaces: false })
    expect(await dropped.said).toMatchObject({ visits: 1 })
    expect((await stat(join(dataDir, 'postgres/cluster/PG_VERSION'))).uid).not.toBe(0)
    expect(await dropped.end('SIGTERM')).toBe(0)

    const mapped = keep(dataDir)
    expect(await mapped.said).toMatchObject({ visits: 2 })
    expect((await stat(join(dataDir, 'postgres/cluster/PG_VERSION'))).uid).toBe(0)
    expect(await mapped.end('SIGTERM')).toBe(0)
    expect(await keep(dataDir, { namespaces: false }).said).toMatchObject({ visits: 3 })
  })

  test('and where neither is possible it says what to do, in one sentence', async () => {
    await chmod(base, 0o700)
    const { complaint } = await keep(join(base, 'data'), { namespaces: false }).said
    expect(complaint).toMatch(
      /^StartError: PostgreSQL does not run as root, and user \w+ cannot enter .*: set WEFT_DATA_DIR .*, or set DATABASE_URL\.$/,
    )
  })

  test.each([
    ['an ordinary user', 65_534],
    ['a user without a name', 54_321],
  ])('%s can run it too', async (_name, user) => {
    await chmod(base, 0o777)
    const running = keep(join(base, 'data'), { user })
    expect(await running.said).toMatchObject({ visits: 1 })
    expect((await stat(join(base, 'data/postgres/cluster/PG_VERSION'))).uid).toBe(user)
    expect(await running.end('SIGTERM')).toBe(0)
  })

  test('a data folder of another user is refused, in one sentence', async () => {
    await chmod(base, 0o777)
    await madeFolder()
    await chmod(join(base, 'data'), 0o755)
    const { complaint } = await keep(join(base, 'data'), { user: 65_534 }).said
    expect(complaint).toMatch(/^StartError: The folder .* belongs to another user \(number 0\): .*\.$/)
  })
})
