import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { acceptFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { viewPost } from '../../src/views/posts.ts'
import { listHome } from '../../src/views/timelines.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

const INBOX = 'https://weft.test/ap/inbox'
let whole: Whole
let anna: LocalAccount
let alice: Person
beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  await alice.post(
    INBOX,
    alice.create(alice.note('hi', { cc: [anna.uri], tag: [{ type: 'Mention', href: anna.uri }] })),
  )
  await whole.settled()
  const known = (await findAccountByUri(whole.db, alice.uri)) ?? expect.fail('alice is not known')
  await requestFollow(whole.world, anna, known)
  await acceptFollow(whole.world, { followerId: anna.id, followedId: known.id })
}, 60_000)
afterAll(() => whole?.[Symbol.asyncDispose]())

async function receive(object: Json) {
  await alice.post(INBOX, alice.create({ ...alice.note(''), content: undefined, ...object }))
  await whole.settled()
  const post = (await findPostByUri(whole.db, String(object.id))) ?? expect.fail('not stored')
  const view = (await viewPost(whole.db, post.id, undefined)) ?? expect.fail('not seen')
  return view
}

test.each<[string, Json, object]>([
  [
    'Article',
    {
      name: 'A <i>history</i> of rain',
      summary: '<p>In short</p>',
      content: '<h2>One</h2><p>Long</p><script>x</script>',
      url: 'https://far.test/rain',
    },
    {
      kind: 'article',
      title: 'A history of rain',
      summary: 'In short',
      contentHtml: '<p><strong>One</strong></p><p>Long</p>',
      url: 'https://far.test/rain',
    },
  ],
  [
    'Article',
    { name: 'With a preview', content: '<p>Long</p>', preview: { type: 'Note', content: '<p>In short</p>' } },
    { summary: 'In short' },
  ],
  [
    'Page',
    { name: 'A page', attachment: [{ type: 'Link', href: 'https://news.test/1' }] },
    { kind: 'page', contentHtml: expect.stringContaining('href="https://news.test/1"') },
  ],
  [
    'Video',
    {
      name: 'A film',
      mediaType: 'text/markdown',
      content: '**bold**',
      url: [
        { type: 'Link', mediaType: 'text/html', href: 'https://far.test/w/1' },
        { type: 'Link', mediaType: 'video/mp4', href: 'https://far.test/1.mp4', height: 480 },
      ],
      duration: 'PT90S',
    },
    {
      kind: 'video',
      url: 'https://far.test/w/1',
      contentHtml: '<p>**bold**</p>',
      attachments: [expect.objectContaining({ kind: 'video', url: 'https://far.test/1.mp4', duration: 90 })],
    },
  ],
  [
    'Audio',
    { name: 'A song', url: [{ type: 'Link', mediaType: 'audio/ogg', href: 'https://far.test/1.ogg' }] },
    { kind: 'audio', attachments: [expect.objectContaining({ kind: 'audio' })] },
  ],
  [
    'Image',
    { name: 'A picture', url: 'https://far.test/1.webp' },
    { kind: 'image', attachments: [expect.objectContaining({ kind: 'image', mediaType: 'image/webp' })] },
  ],
  [
    'Event',
    {
      name: 'A dance',
      content: '<p>Come</p>',
      startTime: '2026-12-01T18:00:00Z',
      endTime: '2026-12-01T20:00:00Z',
      location: { type: 'Place', name: 'Hall' },
    },
    { kind: 'event', contentHtml: '<p>2026-12-01 18:00 UTC – 2026-12-01 20:00 UTC<br />Hall</p><p>Come</p>' },
  ],
  [
    'Recipe',
    { name: 'Soup', content: '<p>Carrots</p>' },
    { kind: 'recipe', title: 'Soup', contentHtml: '<p>Carrots</p>' },
  ],
])('%s is read whole, with its title and what it holds', async (type, parts, expected) => {
  const id = `https://far.test/things/${type}-${Object.keys(parts).length}`
  const view = await receive({ id, type, ...parts })
  expect(view).toMatchObject(expected)
  const home = await listHome(whole.db, anna.id, { limit: 20 })
  expect(home.items.map((post) => post.id)).toContain(view.id)
})

test('several languages are kept, the words as they were typed, and what was said before', async () => {
  const id = 'https://far.test/notes/many'
  const view = await receive({
    id,
    type: 'Note',
    content: '<p>Hello</p>',
    contentMap: { en: '<p>Hello</p>', de: '<p>Hallo <script>x</script></p>', 'not a tag': 'x' },
    source: { content: 'Hello', mediaType: 'text/markdown' },
    published: '2026-11-01T08:00:00Z',
    updated: '2026-11-01T10:00:00Z',
    formerRepresentations: {
      type: 'OrderedCollection',
      orderedItems: [{ type: 'Note', content: '<p>Helo</p>', published: '2026-11-01T08:00:00Z' }],
    },
  })
  expect(view).toMatchObject({
    language: 'en',
    contentMap: { en: '<p>Hello</p>', de: '<p>Hallo </p>' },
    source: 'Hello',
    sourceType: 'text/markdown',
  })
  const history = () =>
    whole.db
      .selectFrom('post_edit')
      .select(['content_html', 'created_at'])
      .where('post_id', '=', view.id)
      .orderBy('created_at')
      .execute()
  expect(await history()).toEqual([
    { content_html: '<p>Helo</p>', created_at: new Date('2026-11-01T08:00:00Z') },
  ])

  // An edit adds what stood until now; what it says of the past itself is known already.
  const edited = {
    ...alice.note('Hello there'),
    id,
    attachment: [{ type: 'Document', mediaType: 'image/png', url: 'https://far.test/1.png' }],
    published: '2026-11-01T08:00:00Z',
    updated: '2026-11-01T12:00:00Z',
    formerRepresentations: {
      type: 'OrderedCollection',
      orderedItems: [
        { type: 'Note', content: '<p>Hello</p>', updated: '2026-11-01T10:00:00Z' },
        { type: 'Note', content: '<p>Helo</p>', published: '2026-11-01T08:00:00Z' },
      ],
    },
  }
  await alice.post(INBOX, alice.update(edited))
  await whole.settled()
  expect((await history()).map((row) => row.content_html)).toEqual(['<p>Helo</p>', '<p>Hello</p>'])
  expect(await viewPost(whole.db, view.id, undefined)).toMatchObject({
    contentHtml: '<p>Hello there</p>',
    contentMap: null,
    attachments: [{ url: 'https://far.test/1.png' }],
  })
  expect(whole.errors).toEqual([])
})
