import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import type { AttachmentId } from '../../src/base/ids.ts'
import { editPost } from '../../src/domain/posts/edit.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { cleanFilm, cleanFilmFile, soundWithin } from '../../src/media/films.ts'
import { sniff } from '../../src/media/sniff.ts'
import { diskStorage, isFileName } from '../../src/media/storage.ts'
import { removeStrayFiles, storeEmoji, storeUpload } from '../../src/media/upload.ts'
import { viewPost } from '../../src/views/posts.ts'
import { testDatabase } from '../support/database.ts'
import { film, picture, sound } from '../support/files.ts'
import { personHere, testWorld } from '../support/world.ts'

const database = await testDatabase()
const folder = await mkdtemp(join(tmpdir(), 'weft-media-'))
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})
const { world, clock } = testWorld(database.db)
const storage = diskStorage(folder)
const anna = await personHere(world, 'anna')
const ben = await personHere(world, 'ben')
const cut = (await picture({ format: 'png', width: 400, height: 400 })).subarray(0, 300)
const refusalOf = (work: () => Promise<unknown>) => work().catch((error: unknown) => error)
const filesKept = async () =>
  (await readdir(folder, { recursive: true })).filter((name) => /\.\w+$/.test(name))

describe('a file of somebody here', () => {
  test.each(['png', 'jpeg', 'gif', 'webp'] as const)(
    'S-097: a %s picture loses what it tells of its maker',
    async (format) => {
      const bytes = await picture({ format, secret: 'Lat 52.5 Lon 13.4', width: 40, height: 20 })
      const id = await storeUpload(world, storage, anna, { bytes, description: ' A red field ' })
      const post = await publishPost(world, anna, { text: '', visibility: 'public', mediaIds: [id] })
      const [attached] = (await viewPost(world.db, post, undefined))?.attachments ?? []
      expect(attached).toMatchObject({
        kind: 'image',
        mediaType: `image/${format}`,
        description: 'A red field',
        width: 40,
        height: 20,
        blurhash: expect.stringMatching(/^.{28}$/),
        duration: null,
      })
      const stored = await readFile(join(folder, attached?.file?.slice(0, 2) ?? '', attached?.file ?? ''))
      expect(stored.includes('Lat 52.5')).toBe(false)
      const { exif, xmp, iptc, width } = await sharp(stored).metadata()
      expect({ exif, xmp, iptc, width }).toEqual({
        exif: undefined,
        xmp: undefined,
        iptc: undefined,
        width: 40,
      })
    },
  )

  test('a photograph that was held sideways is turned for good', async () => {
    const bytes = await picture({ format: 'jpeg', width: 40, height: 20, orientation: 6 })
    const id = await storeUpload(world, storage, anna, { bytes })
    const row = await world.db
      .selectFrom('attachment')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({ width: 20, height: 40 })
  })

  test('a film says how long and large it is, and no more where it was made', async () => {
    const bytes = film({ seconds: 12.5, width: 640, height: 360, secret: '+52.5+013.4/' })
    expect(Buffer.from(bytes).includes('+52.5')).toBe(true)
    const id = await storeUpload(world, storage, anna, { bytes })
    const row = await world.db
      .selectFrom('attachment')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      kind: 'video',
      duration: 12.5,
      width: 640,
      height: 360,
      media_type: 'video/mp4',
    })
    const stored = await readFile(join(folder, row.file?.slice(0, 2) ?? '', row.file ?? ''))
    expect(stored.includes('+52.5')).toBe(false)
    expect(stored.length).toBe(bytes.length)
    // What was handed in is the caller's own.
    expect(Buffer.from(bytes).includes('+52.5')).toBe(true)
  })

  test('a sound loses its tags', async () => {
    const id = await storeUpload(world, storage, anna, { bytes: sound({ secret: 'Anna’s telephone' }) })
    const row = await world.db
      .selectFrom('attachment')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({ kind: 'audio', media_type: 'audio/mpeg' })
    const stored = await readFile(join(folder, row.file?.slice(0, 2) ?? '', row.file ?? ''))
    expect(stored.includes('telephone')).toBe(false)
    expect(sniff(stored)?.mediaType).toBe('audio/mpeg')
  })

  test.each<[string, Uint8Array]>([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['HTML that begins like a GIF', Buffer.from('GIF89a<script>alert(1)</script>')],
    ['a picture cut short', cut],
    ['QuickTime', Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from('ftypqt  0000qt  ')])],
    ['HEIC', Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from('ftypheic0000mif1')])],
    ['Matroska', Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.from('....matroska')])],
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(1000)],
  ])('%s is refused, and leaves nothing behind', async (_, bytes) => {
    const before = await filesKept()
    expect(await refusalOf(() => storeUpload(world, storage, anna, { bytes }))).toMatchObject({
      code: 'media.unreadable',
    })
    expect(await filesKept()).toEqual(before)
  })

  test('a small file that unfolds into gigabytes is refused', async () => {
    const bomb = await sharp({
      create: { width: 8_000, height: 8_000, channels: 3, background: 'red' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 9 })
      .toBuffer()
    expect(bomb.length).toBeLessThan(5_000_000)
    expect(await refusalOf(() => storeUpload(world, storage, anna, { bytes: bomb }))).toMatchObject({
      code: 'media.unreadable',
    })
  }, 30_000)

  test('is refused when it is too large, or described at too much length', async () => {
    const bytes = Buffer.concat([await picture({ format: 'png' }), Buffer.alloc(17 * 1_048_576)])
    expect(await refusalOf(() => storeUpload(world, storage, anna, { bytes }))).toMatchObject({
      code: 'media.too-large',
    })
    const before = await filesKept()
    const small = await picture({ format: 'png' })
    expect(
      await refusalOf(() =>
        storeUpload(world, storage, anna, { bytes: small, description: 'x'.repeat(1501) }),
      ),
    ).toMatchObject({ code: 'media.description' })
    expect(await filesKept()).toEqual(before)
  })

  test('is posted once, by whoever stored it, in the order wanted, twenty to a post', async () => {
    const bytes = await picture({ format: 'png' })
    const ids: AttachmentId[] = []
    for (let at = 0; at < 21; at += 1)
      ids.push(await storeUpload(world, storage, anna, { bytes, description: String(at) }))
    const draft = { text: 'pictures', visibility: 'public' as const }
    expect(await refusalOf(() => publishPost(world, anna, { ...draft, mediaIds: ids }))).toMatchObject({
      code: 'media.too-many',
    })
    expect(
      await refusalOf(() => publishPost(world, ben, { ...draft, mediaIds: ids.slice(0, 1) })),
    ).toMatchObject({ code: 'media.not-found' })
    const wanted = ids.slice(0, 20).toReversed()
    const post = await publishPost(world, anna, { ...draft, mediaIds: wanted })
    const shown = await viewPost(world.db, post, undefined)
    expect(shown?.attachments.map(({ id }) => id)).toEqual(wanted)
    expect(
      await refusalOf(() => publishPost(world, anna, { ...draft, mediaIds: wanted.slice(0, 1) })),
    ).toMatchObject({ code: 'media.not-found' })
    const rest = [ids[0], ids[20]].filter((id) => id !== undefined)
    await editPost(world, anna, post, { text: 'fewer', mediaIds: rest })
    const edited = await viewPost(world.db, post, undefined)
    expect(edited?.attachments.map(({ description }) => description)).toEqual(['0', '20'])
    const history = await world.db
      .selectFrom('post_edit')
      .select('attachments')
      .where('post_id', '=', post)
      .execute()
    expect(history.map((row) => row.attachments?.length)).toEqual([20])
  })

  test('is removed when its post is, when an edit leaves it out, and when nobody posts it for a day', async () => {
    clock.advance(25 * 3_600_000)
    await removeStrayFiles(world, storage)
    const before = await filesKept()
    const bytes = await picture({ format: 'png' })
    const [one, two, three] = [
      await storeUpload(world, storage, anna, { bytes }),
      await storeUpload(world, storage, anna, { bytes }),
      await storeUpload(world, storage, anna, { bytes }),
    ]
    expect(three).toBeDefined()
    const post = await publishPost(world, anna, { text: 'x', visibility: 'public', mediaIds: [one, two] })
    await removeStrayFiles(world, storage)
    expect(await filesKept()).toHaveLength(before.length + 3)
    await editPost(world, anna, post, { text: 'y', mediaIds: [two] })
    await removeStrayFiles(world, storage)
    expect(await filesKept()).toHaveLength(before.length + 2)
    await removePost(world, anna, post)
    await removeStrayFiles(world, storage)
    expect(await filesKept()).toHaveLength(before.length + 1)
    clock.advance(25 * 3_600_000)
    await removeStrayFiles(world, storage)
    expect(await filesKept()).toHaveLength(before.length)
  })
})

describe('the storage', () => {
  test('takes no name but its own', async () => {
    for (const name of ['../secret', 'a.png', '', `${'a'.repeat(32)}.png/../../x`, `${'A'.repeat(32)}.png`]) {
      expect(isFileName(name)).toBe(false)
      expect(await storage.size(name)).toBeUndefined()
      await expect(storage.put(name, Buffer.from('x'))).rejects.toThrow('not a name of ours')
    }
  })
})

describe('films and sounds that are built to mislead', () => {
  test('never loop, never throw, never reach beyond themselves', async () => {
    const path = join(folder, 'misleading')
    const whole = film({ seconds: 3, width: 10, height: 10, secret: 'x' })
    const tagged = sound({ secret: 'y' })
    for (let at = 0; at < whole.length; at += 1) {
      const broken = Uint8Array.from(whole)
      broken.set([0xff, 0xff, 0xff, 0xff], Math.min(at, whole.length - 4))
      cleanFilm(broken)
      cleanFilm(Uint8Array.from(whole.subarray(0, at)))
      await writeFile(path, broken)
      await cleanFilmFile(path)
      await writeFile(path, tagged.subarray(0, at))
      const { start, end } = await soundWithin(path)
      expect([0 <= start, start <= end, end <= at]).toEqual([true, true, true])
    }
  })
})

test('an emoji of ours is small, and a second of its name takes its place', async () => {
  const bytes = await picture({ format: 'png', width: 600, height: 300 })
  await storeEmoji(world, storage, { shortcode: ':blob_cat:', bytes })
  const first = await world.db.selectFrom('custom_emoji').selectAll().executeTakeFirstOrThrow()
  const { width, height } = await sharp(
    join(folder, first.file?.slice(0, 2) ?? '', first.file ?? ''),
  ).metadata()
  expect({ width, height, shortcode: first.shortcode, host: first.host }).toEqual({
    width: 128,
    height: 64,
    shortcode: 'blob_cat',
    host: null,
  })
  clock.advance(1000)
  await storeEmoji(world, storage, { shortcode: 'blob_cat', bytes })
  const [second, ...others] = await world.db.selectFrom('custom_emoji').selectAll().execute()
  expect(others).toEqual([])
  expect(second).toMatchObject({ id: first.id })
  expect(second?.file).not.toBe(first.file)
  await removeStrayFiles(world, storage)
  expect(await storage.size(first.file ?? '')).toBeUndefined()
  expect(await storage.size(second?.file ?? '')).toBeGreaterThan(0)
  for (const shortcode of ['a', 'blob cat', 'blob-cat', 'x'.repeat(65), '<b>'])
    expect(await refusalOf(() => storeEmoji(world, storage, { shortcode, bytes }))).toMatchObject({
      code: 'emoji.shortcode',
    })
  expect(
    await refusalOf(() =>
      storeEmoji(world, storage, { shortcode: 'film', bytes: film({ seconds: 1, width: 1, height: 1 }) }),
    ),
  ).toMatchObject({ code: 'media.unreadable' })
})
