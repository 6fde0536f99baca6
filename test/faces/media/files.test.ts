import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Visibility } from '../../../src/base/visibility.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { removePost } from '../../../src/domain/posts/remove.ts'
import { diskStorage } from '../../../src/media/storage.ts'
import { storeEmoji, storeUpload } from '../../../src/media/upload.ts'
import { viewPost } from '../../../src/views/posts.ts'
import { film, picture } from '../../support/files.ts'
import { startWhole, type Whole } from '../../support/whole.ts'
import { personHere } from '../../support/world.ts'

let whole: Whole
let anna: LocalAccount
let bytes: Uint8Array
const folder = await mkdtemp(join(tmpdir(), 'weft-media-'))
const storage = diskStorage(join(folder, 'media'))
beforeAll(async () => {
  whole = await startWhole([], { WEFT_DATA_DIR: folder })
  anna = await personHere(whole.world, 'anna')
  await personHere(whole.world, 'ben')
  bytes = await picture({ format: 'png', width: 30, height: 20 })
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function posted(visibility: Visibility, file: Uint8Array = bytes, text = 'x') {
  const id = await storeUpload(whole.world, storage, anna, { bytes: file })
  const post = await publishPost(whole.world, anna, { text, visibility, mediaIds: [id] })
  const view = await viewPost(whole.db, post, { accountId: anna.id })
  return { post, path: new URL(view?.attachments[0]?.url ?? '').pathname }
}

describe('a file of ours', () => {
  test('is served as what it is, for good, to anybody, and as nothing else', async () => {
    const { path } = await posted('public')
    const got = await whole.ask(path)
    expect(got.status).toBe(200)
    expect(got.headers).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'public, max-age=31536000, immutable',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    })
    const again = await whole.ask(path, { headers: { 'if-none-match': String(got.headers.etag) } })
    expect(again.status).toBe(304)
    const head = await whole.ask(path, { method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, text: '' })
    expect(head.headers['content-length']).toBe(got.headers['content-length'])
  })

  test('is named in no log, not even when it cannot be read', async () => {
    const { path } = await posted('public')
    const name = path.split('/').pop() ?? ''
    const place = join(folder, 'media', name.slice(0, 2), name)
    await rm(place)
    // No name of a folder is this long, so to ask for it is an error of ours.
    await symlink('x'.repeat(300), place)
    expect((await whole.ask(path).catch(() => ({ status: 500 }))).status).toBe(500)
    expect(whole.errors).toHaveLength(1)
    const [line] = whole.errors.splice(0)
    expect(JSON.stringify(line)).not.toContain(name)
  })

  test('is given in parts, as players ask', async () => {
    const clip = film({ seconds: 2, width: 8, height: 8 })
    const { path } = await posted('public', clip)
    const part = await whole.ask(path, { headers: { range: 'bytes=4-11' } })
    expect(part).toMatchObject({ status: 206, text: 'ftypisom' })
    expect(part.headers['content-range']).toBe(`bytes 4-11/${clip.length}`)
    const rest = await whole.ask(path, { headers: { range: `bytes=${clip.length - 3}-` } })
    expect(rest.headers['content-length']).toBe('3')
    const beyond = await whole.ask(path, { headers: { range: `bytes=${clip.length}-` } })
    expect([beyond.status, beyond.headers['cache-control']]).toEqual([416, 'no-store'])
    expect((await whole.ask(path, { headers: { range: 'bytes=0-1,4-5' } })).status).toBe(200)
    expect((await whole.ask(path, { headers: { range: 'lines=1-2' } })).status).toBe(200)
  })

  test.each([
    ['followers', ''],
    ['direct', '@ben '],
  ] as const)('S-087: of a %s post is kept by no cache', async (visibility, named) => {
    const { path, post } = await posted(visibility, bytes, `${named}x`)
    const got = await whole.ask(path)
    expect(got.status).toBe(200)
    expect(got.headers['cache-control']).toBe('private, no-store')
    await removePost(whole.world, anna, post)
    expect((await whole.ask(path)).status).toBe(404)
  })

  test('S-087: is gone with its post at once, before anything is tidied up', async () => {
    const { path, post } = await posted('public')
    await removePost(whole.world, anna, post)
    const gone = await whole.ask(path)
    expect(gone).toMatchObject({ status: 404 })
    expect(gone.headers['cache-control']).toBe('no-store')
  })

  test('that is not there looks like one that never was, whatever is asked for', async () => {
    for (const name of [`${'a'.repeat(32)}.png`, 'x', '..%2f..%2fsecret', '%00', 'a'.repeat(3000), '%ff'])
      expect([400, 404]).toContain((await whole.ask(`/media/${name}`)).status)
    expect((await whole.ask('/media/')).status).toBe(404)
    expect(
      (await whole.ask(`/media/${'a'.repeat(32)}.png`, { method: 'POST' })).status,
    ).toBeGreaterThanOrEqual(404)
  })
})

test('an emoji of ours is served as a picture and as a document, and in what our people say', async () => {
  await storeEmoji(whole.world, storage, { shortcode: 'blob', bytes })
  const row = await whole.db.selectFrom('custom_emoji').selectAll().executeTakeFirstOrThrow()
  expect((await whole.ask(new URL(row.url).pathname)).headers['content-type']).toBe('image/png')
  const path = `/ap/emojis/${row.id}`
  const document = await whole.ask(path, { headers: { accept: 'application/activity+json' } })
  const emoji = {
    id: `https://weft.test${path}`,
    type: 'Emoji',
    name: ':blob:',
    updated: row.updated_at.toISOString(),
    icon: { type: 'Image', mediaType: 'image/png', url: row.url },
  }
  expect(JSON.parse(document.text)).toMatchObject(emoji)
  const id = await publishPost(whole.world, anna, { text: 'Hello :blob: :other:', visibility: 'public' })
  const note = await whole.ask(`/ap/posts/${id}`, { headers: { accept: 'application/activity+json' } })
  expect(JSON.parse(note.text).tag).toEqual([emoji])
  const missing = await whole.ask('/ap/emojis/1', { headers: { accept: 'application/activity+json' } })
  expect(missing.status).toBe(404)
  expect(whole.errors).toEqual([])
})
