import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { film, picture, sound } from '../support/files.ts'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

let one: Weft
let two: Weft
const folder = await mkdtemp(join(tmpdir(), 'weft-files-'))
const file = (name: string) => join(folder, name)
beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await Promise.all([one.cli('account', 'create', 'anna'), two.cli('account', 'create', 'ben')])
  await two.cli('follow', 'ben', `@anna@${one.host}`)
  await eventually(async () => expect(await one.cli('follows', 'anna')).toHaveLength(1))
  await writeFile(
    file('hill.jpg'),
    await picture({ format: 'jpeg', width: 64, height: 48, secret: 'taken at home' }),
  )
  await writeFile(file('waves.mp4'), film({ seconds: 7.5, width: 320, height: 240, secret: '+52.5' }))
  await writeFile(file('birds.mp3'), sound({ secret: 'Anna’s telephone' }))
  await writeFile(file('notes.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
}, 60_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
  await rm(folder, { recursive: true, force: true })
})

test('pictures, films and sounds are posted, described, and read elsewhere with all that is known of them', async () => {
  const [post] = await one.cli(
    ...['post', 'anna', 'Look and listen', '--media', file('hill.jpg'), '--alt', 'A hill'],
    ...['--media', file('waves.mp4'), '--media', file('birds.mp3')],
  )
  const arrived = await eventually(
    async () =>
      (await two.cli('timeline', 'ben')).find((row) => row.uri === post?.uri) ?? expect.fail('not there yet'),
  )
  expect(arrived.attachments).toEqual([
    expect.objectContaining({
      kind: 'image',
      mediaType: 'image/jpeg',
      description: 'A hill',
      width: 64,
      height: 48,
      blurhash: expect.stringMatching(/^.{28}$/),
    }),
    expect.objectContaining({
      kind: 'video',
      mediaType: 'video/mp4',
      description: '',
      width: 320,
      height: 240,
      duration: 7.5,
    }),
    expect.objectContaining({ kind: 'audio', mediaType: 'audio/mpeg', width: null, blurhash: null }),
  ])
  const note = await one.getJson(String(post?.uri))
  const [image, clip] = note.attachment as Record<string, unknown>[]
  expect(image).toMatchObject({ type: 'Document', name: 'A hill' })
  // Pixelfed drops a post for an empty part: what is not known is not said.
  expect(Object.keys(clip ?? {}).toSorted()).toEqual([
    'duration',
    'height',
    'mediaType',
    'type',
    'url',
    'width',
  ])
  for (const { url, mediaType } of note.attachment as { url: string; mediaType: string }[]) {
    const got = await fetch(url)
    expect(got.headers.get('content-type')).toBe(mediaType)
    const bytes = Buffer.from(await got.arrayBuffer())
    for (const secret of ['taken at home', '+52.5', 'telephone']) expect(bytes.includes(secret)).toBe(false)
  }
  const [{ url }] = note.attachment as [{ url: string }]
  await one.cli('unpost', String(post?.url))
  expect((await fetch(url)).status).toBe(404)
  await eventually(async () =>
    expect(await two.db.selectFrom('attachment').select('id').execute()).toEqual([]),
  )
}, 60_000)

test('what is no picture, film or sound is not posted, and nothing is said', async () => {
  await expect(one.cli('post', 'anna', 'An SVG', '--media', file('notes.svg'))).rejects.toThrow(
    'no picture, film or sound',
  )
  await expect(one.cli('post', 'anna', 'Nothing', '--media', file('missing.png'))).rejects.toThrow(
    'cannot be read',
  )
  expect(await one.db.selectFrom('attachment').select('id').execute()).toEqual([])
}, 30_000)
