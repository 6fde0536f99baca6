import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishPost } from '../../src/domain/posts/publish.ts'
import type { Json, Person } from '../support/peer.ts'
import { eventually, startWeft, type Weft } from '../support/weft.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

const INBOX = 'https://weft.test/ap/inbox'
const folder = await mkdtemp(join(tmpdir(), 'weft-emoji-'))
const blob = (background: string) =>
  sharp({ create: { width: 300, height: 150, channels: 4, background } })
    .png()
    .toBuffer()
afterAll(() => rm(folder, { recursive: true, force: true }))

// Two whole servers first: in a process that is a server itself, every request is guarded like that server's.
test('ours are written by name, sent with their picture, and shown on the other server', async () => {
  const [one, two]: [Weft, Weft] = await Promise.all([startWeft(), startWeft()])
  try {
    const file = join(folder, 'blob.png')
    await sharp(await blob('#20a060')).toFile(file)
    await Promise.all([one.cli('account', 'create', 'anna'), two.cli('account', 'create', 'ben')])
    await one.cli('emoji', 'add', 'blob_green', file, '--category', 'blobs')
    await one.cli('account', 'update', 'anna', '--display-name', 'Anna :blob_green:')
    await two.cli('follow', 'ben', `@anna@${one.host}`)
    await eventually(async () => expect(await one.cli('follows', 'anna')).toHaveLength(1))
    const [post] = await one.cli('post', 'anna', 'Hello :blob_green: and :none:')
    const note = await one.getJson(String(post?.uri))
    expect(note.tag).toMatchObject([
      {
        type: 'Emoji',
        name: ':blob_green:',
        updated: expect.any(String),
        icon: { type: 'Image', mediaType: 'image/png' },
      },
    ])
    const [{ id }] = note.tag as [{ id: string }]
    expect(await one.getJson(id)).toMatchObject({ type: 'Emoji', name: ':blob_green:' })
    const arrived = await eventually(
      async () =>
        (await two.cli('timeline', 'ben')).find((row) => row.uri === post?.uri) ??
        expect.fail('not there yet'),
    )
    expect(arrived.emojis).toMatchObject([{ shortcode: 'blob_green' }])
    await eventually(async () => {
      const copies = await two.db.selectFrom('custom_emoji').select(['host', 'file']).execute()
      expect(copies).toEqual([{ host: one.host, file: expect.stringMatching(/\.png$/) }])
    })
    await one.cli('emoji', 'remove', 'blob_green')
    expect(await one.cli('emoji', 'list')).toEqual([])
  } finally {
    await Promise.all([one.stop(), two.stop()])
  }
}, 180_000)

describe('emoji of other servers', () => {
  let whole: Whole
  let alice: Person
  beforeAll(async () => {
    whole = await startWhole(['far.test', 'cdn.far.test'], { WEFT_DATA_DIR: folder })
    alice = await whole.peer.person('alice', {
      host: 'far.test',
      actor: {
        name: 'Alice :sun:',
        tag: [{ type: 'Emoji', name: ':sun:', icon: { type: 'Image', url: 'https://cdn.far.test/sun.png' } }],
      },
    })
  }, 60_000)
  afterAll(() => whole?.[Symbol.asyncDispose]())
  const page = async (path: string) => (await whole.ask(path, { headers: { accept: 'text/html' } })).text
  const emoji = (name: string, url: string, updated: string) => ({
    id: `https://far.test/emojis/${name}`,
    type: 'Emoji',
    name: `:${name}:`,
    updated,
    icon: { type: 'Image', mediaType: 'image/png', url },
  })

  test('emoji from elsewhere are shown from here: fetched once, small, written anew, and again when they change', async () => {
    const anna = await personHere(whole.world, 'anna')
    const parent = await publishPost(whole.world, anna, { text: 'How is it there?', visibility: 'public' })
    for (const [name, colour] of [
      ['sun', '#e0a020'],
      ['rain', '#4060c0'],
    ] as const) {
      const body = await blob(colour)
      whole.peer.answer(`https://cdn.far.test/${name}.png`, { type: 'image/png', body })
    }
    whole.peer.answer('https://cdn.far.test/evil.png', {
      type: 'image/png',
      body: '<svg onload="alert(1)"/>',
    })
    const reply = async (content: string, tag: Json[]) => {
      const note = alice.note(content, { inReplyTo: whole.world.uris.post(parent), tag })
      await alice.post(INBOX, alice.create(note))
      await whole.settled()
    }
    const rain = emoji('rain', 'https://cdn.far.test/rain.png', '2026-01-01T00:00:00Z')
    await reply('<p>:rain: and :evil:</p>', [
      rain,
      emoji('evil', 'https://cdn.far.test/evil.png', '2026-01-01T00:00:00Z'),
    ])
    await reply('<p>still :rain:</p>', [rain])
    expect(whole.peer.hits('https://cdn.far.test/rain.png')).toBe(1)
    const shown = await page(`/@anna/${parent}`)
    expect(shown).toMatch(/<bdi>Alice <img class="shortcode" src="\/media\/[0-9a-f]{32}\.png" alt=":sun:"/)
    expect(shown).toContain('and :evil:')
    const first =
      /src="(\/media\/[0-9a-f]{32}\.png)" alt=":rain:"/.exec(shown)?.[1] ?? expect.fail('no picture')
    const got = await whole.ask(first)
    expect(got.headers['content-type']).toBe('image/png')

    // An older picture changes nothing, a newer one takes its place.
    whole.peer.answer('https://cdn.far.test/rain2.png', { type: 'image/png', body: await blob('#101040') })
    await reply('<p>old</p>', [emoji('rain', 'https://cdn.far.test/rain0.png', '2025-01-01T00:00:00Z')])
    expect(whole.peer.hits('https://cdn.far.test/rain0.png')).toBe(0)
    await reply('<p>new</p>', [emoji('rain', 'https://cdn.far.test/rain2.png', '2026-02-01T00:00:00Z')])
    const second = /src="(\/media\/[0-9a-f]{32}\.png)" alt=":rain:"/.exec(await page(`/@anna/${parent}`))?.[1]
    expect(second).toBeDefined()
    expect(second).not.toBe(first)
    expect((await whole.ask(first)).status).toBe(404)
    expect(whole.errors).toEqual([])
  }, 30_000)
})
