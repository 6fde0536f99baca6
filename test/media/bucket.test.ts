import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bucket, bucketFrom } from '../../src/base/media-place.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { newFileName } from '../../src/media/storage.ts'
import { removeStrayFiles, storeUpload } from '../../src/media/upload.ts'
import { bucketStorage } from '../../src/remote/bucket.ts'
import { viewPost } from '../../src/views/posts.ts'
import { startBucket } from '../support/bucket.ts'
import { film, picture } from '../support/files.ts'
import { filmed, missing, SCENE, TONE } from '../support/filmed.ts'
import { tootAs } from '../support/mastodon/client.ts'
import { startWhole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

const keys = { id: 'AKIDEXAMPLE', secret: 'a secret/of+tests', region: 'eu-test-1' }
const bucket = await startBucket(keys)
const address = (secret = keys.secret) =>
  `s3://${keys.id}:${encodeURIComponent(secret)}@media/weft?endpoint=${bucket.origin}&region=${keys.region}`
const storage = bucketStorage(bucketFrom(address(), {}) as Bucket)
const folder = await mkdtemp(join(tmpdir(), 'weft-bucket-'))
afterAll(async () => {
  await storage[Symbol.asyncDispose]()
  await bucket[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('a bucket', () => {
  const name = newFileName('png')
  const bytes = Buffer.from('0123456789')

  test('keeps a file, and gives it whole and in parts', async () => {
    await storage.put(name, bytes)
    expect([...bucket.files.keys()]).toEqual([`/media/weft/${name}`])
    expect(bucket.files.get(`/media/weft/${name}`)?.type).toBe('image/png')
    expect(await storage.size(name)).toBe(10)
    expect(String(await buffer(storage.read(name)))).toBe('0123456789')
    expect(String(await buffer(storage.read(name, { start: 2, end: 4 })))).toBe('234')
  })

  test('takes a part of a file on the disk without reading it into memory at once', async () => {
    const path = join(folder, 'part')
    await writeFile(
      path,
      Buffer.concat([Buffer.from('head'), Buffer.alloc(300_000, 'x'), Buffer.from('tail')]),
    )
    const long = newFileName('mp3')
    await storage.put(long, { path, start: 4, end: 300_004 })
    expect(await storage.size(long)).toBe(300_000)
    expect((await buffer(storage.read(long))).every((byte) => byte === 0x78)).toBe(true)
  })

  test('has nothing of a name that it does not know, and forgets what is removed', async () => {
    expect(await storage.size(newFileName('png'))).toBeUndefined()
    await expect(buffer(storage.read(newFileName('png')))).rejects.toThrow('answered 404')
    await storage.remove(name)
    await storage.remove(name)
    expect(await storage.size(name)).toBeUndefined()
    expect(await storage.size('../secret')).toBeUndefined()
    await expect(storage.put('../secret', bytes)).rejects.toThrow('not a name of ours')
  })

  test('is asked once more when it stumbles, and no more', async () => {
    const other = newFileName('png')
    for (const trouble of [{ status: 503 }, 'cut'] as const) {
      bucket.trouble(trouble)
      await storage.put(other, bytes)
      bucket.trouble(trouble)
      expect(await storage.size(other)).toBe(10)
    }
    bucket.trouble({ status: 503 }, { status: 503 })
    await expect(storage.put(other, bytes)).rejects.toMatchObject({ name: 'Transient' })
    bucket.trouble('cut', 'cut')
    await expect(storage.size(other)).rejects.toMatchObject({ name: 'Transient' })
  })

  test('that breaks off half-way gives an error, not half a file', async () => {
    const other = newFileName('png')
    await storage.put(other, Buffer.alloc(100_000))
    bucket.trouble('midway')
    await expect(buffer(storage.read(other))).rejects.toThrow('broke off')
  })

  test('takes nothing with another key, and no key is told', async () => {
    await using wrong = bucketStorage(bucketFrom(address('hunter2hunter2'), {}) as Bucket)
    const error = await wrong.put(newFileName('png'), bytes).catch((reason: Error) => reason)
    expect(error).toMatchObject({ name: 'Transient', message: expect.stringContaining('answered 403') })
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('hunter2')
  })
})

describe('a server with a bucket', () => {
  const started = startWhole([], { WEFT_MEDIA: address(), WEFT_DATA_DIR: folder })
  afterAll(async () => (await started)[Symbol.asyncDispose]())
  beforeAll(async () => void (await started), 60_000)

  test('keeps its media there and nowhere else, and serves them all the same', async () => {
    const server = await started
    const anna = await personHere(server.world, 'anna')
    const clip = film({ seconds: 2, width: 8, height: 8 })
    const ids = [
      await storeUpload(server.world, storage, anna, { bytes: await picture({ format: 'png' }) }),
      await storeUpload(server.world, storage, anna, { bytes: clip }),
    ]
    const post = await publishPost(server.world, anna, { text: 'x', visibility: 'public', mediaIds: ids })
    const view = await viewPost(server.db, post, undefined)
    const [image, video] = (view?.attachments ?? []).map(({ url }) => new URL(url).pathname)
    const got = await server.ask(image ?? '')
    expect([got.status, got.headers['content-type']]).toEqual([200, 'image/png'])
    const part = await server.ask(video ?? '', { headers: { range: 'bytes=4-11' } })
    expect(part).toMatchObject({ status: 206, text: 'ftypisom' })
    expect((await readdir(folder, { recursive: true })).filter((each) => /\.(png|mp4)$/.test(each))).toEqual(
      [],
    )

    bucket.trouble({ status: 503 }, { status: 503 })
    const away = await server.ask(image ?? '')
    expect([away.status, away.headers['retry-after']]).toEqual([503, expect.any(String)])
    const before = bucket.files.size
    await removePost(server.world, anna, post)
    expect((await server.ask(image ?? '')).status).toBe(404)
    await removeStrayFiles(server.world, storage)
    expect(bucket.files.size).toBe(before - 2)
  })

  test.skipIf(missing !== undefined)(
    'makes films ready from there and puts them there',
    async () => {
      await using server = await startWhole([], {
        ...{ WEFT_MEDIA: address(), WEFT_DATA_DIR: join(folder, 'films'), WEFT_FFMPEG: 'auto' },
      })
      const before = new Set(bucket.files.keys())
      const ada = await tootAs(server, 'ada')
      const words = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis']
      const path = await filmed(join(folder, 'scene.webm'), { shows: SCENE, sounds: TONE, words })
      const taken = await ada.post('/api/v2/media', { file: await readFile(path) }, 'multipart')
      expect(taken.status).toBe(202)
      await server.settled()
      await removeStrayFiles(server.world, storage)
      const made = [...bucket.files].filter(([name]) => !before.has(name))
      expect(made.map(([, { type }]) => type).sort()).toEqual(['image/jpeg', 'video/mp4'])
      const { json } = await ada.get(`/api/v1/media/${taken.json.id}`)
      expect(made.map(([name]) => name.slice(-36)).sort()).toEqual(
        [json.url, json.preview_url].map((url) => url.slice(-36)).sort(),
      )
      expect(await readdir(join(folder, 'films', 'uploads'))).toEqual([])
    },
    60_000,
  )

  test('cuts an answer whose file breaks off', async () => {
    const server = await started
    const ben = await personHere(server.world, 'ben')
    const large = await picture({ format: 'png', width: 900, height: 900 })
    const id = await storeUpload(server.world, storage, ben, { bytes: large })
    const post = await publishPost(server.world, ben, { text: 'x', visibility: 'public', mediaIds: [id] })
    const view = await viewPost(server.db, post, undefined)
    const path = new URL(view?.attachments[0]?.url ?? '').pathname
    expect((await server.ask(path)).status).toBe(200)
    bucket.trouble('midway')
    await expect(server.ask(path)).rejects.toThrow('aborted')
  })
})
