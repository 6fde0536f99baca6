import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { editPost } from '../../src/domain/posts/edit.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import type { Draft } from '../../src/domain/posts/post.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { viewPost } from '../../src/views/posts.ts'
import type { CardView } from '../../src/views/view.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* Pages of news.test, as people here and elsewhere link to them. */

let whole: Whole
let anna: LocalAccount
let alice: Person
let count = 0

beforeAll(async () => {
  whole = await startWhole(['far.test', 'news.test', 'sub.news.test', 'other.test', 'third.test'])
  anna = await personHere(whole.world, 'anna')
  alice = await whole.peer.person('alice', { host: 'far.test', actor: { attributionDomains: ['news.test'] } })
  expect((await alice.post(`${ORIGIN}/ap/inbox`, alice.follow(anna.uri))).status).toBe(202)
  await whole.settled()
  const known = await findAccountByUri(whole.db, alice.uri)
  await requestFollow(whole.world, anna, known as NonNullable<typeof known>)
  await whole.settled()
  await alice.post(`${ORIGIN}/ap/inbox`, alice.accept(await alice.receives('Follow')))
  await whole.settled()
}, 60_000)
beforeEach(() => {
  whole.peer.requests.length = 0
})
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

/** A fresh page with that head. */
function page(
  head: string,
  more: { host?: string; headers?: Record<string, string>; body?: Buffer } = {},
): string {
  const url = `https://${more.host ?? 'news.test'}/${++count}`
  whole.peer.answer(url, {
    headers: { 'content-type': 'text/html; charset=utf-8', ...more.headers },
    body: more.body ?? `<!doctype html><html lang="en"><head>${head}</head><body>words</body></html>`,
  })
  return url
}

async function publish(text: string, draft: Partial<Draft> = {}): Promise<PostId> {
  const id = await publishPost(whole.world, anna, { text, visibility: 'public', ...draft })
  await whole.settled()
  return id
}

const cardOf = async (id: PostId): Promise<CardView | null | undefined> =>
  (await viewPost(whole.db, id, { accountId: anna.id }))?.card

/** A post of Alice's; what waits for its page is due at once. */
async function arrives(note: Json): Promise<PostId> {
  expect((await alice.post(`${ORIGIN}/ap/inbox`, alice.create(note))).status).toBe(202)
  await whole.settled()
  await sql`UPDATE job SET due_at = now() WHERE kind = 'preview'`.execute(whole.db)
  await whole.settled()
  return (await findPostByUri(whole.db, String(note.id)))?.id as PostId
}

describe('the first link of a post', () => {
  test('is shown with what its page says of itself, on the page of the post too', async () => {
    const url = page(`<title>No</title>
      <meta property="og:title" content="Rain &amp; shine">
      <meta property="og:description" content="It rained,  and then it shone.">
      <meta property="og:site_name" content="The News">
      <meta property="og:image" content="/rain.png"><meta property="og:image:alt" content="wet umbrellas">
      <meta property="og:image:width" content="600"><meta name="author" content="Nora Quill">`)
    const id = await publish(`Look: ${url}?utm_source=x#part and https://other.test/2`)
    expect(await cardOf(id)).toMatchObject({
      url,
      title: 'Rain & shine',
      description: 'It rained, and then it shone.',
      provider: 'The News',
      kind: 'link',
      authorName: 'Nora Quill',
      author: null,
      imageUrl: 'https://news.test/rain.png',
      imageAlt: 'wet umbrellas',
      imageWidth: 600,
      language: 'en',
    })
    const { text } = await whole.ask(`/@anna/${id}`, { headers: { accept: 'text/html' } })
    expect(text).toContain('Rain &amp; shine')
    expect(text).not.toContain('rain.png')
  })

  test('is asked for once, however many posts link to it, and again after two weeks', async () => {
    const url = page('<title>Once</title>')
    const ids = await Promise.all([publish(url), publish(`again ${url}#x`), publish(`and ${url}?fbclid=1`)])
    expect(whole.peer.hits(url)).toBe(1)
    for (const id of ids) expect((await cardOf(id))?.title).toBe('Once')
    await whole.db
      .updateTable('preview')
      .set({ fresh_until: new Date(0) })
      .where('url', '=', url)
      .execute()
    await publish(`much later ${url}`)
    expect(whole.peer.hits(url)).toBe(2)
  })

  test('changes with an edit, and goes with it', async () => {
    const [first, second] = [page('<title>First</title>'), page('<title>Second</title>')]
    const id = await publish(first)
    await editPost(whole.world, anna, id, { text: `now ${second}` })
    await whole.settled()
    expect((await cardOf(id))?.title).toBe('Second')
    await editPost(whole.world, anna, id, { text: 'no link any more' })
    await whole.settled()
    expect(await cardOf(id)).toBeNull()
  })

  test('of a post from elsewhere is asked for some time later, not at the same moment as by everybody', async () => {
    const url = page('<title>Later</title>')
    const note = alice.note(`<p>see <a href="${url}">this</a></p>`)
    expect((await alice.post(`${ORIGIN}/ap/inbox`, alice.create(note))).status).toBe(202)
    await whole.settled()
    expect(whole.peer.hits(url)).toBe(0)
    const { rows } = await sql<{ wait: number }>`
      SELECT extract(epoch FROM due_at - now())::float8 AS wait FROM job WHERE kind = 'preview'`.execute(
      whole.db,
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.wait).toBeGreaterThan(3)
    expect(rows[0]?.wait).toBeLessThan(61)
    await sql`UPDATE job SET due_at = now() WHERE kind = 'preview'`.execute(whole.db)
    await whole.settled()
    const id = (await findPostByUri(whole.db, String(note.id)))?.id as PostId
    expect((await cardOf(id))?.title).toBe('Later')
  })
})

describe('nothing is asked for', () => {
  test('of a direct post, a mention, a hashtag, a profile, a post or a page of ours', async () => {
    const url = page('<title>Secret</title>')
    const known = alice.note('a post that is known here')
    await arrives(known)
    whole.peer.requests.length = 0
    await publish(`for @alice@far.test: ${url}`, { visibility: 'direct' })
    await publish(`@alice@far.test #rain ${alice.uri} ${known.id} ${ORIGIN}/@anna`)
    expect(whole.peer.requests.filter(({ method }) => method === 'GET')).toEqual([])
  })

  test('that robots.txt does not allow; it is asked for once for all pages', async () => {
    whole.peer.answer('https://other.test/robots.txt', {
      headers: { 'content-type': 'text/plain' },
      body: 'User-agent: *\nDisallow: /\n\nUser-agent: Weft\nDisallow: /private\n',
    })
    whole.peer.answer('https://other.test/private/1', {
      headers: { 'content-type': 'text/html' },
      body: '<title>Private</title>',
    })
    whole.peer.answer('https://other.test/open', {
      headers: { 'content-type': 'text/html' },
      body: '<title>Open</title>',
    })
    expect(await cardOf(await publish('https://other.test/private/1'))).toBeNull()
    expect((await cardOf(await publish('https://other.test/open')))?.title).toBe('Open')
    expect(whole.peer.hits('https://other.test/private/1')).toBe(0)
    expect(whole.peer.hits('https://other.test/robots.txt')).toBe(1)
  })
  test('to which a page sends on, and its own robots.txt does not allow', async () => {
    whole.peer.answer('https://other.test/sends-on', {
      status: 302,
      headers: { location: 'https://third.test/private/2' },
    })
    whole.peer.answer('https://third.test/robots.txt', {
      headers: { 'content-type': 'text/plain' },
      body: 'User-agent: *\nDisallow: /private\n',
    })
    whole.peer.answer('https://third.test/private/2', {
      headers: { 'content-type': 'text/html' },
      body: '<title>Private</title>',
    })
    expect(await cardOf(await publish('https://other.test/sends-on'))).toBeNull()
    expect(whole.peer.hits('https://third.test/private/2')).toBe(0)
  })
})

describe('whatever a page is', () => {
  const nothing: [string, () => string][] = [
    [
      'no HTML',
      () => page('', { headers: { 'content-type': 'image/png' }, body: Buffer.from('<title>x</title>') }),
    ],
    ['without a title', () => page('<meta name="description" content="no name">')],
    ['missing', () => 'https://news.test/missing'],
    [
      'behind a redirect to a private address',
      () => {
        const url = `https://news.test/${++count}`
        whole.peer.answer(url, { status: 302, headers: { location: 'https://10.0.0.1/' } })
        return url
      },
    ],
  ]
  test.each(nothing)('S-066: one %s has no card, and the post stands', async (_what, make) => {
    const id = await publish(`see ${make()}`)
    expect(await cardOf(id)).toBeNull()
  })

  test('one of many megabytes is read as far as its head', async () => {
    const url = page('', {
      body: Buffer.concat([Buffer.from('<title>Huge</title><body>'), Buffer.alloc(3_000_000, 'x')]),
    })
    expect((await cardOf(await publish(url)))?.title).toBe('Huge')
  })

  test.each([
    [
      'its header says',
      'text/html; charset=iso-8859-2',
      Buffer.from('<title>B\u00e3</title>', 'latin1'),
      'Bă',
    ],
    [
      'it says itself',
      'text/html',
      Buffer.concat([
        Buffer.from('<meta charset="shift_jis"><title>'),
        Buffer.from([0x93, 0xfa, 0x96, 0x7b]),
        Buffer.from('</title>'),
      ]),
      '日本',
    ],
    ['nobody says', 'text/html', Buffer.from('<title>Gr\u00fc\u00dfe</title>', 'latin1'), 'Grüße'],
  ])('its letters are read as %s', async (_what, type, body, title) => {
    const url = page('', { headers: { 'content-type': type }, body })
    expect((await cardOf(await publish(url)))?.title).toBe(title)
  })

  test('S-104: of oEmbed only words are taken, and of a page only text', async () => {
    const oembed = 'https://news.test/oembed'
    whole.peer.answer(oembed, {
      headers: { 'content-type': 'application/json' },
      body: {
        type: 'video',
        title: 'Film',
        author_name: '<b>Vera</b>',
        author_url: 'javascript:alert(1)',
        html: '<iframe src="https://evil.test">',
      },
    })
    const url =
      page(`<title>&lt;script&gt;alert(1)&lt;/script&gt;</title><meta property="og:image" content="javascript:alert(1)">
      <link rel="alternate" type="application/json+oembed" href="${oembed}">`)
    const id = await publish(url)
    expect(await cardOf(id)).toMatchObject({
      kind: 'video',
      authorName: '<b>Vera</b>',
      authorUrl: null,
      imageUrl: null,
    })
    const { text } = await whole.ask(`/@anna/${id}`, { headers: { accept: 'text/html' } })
    expect(text).not.toMatch(/<script|<iframe|javascript:|<b>Vera/)
    expect(JSON.stringify(await whole.db.selectFrom('preview').selectAll().execute())).not.toContain('iframe')
  })
})

describe('fediverse:creator', () => {
  const by = (handle: string) =>
    `<title>By somebody</title><meta name="fediverse:creator" content="${handle}">`

  test('names somebody who lists the page’s domain, also for the domains below it', async () => {
    for (const host of ['news.test', 'sub.news.test']) {
      const card = await cardOf(await publish(page(by('@alice@far.test'), { host })))
      expect(card?.author?.uri).toBe(alice.uri)
    }
  })

  test('names nobody who does not, and nobody who is not there', async () => {
    const foreign = await cardOf(await publish(page(by('@alice@far.test'), { host: 'other.test' })))
    expect(foreign).toMatchObject({ title: 'By somebody', author: null })
    expect((await cardOf(await publish(page(by('@nobody@far.test')))))?.author).toBeNull()
  })

  test('names who has listed the domain since we last read who they are', async () => {
    const bea = await whole.peer.person('bea', { host: 'far.test' })
    await whole.world.directory.findByUri(bea.uri)
    bea.actor.attributionDomains = ['news.test']
    expect((await cardOf(await publish(page(by('@bea@far.test')))))?.author?.uri).toBe(bea.uri)
  })
})

describe('FEP-8967: a link attached to a post', () => {
  test('goes before those in its words', async () => {
    const [said, attached] = [page('<title>Said</title>'), page('<title>Attached</title>')]
    const id = await arrives(
      alice.note(`<p><a href="${said}">said</a></p>`, { attachment: [{ type: 'Link', href: attached }] }),
    )
    expect((await cardOf(id))?.title).toBe('Attached')
  })

  test('with its own preview is shown so, for this post alone, and nobody is asked', async () => {
    const url = page('<title>As the page says</title>')
    const preview = {
      type: 'Article',
      name: 'As the post says',
      summary: '<b>short</b>',
      attributedTo: { name: 'Ann' },
    }
    const id = await arrives(
      alice.note(`<p><a href="${url}">x</a></p>`, { attachment: [{ type: 'Link', href: url, preview }] }),
    )
    expect(await cardOf(id)).toMatchObject({
      url,
      title: 'As the post says',
      description: 'short',
      authorName: 'Ann',
      author: null,
    })
    expect(whole.peer.hits(url)).toBe(0)
    expect((await cardOf(await publish(url)))?.title).toBe('As the page says')
  })
})
