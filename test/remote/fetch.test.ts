import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Transient } from '../../src/base/transient.ts'
import { type SigningKey, signGet } from '../../src/federation/sign.ts'
import { createDispatcher } from '../../src/remote/dispatcher.ts'
import { isSignedBy, schemeOf } from '../support/peer/signer.ts'
import { type Peer, startPeer } from '../support/peer.ts'
import { reasonOf, remoteParts } from '../support/remote.ts'

const HOSTS = ['good.test', 'evil.test', 'other.test', 'slow.test']
const NOTE = 'https://good.test/notes/1'
const note = (id: string = NOTE) => ({ id, type: 'Note', attributedTo: 'https://good.test/users/bob' })

let peer: Peer
let parts: ReturnType<typeof remoteParts>
let counter = 0

beforeAll(async () => {
  peer = await startPeer({ tls: true })
})
afterAll(() => peer.stop())
beforeEach(() => {
  parts = remoteParts(peer, HOSTS)
})

/** An address on `good.test` that no other test has asked for. */
const fresh = (host = 'good.test') => `https://${host}/fresh/${++counter}`

describe('S-060 only what is declared ActivityPub is read', () => {
  test.each([
    'application/activity+json',
    'Application/Activity+JSON; charset=utf-8',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    'application/ld+json;profile=https://www.w3.org/ns/activitystreams; charset=utf-8',
    'application/ld+json; profile="https://example.org/x https://www.w3.org/ns/activitystreams"',
  ])('%s', async (type) => {
    const url = fresh()
    peer.answer(url, { body: note(url), type })
    expect((await parts.fetcher.json(url)).document).toEqual(note(url))
  })

  test.each([
    null,
    '',
    'application/json',
    'application/ld+json',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams/fake"',
    'text/plain',
    'image/png',
    'application/octet-stream',
    'text/html',
    'application/activity+json-seq',
    'text/plain; x=application/activity+json',
  ])('%j is refused', async (type) => {
    const url = fresh()
    peer.answer(url, { body: note(url), type })
    expect(await reasonOf(parts.fetcher.json(url))).toContain('remote.refused not ActivityPub')
  })

  test.each(['', 'null', '[]', '"x"', '{', '{"id":'])('a body of %j is refused', async (body) => {
    const url = fresh()
    peer.answer(url, { body, type: 'application/activity+json' })
    expect(await reasonOf(parts.fetcher.json(url))).toContain('remote.refused no JSON object')
  })

  test('keys that reach a prototype are dropped', async () => {
    const url = fresh()
    peer.answer(url, {
      body: `{"id":"${url}","__proto__":{"type":"Person"}}`,
      type: 'application/activity+json',
    })
    const { document } = await parts.fetcher.json(url)
    expect([document.type, Object.keys(document)]).toEqual([undefined, ['id']])
  })
})

describe('S-060 a page for people leads to its ActivityPub form', () => {
  const page = (head: string) =>
    `<!doctype html><html><head><title>x</title>${head}</head><body></body></html>`
  const link = (href: string) => `<link href="${href}" rel="alternate" type="application/activity+json">`

  test('by its Link header', async () => {
    const url = fresh()
    peer.serve(NOTE, note())
    const header = `</style.css>; rel="preload", <${NOTE}>; rel="alternate"; type="application/activity+json"`
    peer.answer(url, { body: page(''), type: 'text/html', headers: { link: header } })
    expect((await parts.fetcher.json(url)).document).toEqual(note())
  })

  test('by a link element', async () => {
    const url = fresh()
    peer.answer(url, {
      body: page(`<link rel="icon" href="x">${link('/notes/1')}`),
      type: 'text/html; charset=utf-8',
    })
    expect((await parts.fetcher.json(url)).url).toBe(NOTE)
  })

  test('but not to another host, and one hop only', async () => {
    const [one, two, three] = [fresh(), fresh(), fresh()]
    peer.answer(one, { body: page(link('https://other.test/notes/1')), type: 'text/html' })
    peer.answer(two, { body: page(link(three)), type: 'text/html' })
    peer.answer(three, { body: page(link(NOTE)), type: 'text/html' })
    expect(await reasonOf(parts.fetcher.json(one))).toContain('remote.refused not ActivityPub')
    expect(await reasonOf(parts.fetcher.json(two))).toContain('remote.refused not ActivityPub')
    expect(peer.hits('https://other.test/notes/1')).toBe(0)
  })

  test.each([
    `<a${' a'.repeat(500_000)}`,
    '<link '.repeat(160_000),
    `<link ${'rel='.repeat(240_000)}`,
    '<link rel="alternate" type="'.repeat(36_000),
    `<link>${'<link rel=alternate>'.repeat(45_000)}`,
  ])('a page made to be slow is read quickly (%#)', async (html) => {
    const url = fresh()
    peer.answer(url, { body: html, type: 'text/html' })
    await parts.fetcher.json(NOTE)
    const before = process.cpuUsage()
    expect(await reasonOf(parts.fetcher.json(url))).toContain('remote.refused')
    const { user, system } = process.cpuUsage(before)
    // Making, sending and reading a megabyte included, peer and all.
    expect((user + system) / 1000).toBeLessThan(500)
  })
})

describe('S-061 a document is believed only where its id says', () => {
  test('found elsewhere on the way, it is asked for once at its id', async () => {
    const url = fresh('other.test')
    peer.answer(url, { body: { ...note(), content: 'what others say it says' } })
    peer.serve(NOTE, note())
    const before = peer.hits(NOTE)
    expect((await parts.fetcher.json(url)).document).toEqual(note())
    expect(peer.hits(NOTE)).toBe(before + 1)
  })

  test('an id on another server that does not agree is refused', async () => {
    const [here, there] = [fresh('evil.test'), fresh()]
    peer.serve(here, note(there))
    peer.serve(there, note(fresh()))
    expect(await reasonOf(parts.fetcher.json(here))).toContain('its id leads elsewhere')
    expect(await reasonOf(parts.fetcher.json(fresh('evil.test')))).toContain('remote.not-found')
  })

  test('an id whose address redirects to another server is not that server’s word', async () => {
    const [id, away] = [fresh(), fresh('evil.test')]
    peer.answer(id, { redirect: away })
    peer.serve(away, note(id))
    expect(await reasonOf(parts.fetcher.json(id))).toContain('its id leads elsewhere')
  })

  test('a redirect within one server to what bears the first address is fine', async () => {
    const [id, there] = [fresh(), fresh()]
    peer.answer(id, { redirect: there, status: 301 })
    peer.serve(there, note(id))
    expect(await parts.fetcher.json(id)).toEqual({ url: there, document: note(id) })
  })

  test.each([undefined, null, 7, '', 'bob', 'urn:uuid:1', { id: 'x' }, ['https://good.test/notes/1']])(
    'an id of %j is none',
    async (id) => {
      const url = fresh()
      peer.serve(url, { type: 'Note', ...(id === undefined ? {} : { id }) })
      expect(await reasonOf(parts.fetcher.json(url))).toContain('without id')
    },
  )

  test('a fragment names a part of the same document', async () => {
    const url = fresh()
    peer.serve(url, note(`${url}#it`))
    expect((await parts.fetcher.json(`${url}#main-key`)).document).toEqual(note(`${url}#it`))
  })

  test.each([301, 302, 303, 307, 308])('redirects of kind %i are followed, five at most', async (status) => {
    const stops = Array.from({ length: 7 }, () => fresh())
    for (const [at, stop] of stops.entries()) {
      peer.answer(stop, at < 6 ? { status, redirect: stops[at + 1] ?? '' } : { body: note(stop) })
    }
    expect((await parts.fetcher.json(stops[1] ?? '')).url).toBe(stops[6])
    expect(await reasonOf(parts.fetcher.json(stops[0] ?? ''))).toContain('more than 5 times')
  })

  test('a circle is seen at once', async () => {
    const [one, two] = [fresh(), fresh()]
    peer.answer(one, { redirect: two })
    peer.answer(two, { redirect: one })
    expect(await reasonOf(parts.fetcher.json(one))).toContain('in a circle')
    expect(peer.hits(one) + peer.hits(two)).toBe(2)
  })
})

describe('S-064 redirects lead nowhere that could not be asked for at first', () => {
  test.each([
    'http://good.test/notes/1',
    'https://127.0.0.1/',
    'https://[::ffff:7f00:1]/',
    'https://localhost/',
    'https://good.test:8080/',
    'https://user:word@good.test/notes/1',
    'file:///etc/passwd',
    'data:application/activity+json,{}',
    'ftp://good.test/',
    'https://',
    `https://good.test/${'x'.repeat(4000)}`,
  ])('to %s', async (target) => {
    const url = fresh()
    peer.answer(url, { redirect: target })
    const before = peer.requests.length
    expect(await reasonOf(parts.fetcher.json(url))).toContain('Refusal: remote.refused')
    expect(peer.requests.length).toBe(before + 1)
  })

  test.each([
    'http://good.test/',
    'https://10.0.0.1/',
    'javascript:alert(1)',
    'https://',
    '',
    'https://a@good.test/',
  ])('%j is not asked for at all', async (url) => {
    const before = peer.requests.length
    expect(await reasonOf(parts.fetcher.json(url))).toContain('Refusal: remote.refused')
    expect(peer.requests.length).toBe(before)
  })
})

test('S-064 redirects to plain http are not followed even within opened ranges', async () => {
  await using plain = await startPeer()
  const dispatcher = createDispatcher({
    ca: peer.ca,
    allowedPrivateAddresses: ['127.0.0.0/8'],
    global: false,
  })
  const { fetcher } = remoteParts(peer, [], { dispatcher })
  const [from, to] = [`${peer.origin('lan.localhost')}/from`, `${plain.origin('lan.localhost')}/to`]
  peer.answer(from, { redirect: to })
  plain.serve(to, note(to))
  expect((await fetcher.json(to)).document).toEqual(note(to))
  expect(await reasonOf(fetcher.json(from))).toContain('another scheme')
  await dispatcher.destroy()
})

describe('S-055 our own addresses are never fetched', () => {
  beforeAll(() => {
    peer.resolvesTo('weft.test', ['93.184.216.34'])
  })

  test.each([
    'https://weft.test/ap/actors/1',
    'https://WEFT.test/ap/actors/1',
    'https://weft.test./ap/actors/1',
    'https://weft.test:443/ap/actors/1',
    'http://weft.test/ap/actors/1',
    'https://weft.test:80/ap/actors/1',
  ])('%s', async (url) => {
    expect(await reasonOf(parts.fetcher.json(url))).toContain('remote.ours')
  })

  test('not by redirect, and not by an id either', async () => {
    const [one, two] = [fresh(), fresh()]
    peer.answer(one, { redirect: 'https://weft.test/ap/actors/1' })
    peer.serve(two, note('https://weft.test/ap/actors/1'))
    expect(await reasonOf(parts.fetcher.json(one))).toContain('remote.ours')
    expect(await reasonOf(parts.fetcher.json(two))).toContain('remote.ours')
    expect(peer.requests.filter((request) => request.host.startsWith('weft.test'))).toEqual([])
  })
})

describe('S-067, S-068 size and time', () => {
  test('one layer of gzip is undone within a megabyte, more are refused', async () => {
    const [fine, bomb, six] = [fresh(), fresh(), fresh()]
    peer.answer(fine, { body: note(fine), gzipLayers: 1 })
    peer.answer(bomb, { body: `{"id":"${bomb}","x":"${' '.repeat(40_000_000)}"}`, gzipLayers: 1 })
    peer.answer(six, { body: note(six), gzipLayers: 6 })
    expect((await parts.fetcher.json(fine)).document).toEqual(note(fine))
    expect(await reasonOf(parts.fetcher.json(bomb))).toContain('more than 1048576 bytes')
    expect(await reasonOf(parts.fetcher.json(six))).toContain('an encoding that nobody asked for')
  })

  test('a document of more than a megabyte is refused, endless ones too', async () => {
    const [large, endless] = [fresh(), fresh()]
    peer.answer(large, { body: { ...note(large), content: 'x'.repeat(1_048_576) } })
    peer.answer(endless, { body: ' '.repeat(65_536), endless: true })
    expect(await reasonOf(parts.fetcher.json(large))).toContain('Refusal: remote.refused more than')
    expect(await reasonOf(parts.fetcher.json(endless))).toContain('Refusal: remote.refused more than')
  })

  test('all of it together stays within the deadline: redirects, dripping, hanging', async () => {
    parts = remoteParts(peer, HOSTS, { deadlineMs: 400 })
    const stops = Array.from({ length: 4 }, () => fresh('slow.test'))
    for (const [at, stop] of stops.entries())
      peer.answer(stop, { redirect: stops[at + 1] ?? '', delayMs: 150 })
    const [hang, drip] = [fresh('slow.test'), fresh('slow.test')]
    peer.answer(hang, { hang: true })
    peer.answer(drip, { body: note(drip), dripMs: 30 })
    const started = performance.now()
    for (const error of await Promise.all(
      [stops[0] ?? '', hang, drip].map((url) => reasonOf(parts.fetcher.json(url))),
    )) {
      expect(error).toContain('Transient')
    }
    expect(performance.now() - started).toBeLessThan(1500)
  })

  test('a connection that is cut may work later', async () => {
    const [before, midway] = [fresh(), fresh()]
    peer.answer(before, { reset: 'before' })
    peer.answer(midway, { reset: 'midway', body: note(midway) })
    expect(await reasonOf(parts.fetcher.json(before))).toContain('Transient')
    expect(await reasonOf(parts.fetcher.json(midway))).toContain('Transient')
  })
})

describe('what a status means', () => {
  test.each([
    [404, 'Refusal: remote.not-found'],
    [410, 'Refusal: remote.gone'],
    [400, 'Refusal: remote.refused'],
    [401, 'Refusal: remote.refused'],
    [403, 'Refusal: remote.refused'],
    [406, 'Refusal: remote.refused'],
    [408, 'Transient'],
    [500, 'Transient'],
    [502, 'Transient'],
    [503, 'Transient'],
  ])('%i', async (status, expected) => {
    const url = fresh()
    peer.answer(url, { status, body: 'x'.repeat(100), type: 'text/plain' })
    expect(await reasonOf(parts.fetcher.json(url))).toContain(expected)
  })

  test('a host that asks us to wait is left alone for so long', async () => {
    const [one, two] = [fresh(), fresh()]
    peer.answer(one, { status: 429, headers: { 'retry-after': '120' } })
    peer.serve(two, note(two))
    const failure = await parts.fetcher.json(one).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Transient)
    expect(failure).toMatchObject({ retryAfterSeconds: 120 })
    expect(await reasonOf(parts.fetcher.json(two))).toContain('Transient')
    expect(peer.hits(two)).toBe(0)
    parts.clock.advance(121_000)
    expect((await parts.fetcher.json(two)).document).toEqual(note(two))
  })

  test('a name that does not exist is an answer for good', async () => {
    const dead = remoteParts(peer, [])
    expect(await reasonOf(dead.fetcher.json('https://nowhere.invalid/x'))).toMatch(
      /remote.not-found|Transient/,
    )
  })
})

describe('the same is not asked for twice', () => {
  test('many who ask at once wait for one request', async () => {
    const url = fresh()
    peer.answer(url, { body: note(url), delayMs: 50 })
    await Promise.all(Array.from({ length: 50 }, () => parts.fetcher.json(url)))
    expect(peer.hits(url)).toBe(1)
    await parts.fetcher.json(url)
    expect(peer.hits(url)).toBe(2)
  })

  test('a failure is remembered for a minute', async () => {
    const url = fresh()
    for (let i = 0; i < 100; i++)
      expect(await reasonOf(parts.fetcher.json(url))).toContain('remote.not-found')
    expect(peer.hits(url)).toBe(1)
    parts.clock.advance(61_000)
    peer.serve(url, note(url))
    expect((await parts.fetcher.json(url)).document).toEqual(note(url))
  })
})

describe('signed requests', () => {
  let key: SigningKey
  let pem: string

  beforeAll(async () => {
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    }
    const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const spki = Buffer.from(await crypto.subtle.exportKey('spki', pair.publicKey)).toString('base64')
    pem = `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`
    key = { keyUri: 'https://weft.test/ap/actors/instance#main-key', privateKey: pair.privateKey }
  })
  beforeEach(() => {
    parts = remoteParts(peer, HOSTS, { signGet: (url, form, accept) => signGet(url, key, { form, accept }) })
  })

  test('every stop is signed for itself, by the form that all know', async () => {
    const [one, two] = [fresh(), fresh('other.test')]
    peer.answer(one, { redirect: `${two}?a=b` })
    peer.serve(`${two}?a=b`, note(`${two}?a=b`))
    await parts.fetcher.json(one)
    const seen = peer.requests.slice(-2)
    expect(seen.map((request) => [request.url, schemeOf(request), isSignedBy(request, pem)])).toEqual([
      [one, 'cavage', true],
      [`${two}?a=b`, 'cavage', true],
    ])
    expect(seen[0]?.headers.accept).toContain('application/activity+json')
  })

  test('a host that takes the other form only is asked in it, and from then on first', async () => {
    const [one, two] = [fresh('other.test'), fresh('other.test')]
    const newOnly = (url: string) =>
      peer.answer(url, (request) => (schemeOf(request) === 'rfc9421' ? { body: note(url) } : { status: 401 }))
    newOnly(one)
    newOnly(two)
    await parts.fetcher.json(one)
    await parts.fetcher.json(two)
    expect([peer.hits(one), peer.hits(two)]).toEqual([2, 1])
    expect(isSignedBy(peer.requests.at(-1) as never, pem)).toBe(true)
  })

  test('a host that takes neither is asked twice, no more', async () => {
    const url = fresh('evil.test')
    peer.answer(url, { status: 401 })
    expect(await reasonOf(parts.fetcher.json(url))).toContain('remote.refused evil.test answered 401')
    expect(peer.hits(url)).toBe(2)
  })
})
