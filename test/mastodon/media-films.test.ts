import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { strayFiles } from '../../src/domain/media/keep.ts'
import { failLostFiles } from '../../src/domain/media/unready.ts'
import { block } from '../drills/support/blocking.ts'
import { filmed, isDecoded, missing, SCENE, SECRET, streamsOf, TONE } from '../support/filmed.ts'
import { apiClient, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
const folder = await mkdtemp(join(tmpdir(), 'weft-films-api-'))
const dataDir = join(folder, 'data')
const files = {
  long: Buffer.alloc(0),
  webm: Buffer.alloc(0),
  mov: Buffer.alloc(0),
  gif: Buffer.alloc(0),
  wav: Buffer.alloc(0),
}
const BROKEN = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isomiso2 and nothing more', 'latin1')

beforeAll(async () => {
  if (missing !== undefined) return
  server = await startWhole([], { WEFT_FFMPEG: 'auto', WEFT_DATA_DIR: dataDir })
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  const vpx = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis']
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
  const read = async (name: string, how: Parameters<typeof filmed>[1]) =>
    readFile(await filmed(join(folder, name), how))
  files.webm = await read('a.webm', { shows: SCENE, sounds: TONE, words: vpx })
  // It takes seconds to be made ready, and what is asked meanwhile milliseconds.
  const LONG = { shows: 'testsrc=duration=30:size=640x360:rate=25', sounds: 'sine=duration=30', words: vpx }
  files.long = await read('long.webm', LONG)
  files.mov = await read('a.mov', { shows: SCENE, sounds: TONE, words: x264 })
  files.gif = await read('a.gif', { shows: 'testsrc=duration=1:size=64x48:rate=5' })
  files.wav = await read('a.wav', { sounds: TONE })
}, 120_000)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const upload = (who: Toot, file: Buffer, more = {}, path = '/api/v2/media') =>
  who.post(path, { file, ...more }, 'multipart')

/** Whatever is made waits before it can end: its source would become stray. */
const hold = () => block(server.db, 'stray_file')

async function ready(who: Toot, id: string) {
  await server.settled()
  const reply = await who.get(`/api/v1/media/${id}`)
  expect(reply.status, reply.text).toBe(200)
  expectEntity('MediaAttachment', reply.json)
  return reply.json
}

async function kept(): Promise<string[]> {
  const names = await readdir(dataDir, { recursive: true })
  return names.filter((name) => /[0-9a-f]{32}\.[a-z0-9]+$/.test(name))
}

describe.skipIf(missing !== undefined)('a film', { timeout: 60_000 }, () => {
  test('is taken at once, waited for, and then what every browser plays', async () => {
    const taken = await upload(ada, files.long, { description: 'a scene', focus: '0.5,0.5' })
    expect(taken.status, taken.text).toBe(202)
    expectEntity('MediaAttachment', taken.json)
    const { id } = taken.json
    expect(taken.json).toMatchObject({ type: 'video', url: null, preview_url: null, description: 'a scene' })
    const underway = await ada.get(`/api/v1/media/${id}`)
    expect([underway.status, underway.json]).toEqual([206, taken.json])
    const said = await ada.put(`/api/v1/media/${id}`, { description: 'said later' })
    expect([said.status, said.json.description, said.json.meta]).toEqual([
      ...[206, 'said later', { focus: { x: 0.5, y: 0.5 } }],
    ])
    const long = await ada.put(`/api/v1/media/${id}`, { description: 'x'.repeat(1501) })
    expect(long.status).toBe(422)
    const in6Hours = new Date(server.clock.now().getTime() + 21_600_000).toISOString()
    for (const more of [{}, { scheduled_at: in6Hours }]) {
      const early = await ada.post('/api/v1/statuses', { status: 'x', media_ids: [id], ...more })
      expect([early.status, early.json]).toEqual([
        422,
        { error: 'Cannot attach files that have not finished processing. Try again in a moment!' },
      ])
    }
    const film = await ready(ada, id)
    expect(film).toMatchObject({
      ...{ id, type: 'video', description: 'said later', blurhash: expect.any(String) },
      url: expect.stringMatching(/\/media\/[0-9a-f]{32}\.mp4$/),
      preview_url: expect.stringMatching(/\.jpg$/),
      meta: {
        original: { width: 640, height: 360, duration: expect.closeTo(30, 0) },
        focus: { x: 0.5, y: 0.5 },
      },
    })
    const posted = await ada.post('/api/v1/statuses', { status: 'look', media_ids: [id] })
    expectEntity('Status', posted.json)
    expect(posted.json.media_attachments).toEqual([film])
    const got = await server.ask(new URL(film.url).pathname)
    expect([got.status, got.headers['content-type']]).toEqual([200, 'video/mp4'])
    const [name = ''] = (await kept()).filter((each) => film.url.endsWith(each.slice(-36)))
    const path = join(dataDir, name)
    expect((await streamsOf(path)).streams.map((each) => each.codec_name)).toEqual(['h264', 'aac'])
    expect(await isDecoded(path)).toBe(true)
    expect(await readFile(path, 'latin1')).not.toContain(SECRET)
  })

  test('is ready when version 1 answers, as a GIF that moves is in both', async () => {
    const film = await upload(ada, files.mov, {}, '/api/v1/media')
    expect(film.status, film.text).toBe(200)
    expectEntity('MediaAttachment', film.json)
    expect(film.json).toMatchObject({ type: 'video', url: expect.stringMatching(/\.mp4$/) })
    for (const path of ['/api/v1/media', '/api/v2/media']) {
      const gif = await upload(ada, files.gif, {}, path)
      expect(gif.status, gif.text).toBe(200)
      expect(gif.json).toMatchObject({ type: 'gifv', url: expect.stringMatching(/\.mp4$/) })
      expect(gif.json.preview_url).not.toBeNull()
      const posted = await ada.post('/api/v1/statuses', { status: 'x', media_ids: [gif.json.id] })
      expect(posted.json.media_attachments).toEqual([gif.json])
    }
  })

  test('may be a sound', async () => {
    const taken = await upload(ada, files.wav)
    expect([taken.status, taken.json.type]).toEqual([202, 'audio'])
    expect(await ready(ada, taken.json.id)).toMatchObject({
      ...{ type: 'audio', url: expect.stringMatching(/\.m4a$/), preview_url: null },
      meta: { original: { duration: expect.closeTo(2, 0) } },
    })
  })

  test('of which nothing can be made is said to be none', async () => {
    const taken = await upload(ada, BROKEN)
    expect(taken.status).toBe(202)
    await server.settled()
    for (const reply of [
      await ada.get(`/api/v1/media/${taken.json.id}`),
      await upload(ada, BROKEN, {}, '/api/v1/media'),
    ])
      expect([reply.status, reply.json]).toEqual([
        422,
        { error: 'That file cannot be read as a film or sound.' },
      ])
    const posted = await ada.post('/api/v1/statuses', { status: 'x', media_ids: [taken.json.id] })
    expect(posted.status).toBe(422)
    expect((await ada.delete(`/api/v1/media/${taken.json.id}`)).status).toBe(200)
    const text = await upload(ada, Buffer.from('#EXTM3U\nfile:///etc/passwd'))
    expect([text.status, text.json]).toEqual([
      422,
      { error: 'Validation failed: File content type is invalid' },
    ])
  })

  test('is nobody else’s while it is made ready, and leaves nothing when it is dropped meanwhile', async () => {
    await strayFiles(server.world)
    const before = await kept()
    await using held = await hold()
    const { id } = (await upload(ada, files.webm)).json
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await bob.ask(method, `/api/v1/media/${id}`)).status).toBe(404)
    expect((await bob.post('/api/v1/statuses', { status: 'x', media_ids: [id] })).json.error).toMatch(
      /not found/,
    )
    expect((await apiClient(server).get(`/api/v1/media/${id}`)).status).toBe(401)
    await held.release()
    await server.settled()
    const another = (await upload(ada, files.webm)).json.id
    expect((await ada.delete(`/api/v1/media/${another}`)).status).toBe(200)
    expect((await ada.get(`/api/v1/media/${another}`)).status).toBe(404)
    await server.settled()
    const stray = new Set(await strayFiles(server.world))
    const left = (await kept()).filter((name) => !before.includes(name) && !stray.has(name.slice(-36)))
    // The film and the still of the one that was not dropped.
    expect(left.map((name) => name.slice(-3)).sort()).toEqual(['jpg', 'mp4'])
  })

  test('waits with as many others as a post can hold', async () => {
    const cleo = await tootAs(server, 'cleo')
    await server.db
      .insertInto('unready_file')
      .values(
        Array.from({ length: 20 }, (_, n) => ({
          ...{ id: server.world.ids.next<never>(), account_id: cleo.account.id, kind: 'video' as const },
          source: `${String(n).padStart(32, '0')}.raw`,
        })),
      )
      .execute()
    const more = await upload(cleo, files.wav)
    expect([more.status, more.json.error]).toEqual([429, 'Too many requests'])
    expect(more.headers['retry-after']).toBeDefined()
    await server.db.deleteFrom('unready_file').where('account_id', '=', cleo.account.id).execute()
  })

  test('that nobody works on any more fails, and is forgotten after a day', async () => {
    await using held = await hold()
    const { id } = (await upload(ada, files.webm)).json
    await held.waitedFor(1)
    server.clock.set(new Date(server.clock.now().getTime() + 400_000))
    await failLostFiles(server.world)
    expect((await ada.get(`/api/v1/media/${id}`)).status).toBe(206)
    await held.release()
    await server.settled()
    const lost = server.world.ids.next<never>()
    const source = `${'f'.repeat(32)}.raw`
    await server.db
      .insertInto('unready_file')
      .values({ id: lost, account_id: ada.account.id, kind: 'video', source, created_at: new Date(0) })
      .execute()
    await failLostFiles(server.world)
    const reply = await ada.get(`/api/v1/media/${lost}`)
    expect([reply.status, reply.json.error]).toEqual([422, 'Nobody could make that file ready.'])
    expect(await strayFiles(server.world)).toContain(source)
    expect((await ada.get(`/api/v1/media/${lost}`)).status).toBe(404)
  })
})

describe('without ffmpeg', { timeout: 60_000 }, () => {
  test('the server says what it takes, and takes no more', async () => {
    await using plain = await startWhole([], { WEFT_DATA_DIR: join(folder, 'plain') })
    const dora = await tootAs(plain, 'dora')
    const typesOf = async (whole: Whole) =>
      (await apiClient(whole).get('/api/v2/instance')).json.configuration.media_attachments
        .supported_mime_types
    const types = await typesOf(plain)
    expect(types).toContain('video/webm')
    expect(types).not.toContain('video/quicktime')
    const refused = await dora.post(
      '/api/v2/media',
      { file: Buffer.from('RIFF\0\0\0\0WAVEfmt ') },
      'multipart',
    )
    expect([refused.status, refused.json]).toEqual([
      422,
      { error: 'Validation failed: File content type is invalid' },
    ])
    if (missing !== undefined) return
    const film = await dora.post('/api/v2/media', { file: files.webm }, 'multipart')
    expect([film.status, film.json.type]).toEqual([200, 'video'])
    expect(film.json.url).toMatch(/\.webm$/)
    expect(await typesOf(server)).toEqual(expect.arrayContaining([...types, 'video/quicktime', 'audio/flac']))
  })
})
