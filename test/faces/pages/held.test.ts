import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import { updateAccount } from '../../../src/domain/accounts/update.ts'
import { closePoll } from '../../../src/domain/polls/close.ts'
import { vote } from '../../../src/domain/polls/vote.ts'
import { findPostByUri } from '../../../src/domain/posts/find.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { diskStorage } from '../../../src/media/storage.ts'
import { storeEmoji, storeUpload } from '../../../src/media/upload.ts'
import { incomingFrom } from '../../../src/translate/from-activity/note.ts'
import { testDatabase } from '../../support/database.ts'
import { film, sound } from '../../support/files.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere } from '../../support/world.ts'
import { attacks } from '../../text/attacks.ts'
import { startSite } from './site.ts'

const CHROMIUM = process.env.WEFT_TEST_CHROMIUM ?? '/usr/bin/chromium'
/** Where to put pictures for people to look at; none are made without it. */
const PICTURES = process.env.WEFT_TEST_PICTURES

const database = await testDatabase()
const folder = await mkdtemp(join(tmpdir(), 'weft-media-'))
const storage = diskStorage(folder)
const site = await startSite({ db: database.db, storage })
afterAll(async () => {
  await site[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})
const { world, clock } = site
const anna = await site.person('anna', { displayName: 'Anna' })
const ben = await site.person('ben')
const far = await personElsewhere(world, 'far')
const visitor = site.visitor()
const say = (text: string, more: object = {}) =>
  publishPost(world, anna, { text, visibility: 'public', language: 'en', ...more })
const page = async (id: PostId) => (await visitor.get(`/@anna/${id}`)).body
/** A landscape of two colours, so that a picture of it shows what is what. */
const landscape = (width: number, height: number, sky: string) =>
  sharp({ create: { width, height, channels: 3, background: sky } })
    .composite([
      {
        input: { create: { width, height: Math.round(height / 3), channels: 3, background: '#3c5a3c' } },
        gravity: 'south',
      },
    ])
    .png()
    .toBuffer()
const upload = (bytes: Uint8Array, description = '') =>
  storeUpload(world, storage, anna, { bytes, description })

describe('a poll on a page', () => {
  test('shows its answers, shares, voters and end, and to whoever voted what they chose', async () => {
    const poll = { options: ['tea <b>', 'coffee'], expiresInSeconds: 3600 }
    const id = await say('What shall it be?', { poll })
    await vote(world, ben, id, [0])
    const shown = await page(id)
    expect(shown).toContain('tea &lt;b&gt;')
    expect(shown).toMatch(/100%<\/span><progress max="1" value="1"/)
    expect(shown).toContain('1 person voted')
    expect(shown).toContain('ends 20 November 2026')
    expect(shown).not.toContain('your vote')
    const reader = site.visitor()
    await reader.signIn('ben')
    expect((await reader.get(`/@anna/${id}`)).body).toContain('your vote')
    clock.advance(3_700_000)
    await closePoll(world, id)
    expect(await page(id)).toContain('ended 1 min')
  })

  test('hides what is hidden until it ends', async () => {
    const id = await say('Secret?', {
      poll: { options: ['a', 'b'], hideTotals: true, expiresInSeconds: 3600 },
    })
    await vote(world, ben, id, [0])
    const shown = await page(id)
    expect(shown).toContain('results when it ends')
    expect(shown).not.toContain('progress')
  })
})

describe('files on a page', () => {
  test('of ours are shown with what they say of themselves, from here', async () => {
    const picture = await upload(await landscape(60, 40, '#9cc4e8'), 'A "hill" <at> dusk')
    const clip = await upload(film({ seconds: 3, width: 64, height: 36 }), 'waves')
    const song = await upload(sound({ secret: 'x' }), 'birds')
    const shown = await page(await say('', { mediaIds: [picture, clip, song] }))
    expect(shown).toMatch(
      /<img class="u-photo" src="\/media\/[0-9a-f]{32}\.png" alt="A &quot;hill&quot; &lt;at&gt; dusk" width="60" height="40"/,
    )
    expect(shown).toMatch(
      /<video class="u-video" controls preload="metadata" src="\/media\/[0-9a-f]{32}\.mp4" width="64" height="36" aria-label="waves">/,
    )
    expect(shown).toMatch(
      /<audio class="u-audio" controls preload="none" src="\/media\/[0-9a-f]{32}\.mp3" aria-label="birds">/,
    )
  })

  test('S-098: of others are links: nothing of theirs is loaded', async () => {
    const parent = await say('Show me')
    const incoming = incomingFrom(
      {
        id: `${far.uri}/1`,
        type: 'Note',
        attributedTo: far.uri,
        to: 'as:Public',
        inReplyTo: world.uris.post(parent),
        content: '<p>Here</p>',
        attachment: [
          { type: 'Document', mediaType: 'image/png', url: 'https://cdn.far.test/a.png', name: 'a <cat>' },
          {
            type: 'Video',
            url: [{ type: 'Link', mediaType: 'video/mp4', href: 'https://cdn.far.test/b.mp4' }],
            duration: 'PT62S',
          },
        ],
      },
      clock.now(),
    )
    await receivePosts(world, [{ author: far, incoming }])
    const shown = await page(parent)
    expect(shown).toContain(
      '<a href="https://cdn.far.test/a.png" rel="nofollow noopener noreferrer" target="_blank">Picture on cdn.far.test</a>',
    )
    expect(shown).toContain('a &lt;cat&gt;')
    expect(shown).toContain('Video, 1:02 on cdn.far.test')
    expect(shown).not.toMatch(/(?:src|poster)="https/)
  })
})

describe('an article on a page', () => {
  test('is folded behind what it is about, whole, and its title leads to it', async () => {
    const parent = await say('Read this')
    const long = Array.from({ length: 60 }, (_, at) => `<p>Paragraph ${at} of a long text.</p>`).join('')
    const incoming = incomingBy(far, {
      kind: 'article',
      title: 'On :nothing: & rain',
      summary: 'What it is about',
      contentHtml: long,
      inReplyToUri: world.uris.post(parent),
    })
    await receivePosts(world, [{ author: far, incoming }])
    const shown = await page(parent)
    expect(shown).toContain(
      `<a href="${incoming.url}" rel="nofollow noopener noreferrer">On :nothing: &amp; rain</a>`,
    )
    expect(shown).toContain('What it is about')
    expect(shown).toMatch(/<details class="whole"><summary>Read more<\/summary>/)
    expect(shown).toContain('Paragraph 59')
    expect(shown).not.toContain('class="warned"')
  })
})

describe('custom emoji on a page', () => {
  test('stand as pictures in words, warnings, polls and names, and not in links', async () => {
    const blob = await sharp({ create: { width: 64, height: 64, channels: 4, background: '#e0a020' } })
      .png()
      .toBuffer()
    await storeEmoji(world, storage, { shortcode: 'blob_sun', bytes: blob })
    await updateAccount(world, anna, { displayName: 'Anna :blob_sun:' })
    const id = await say(':blob_sun: shines :no_such: https://x.test/:blob_sun:/', {
      summary: ':blob_sun: weather',
      poll: { options: [':blob_sun:', 'rain'], expiresInSeconds: 3600 },
    })
    const shown = await page(id)
    const picture =
      /<img class="shortcode" src="\/media\/[0-9a-f]{32}\.png" alt=":blob_sun:" title=":blob_sun:"/g
    expect(shown.match(picture)?.length).toBe(4)
    expect(shown).toContain(':no_such:')
    expect(shown).toContain('x.test/:blob_sun:/')
  })

  test('S-103: of others are text as long as we hold no copy', async () => {
    const parent = await say('Hello there')
    const incoming = incomingBy(far, {
      contentHtml: '<p>:far_cat:</p>',
      inReplyToUri: world.uris.post(parent),
      emojis: [
        {
          shortcode: 'far_cat',
          uri: null,
          url: 'https://far.test/cat.png',
          mediaType: null,
          updatedAt: null,
        },
      ],
    })
    await receivePosts(world, [{ author: far, incoming }])
    expect(await page(parent)).toContain('<p>:far_cat:</p>')
  })
})

test('a post is read in the language of the reader, where it speaks it', async () => {
  const id = await say('Good morning', { translations: { de: 'Guten Morgen', 'pt-BR': 'Bom dia' } })
  const read = async (languages: string) =>
    (await visitor.get(`/@anna/${id}`, { 'accept-language': languages })).body.match(
      /<div class="prose e-content"[^>]*>.*?<\/div>/s,
    )?.[0]
  expect(await read('de-AT,en;q=0.5')).toContain('lang="de"><p>Guten Morgen</p>')
  expect(await read('pt')).toContain('lang="pt-BR"><p>Bom dia</p>')
  expect(await read('fr')).toContain('lang="en"><p>Good morning</p>')
})

test('S-100: whatever others put into what posts hold is inert on a page', async () => {
  const parent = await say('Bring it')
  const arrivals = attacks.map((attack, at) => ({
    author: far,
    incoming: incomingFrom(
      {
        id: `${far.uri}/attack/${at}`,
        type: 'Question',
        attributedTo: far.uri,
        to: 'as:Public',
        inReplyTo: world.uris.post(parent),
        name: attack,
        content: attack,
        contentMap: { en: attack, de: attack },
        oneOf: [
          { type: 'Note', name: attack },
          { type: 'Note', name: `${attack} ` },
        ],
        attachment: [
          {
            type: 'Image',
            url: `https://far.test/${encodeURIComponent(attack.toWellFormed())}`,
            mediaType: 'image/png',
            name: attack,
          },
        ],
        tag: [{ type: 'Emoji', name: attack, icon: { type: 'Image', url: attack } }],
      },
      clock.now(),
    ),
  }))
  await receivePosts(world, arrivals)
  expect(await findPostByUri(world.db, `${far.uri}/attack/0`)).toBeDefined()
  const shown = await page(parent)
  const thread = shown.slice(shown.indexOf('id="replies"'))
  expect(thread).toContain('Picture on far.test')
  for (const [piece] of thread.matchAll(/<[^>]*>?/g)) {
    expect(piece).toMatch(/^<\/?[a-z][a-z0-9]*(?: [a-zA-Z-]+(?:="[^"<]*")?)*(?: ?\/)?>$/)
    const bare = piece.replace(/"[^"]*"/g, '""')
    expect(bare, piece).not.toMatch(
      /^<\/?(?:script|style|iframe|object|embed|form|base|meta|link)\b| on[a-z]+=| style=/i,
    )
    const address = / (?:href|src)="([^"]*)"/.exec(piece)?.[1]
    if (address !== undefined)
      expect(address).toMatch(/^(?:https?:\/\/|\/|#|mailto:|xmpp:|gemini:|gopher:|magnet:|ipfs:|ipns:)/)
  }
})

describe.skipIf(!existsSync(CHROMIUM))('in a browser', { timeout: 120_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  }, 60_000)
  afterAll(() => browser?.close())

  test('pictures and emoji are loaded, nothing comes from elsewhere, and nothing is wider than a phone', async () => {
    const one = await say('One picture :blob_sun:', {
      mediaIds: [await upload(await landscape(900, 500, '#7fb2dd'), 'A hill')],
    })
    const four = await Promise.all(
      ['#7fb2dd', '#ddb27f', '#b27fdd', '#7fddb2'].map(async (sky) =>
        upload(await landscape(600, 800, sky), sky),
      ),
    )
    const several = await say('Four pictures', { mediaIds: four })
    const clip = await say('A film and a sound', {
      mediaIds: [
        await upload(film({ seconds: 3, width: 640, height: 360 })),
        await upload(sound({ secret: 'x' })),
      ],
    })
    const asked = await say('What do you drink in the morning?', {
      poll: {
        options: ['Tea, with milk and far too much sugar', 'Coffee', 'Water', 'Nothing :blob_sun:'],
        multiple: true,
        expiresInSeconds: 86_400,
      },
    })
    await vote(world, ben, asked, [0, 1])
    const about = await say('An article, a page and a film from elsewhere')
    const texts = Array.from(
      { length: 40 },
      (_, at) => `<p>Paragraph ${at}: rain falls on roofs, on rivers and on people without umbrellas.</p>`,
    )
    await receivePosts(world, [
      {
        author: far,
        incoming: incomingBy(far, {
          kind: 'article',
          title: 'A history of rain',
          summary: 'From the first cloud to the last umbrella',
          contentHtml: texts.join(''),
          inReplyToUri: world.uris.post(about),
        }),
      },
      {
        author: far,
        incoming: incomingBy(far, {
          kind: 'video',
          title: 'Rain, filmed',
          contentHtml: '<p>Ten minutes of it.</p>',
          inReplyToUri: world.uris.post(about),
          attachments: [
            {
              kind: 'video',
              url: 'https://cdn.far.test/rain.mp4',
              mediaType: 'video/mp4',
              description: '',
              blurhash: null,
              focus: null,
              width: 1280,
              height: 720,
              duration: 613,
              previewUrl: null,
            },
          ],
        }),
      },
    ])
    const reader = await browser.newPage({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' })
    const complaints: string[] = []
    const origins = new Set<string>()
    reader.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    reader.on('request', (request) => origins.add(new URL(request.url()).origin))
    for (const [name, id] of Object.entries({ one, several, clip, asked, about })) {
      for (const width of [320, 390, 1280]) {
        await reader.setViewportSize({ width, height: 844 })
        await reader.goto(`${site.url}/@anna/${id}`, { waitUntil: 'networkidle' })
        expect(
          await reader.evaluate('document.documentElement.scrollWidth'),
          `${name} at ${width}`,
        ).toBeLessThanOrEqual(width)
        const broken = await reader.evaluate(
          '[...document.images].filter((one) => one.complete && one.naturalWidth === 0).map((one) => one.src)',
        )
        expect(broken).toEqual([])
        if (!PICTURES || width === 320) continue
        await mkdir(PICTURES, { recursive: true })
        for (const colorScheme of ['light', 'dark'] as const) {
          await reader.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          await reader.screenshot({
            path: join(PICTURES, `held-${name}-${width}-${colorScheme}.png`),
            fullPage: true,
          })
        }
      }
    }
    expect(origins).toEqual(new Set([site.url]))
    expect(complaints.filter((text) => !/decode|DEMUXER|media/i.test(text))).toEqual([])
    await reader.close()
  })
})
