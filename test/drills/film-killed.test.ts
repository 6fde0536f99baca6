import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { diskStorage } from '../../src/media/storage.ts'
import { removeStrayFiles } from '../../src/media/upload.ts'
import { filmed, isDecoded, missing } from '../support/filmed.ts'
import { tokenFor } from '../support/tokens.ts'
import { eventually } from '../support/weft.ts'
import { personHere, testWorld } from '../support/world.ts'
import { block } from './support/blocking.ts'
import { breakGround, type Ground } from './support/ground.ts'

const PATIENCE_MS = 60_000
const isLinux = process.platform === 'linux'
const secret = 'a secret that is as long as it must be, and no longer'

let ground: Ground
let world: ReturnType<typeof testWorld>['world']
let anna: LocalAccount
let token: string
let film: Buffer
const folder = await mkdtemp(join(tmpdir(), 'weft-film-killed-'))

beforeAll(async () => {
  if (missing !== undefined) return
  ground = await breakGround()
  const made = testWorld(ground.db, secret)
  made.clock.set(new Date())
  world = made.world
  anna = await personHere(world, 'anna')
  token = await tokenFor(world, anna, { scope: 'write' })
  const words = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis']
  const shows = 'testsrc=duration=20:size=640x360:rate=25'
  film = await readFile(await filmed(join(folder, 'a.webm'), { shows, sounds: 'sine=duration=20', words }))
}, 120_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function handIn(): Promise<string> {
  const body = new FormData()
  body.append('file', new Blob([new Uint8Array(film)]), 'a.webm')
  const headers = { authorization: `Bearer ${token}` }
  const reply = await fetch(`${ground.origin}/api/v2/media`, { method: 'POST', headers, body })
  expect(reply.status).toBe(202)
  return ((await reply.json()) as { id: string }).id
}

async function statusOf(id: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${ground.origin}/api/v1/media/${id}`, { headers })).status
}

/** What works on a film of this ground. */
async function programs(): Promise<string[]> {
  const at = String(ground.env.WEFT_DATA_DIR)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')),
  )
  return lines.filter((line) => /ffmpeg|ffprobe/.test(line) && line.includes(at))
}

async function kept(): Promise<string[]> {
  const at = join(String(ground.env.WEFT_DATA_DIR), 'media')
  const storage = diskStorage(at)
  await removeStrayFiles(world, storage)
  return (await readdir(at, { recursive: true }))
    .filter((name) => /\.\w+$/.test(name))
    .map((name) => join(at, name))
}

describe.skipIf(missing !== undefined || !isLinux)('R-002: a worker that is killed over a film', () => {
  test('at any point: another makes it ready, once, and nothing is left over', {
    timeout: 300_000,
  }, async () => {
    await ground.start({ role: 'web' })
    const id = await handIn()

    // While its program writes the film.
    const first = await ground.start({ role: 'worker' })
    await eventually(async () => expect((await programs()).join()).toContain('libx264'), PATIENCE_MS)
    await first.end('SIGKILL')
    await eventually(async () => expect(await programs()).toEqual([]), 2_000)
    expect(await statusOf(id)).toBe(206)

    // When all is in the storage, and nobody has it yet.
    const ending = await block(ground.db, 'stray_file')
    const second = await ground.start({ role: 'worker' })
    await ending.waitedFor(1, PATIENCE_MS)
    await second.end('SIGKILL')
    await ending.release()
    expect(await statusOf(id)).toBe(206)

    // When somebody has it, and the queue does not know.
    const again = await block(ground.db, 'stray_file')
    const third = await ground.start({ role: 'worker' })
    await again.waitedFor(1, PATIENCE_MS)
    const queue = await block(ground.db, 'job')
    await again.release()
    await eventually(async () => expect(await statusOf(id)).toBe(200), PATIENCE_MS)
    await queue.waitedFor(1, PATIENCE_MS)
    await third.end('SIGKILL')
    await queue.release()

    await ground.start({ role: 'worker' })
    await ground.workedOff(PATIENCE_MS)
    expect(await statusOf(id)).toBe(200)
    const files = await ground.db.selectFrom('attachment').selectAll().execute()
    expect(files).toMatchObject([{ id, account_id: anna.id, kind: 'video', media_type: 'video/mp4' }])
    expect(await ground.db.selectFrom('unready_file').select('id').execute()).toEqual([])
    expect(await ground.db.selectFrom('dead_job').select('id').execute()).toEqual([])
    const names = await kept()
    expect(names.map((name) => name.slice(-3)).sort()).toEqual(['jpg', 'mp4'])
    expect(await isDecoded(names.find((name) => name.endsWith('mp4')) ?? '')).toBe(true)
    const mine = [files[0]?.file, files[0]?.preview_file]
    expect(names.every((name) => mine.some((each) => name.endsWith(String(each))))).toBe(true)
  })
})
