import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import type { Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { type Ask, startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

const FORM = 'application/x-www-form-urlencoded'

let server: Whole
let [anna, ben]: LocalAccount[] = []
let eve: Person
let tokens: { anna: string; ben: string; local: string; write: string }

beforeAll(async () => {
  server = await startWhole(['far.test', 'other.test', 'inside.test'])
  server.peer.resolvesTo('inside.test', ['10.0.0.7'])
  anna = await personHere(server.world, 'anna')
  ben = await personHere(server.world, 'ben')
  eve = await server.peer.person('eve', { host: 'far.test' })
  tokens = {
    anna: await tokenFor(server.world, anna, { scope: 'read' }),
    ben: await tokenFor(server.world, ben, { scope: 'read' }),
    local: await tokenFor(server.world, anna, {
      scope: 'https://swicg.github.io/activitypub-api/scopes#readlocal',
    }),
    write: await tokenFor(server.world, anna, { scope: 'write' }),
  }
}, 60_000)
afterAll(() => server?.[Symbol.asyncDispose]())

async function proxy(id: string, token = tokens.anna, more: Ask = {}) {
  const reply = await server.ask('/ap/proxy', {
    method: 'POST',
    body: new URLSearchParams({ id }).toString(),
    ...more,
    headers: { 'content-type': FORM, ...bearing(token), ...more.headers },
  })
  return { ...reply, json: reply.text === '' ? {} : (JSON.parse(reply.text) as Record<string, unknown>) }
}

const note = (id: string, more = {}) => ({
  '@context': 'https://www.w3.org/ns/activitystreams',
  id,
  type: 'Note',
  attributedTo: eve.uri,
  content: 'Hello',
  'https://far.test/ns#odd': { kept: [1, 2] },
  ...more,
})
const asked = (url: string) => server.peer.requests.filter((request) => request.url === url)
let counter = 0
function fresh(host = 'far.test'): string {
  counter += 1
  return `https://${host}/notes/${counter}`
}

describe('b6: something elsewhere', () => {
  test('is given as its server gives it, by a form and by JSON', async () => {
    const url = fresh()
    server.peer.serve(url, note(url))
    const reply = await proxy(url)
    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toBe('application/activity+json; charset=utf-8')
    expect(reply.headers['access-control-allow-origin']).toBe('*')
    expect(reply.headers['cache-control']).toBe('private, no-store')
    expect(reply.json).toEqual(note(url))
    const other = fresh()
    server.peer.serve(other, note(other))
    const asJson = await proxy('', tokens.anna, {
      body: JSON.stringify({ id: other }),
      headers: { 'content-type': 'application/json' },
    })
    expect([asJson.status, asJson.json.id]).toEqual([200, other])
  })

  test('is asked for in the name of the user, and nothing of their request goes along', async () => {
    const url = fresh()
    server.peer.serve(url, note(url))
    await proxy(url, tokens.ben, { headers: { cookie: 'weft=secret', 'x-forwarded-for': '198.51.100.7' } })
    const [request] = asked(url)
    expect(request?.headers.signature).toContain(`keyId="${ben?.uri}#main-key"`)
    expect(Object.keys(request?.headers ?? {}).toSorted()).not.toContain('authorization')
    expect(JSON.stringify(request?.headers)).not.toMatch(new RegExp(`${tokens.ben}|secret|198\\.51`))
  })

  test('may be named by a handle', async () => {
    const reply = await proxy(`acct:${eve.handle}`)
    expect([reply.status, reply.json.id]).toEqual([200, eve.uri])
    expect((await proxy(`@${eve.handle}`)).json.id).toBe(eve.uri)
    expect((await proxy('acct:nobody@far.test')).status).toBe(404)
  })

  test('S-096, e5: what one reader was shown, another is not', async () => {
    const url = fresh()
    const own = `keyId="${anna?.uri}#main-key"`
    server.peer.answer(url, ({ headers }) =>
      String(headers.signature).includes(own) ? { body: note(url) } : { status: 404 },
    )
    expect((await proxy(url)).status).toBe(200)
    expect((await proxy(url)).status).toBe(200)
    expect((await proxy(url, tokens.ben)).status).toBe(404)
    expect((await proxy(url)).status).toBe(200)
    expect(asked(url).filter(({ headers }) => String(headers.signature).includes(own))).toHaveLength(1)
  })

  test.each([
    ['missing', { status: 404 }, 404],
    ['gone', { status: 410 }, 410],
    ['not shown to strangers', { status: 401 }, 403],
    ['not shown to this reader', { status: 403 }, 403],
    ['broken', { status: 500 }, 502],
    ['cut off', { reset: 'midway', body: 'x'.repeat(1000) }, 502],
    ['a page', { body: '<p>Hello</p>', type: 'text/html' }, 502],
    ['an upload that reads like a note', { body: '{"id":"x"}', type: 'image/png' }, 502],
    ['no JSON', { body: 'Hello' }, 502],
    ['a list', { body: [] }, 502],
    ['without id', { body: { type: 'Note' } }, 502],
    ['endless', { body: 'x'.repeat(10_000), endless: true }, 502],
    ['compressed again and again', { body: '{}', gzipLayers: 4 }, 502],
  ] as const)('that is %s', async (_, answer, status) => {
    const url = fresh()
    server.peer.answer(url, answer)
    const reply = await proxy(url)
    expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([status, '*'])
    expect(reply.headers['content-type']).toMatch(
      status === 410 ? /^application\/activity\+json/ : /^application\/problem\+json/,
    )
    if (status === 410) expect(reply.json).toMatchObject({ id: url, type: 'Tombstone' })
    // Said once, for a while.
    const before = asked(url).length
    await proxy(url)
    expect(asked(url)).toHaveLength(before)
  })

  test('S-068: that never comes is given up', async () => {
    const url = fresh()
    server.peer.answer(url, { hang: true })
    const reply = await proxy(url)
    expect(reply.status).toBe(504)
    expect(reply.ms).toBeLessThan(12_000)
  })

  test('S-061, e5: is believed only where its id is: of the same origin as where it was found', async () => {
    const forged = fresh()
    server.peer.serve(forged, note('https://other.test/notes/1'))
    expect((await proxy(forged)).status).toBe(502)

    const there = fresh('other.test')
    server.peer.serve(there, note(there))
    const from = fresh()
    server.peer.answer(from, { redirect: there })
    expect((await proxy(from)).json.id).toBe(there)
    const liar = fresh()
    const lie = fresh('other.test')
    server.peer.serve(lie, note(liar))
    server.peer.answer(liar, { redirect: lie })
    expect((await proxy(liar)).status).toBe(502)
  })
})

test('b6: what came to somebody is theirs to read while its server is away, and nobody else’s', async () => {
  const { status } = await server.ask(`/ap/actors/${anna?.id}/inbox`, { headers: bearing(tokens.anna) })
  expect(status).toBe(200)
  const create = eve.create(
    eve.note('For Anna', { to: [anna?.uri], tag: [{ type: 'Mention', href: anna?.uri, name: '@anna' }] }),
  )
  expect((await eve.post(`https://weft.test/ap/actors/${anna?.id}/inbox`, create)).status).toBe(202)
  await server.settled()
  server.peer.answer(String(create.id), { status: 503 })
  const reply = await proxy(String(create.id))
  expect(reply.json).toMatchObject({ id: create.id, type: 'Create', actor: eve.uri })
  expect(reply.status).toBe(200)
  expect((await proxy(String(create.id), tokens.ben)).status).toBe(502)
})

describe('S-093, e4: nothing leads inside', () => {
  test.each([
    'https://10.0.0.7/1',
    'https://127.0.0.1/1',
    'https://[::ffff:7f00:1]/1',
    'https://localhost/1',
    'https://169.254.169.254/latest/meta-data',
    'https://inside.test/1',
    'https://far.test:5432/1',
  ])('%s', async (address) => {
    const before = server.peer.requests.length
    const reply = await proxy(address)
    expect(reply.status).toBe(502)
    expect(server.peer.requests).toHaveLength(before)
  })

  test.each([
    'http://far.test/1',
    'file:///etc/passwd',
    'data:application/json,{}',
    'ftp://far.test/1',
    'https://user:secret@far.test/1',
    'far.test/1',
    '',
    'x'.repeat(3000),
  ])('%s is no address to ask for', async (address) => {
    expect((await proxy(address)).json).toMatchObject({ status: 400, code: 'proxy.address' })
  })

  test.each(['acct:root@10.0.0.7', 'acct:eve@inside.test', 'eve@far.test:5432'])(
    '%s is nobody',
    async (handle) => {
      const before = server.peer.requests.length
      expect((await proxy(handle)).status).toBe(404)
      expect(server.peer.requests).toHaveLength(before)
    },
  )

  test('neither does a redirect', async () => {
    for (const redirect of [
      'https://inside.test/1',
      'https://127.0.0.1/',
      'http://far.test/x',
      'file:///etc/passwd',
    ]) {
      const url = fresh()
      server.peer.answer(url, { redirect })
      expect((await proxy(url)).status).toBe(502)
    }
    const home = fresh()
    const post = await publishPost(server.world, ben as LocalAccount, {
      text: 'for me',
      visibility: 'direct',
    })
    server.peer.answer(home, { redirect: server.world.uris.post(post) })
    expect((await proxy(home, tokens.ben)).status).toBe(502)
  })
})

describe('b6: something of ours', () => {
  test('is answered as if it had been asked for with the same token', async () => {
    const post = await publishPost(server.world, anna as LocalAccount, {
      text: 'Hello',
      visibility: 'public',
    })
    const open = await proxy(server.world.uris.post(post))
    expect([open.status, open.json.id]).toEqual([200, server.world.uris.post(post)])
    expect(open.headers['content-type']).toMatch(/^application\/activity\+json/)
    expect((await proxy(`https://weft.test/@anna/${post}`)).json.id).toBe(server.world.uris.post(post))
    expect((await proxy('https://weft.test/@anna')).json.id).toBe(anna?.uri)
    expect((await proxy('acct:anna@weft.test')).json.id).toBe(anna?.uri)
    expect((await proxy(anna?.uri ?? '')).json.id).toBe(anna?.uri)
  })

  test('S-093: is for those who may see it alone', async () => {
    const text = '@ben a secret'
    const secret = await publishPost(server.world, ben as LocalAccount, { text, visibility: 'direct' })
    const uri = server.world.uris.post(secret)
    expect((await proxy(uri, tokens.anna)).status).toBe(404)
    expect((await proxy(`https://weft.test/@ben/${secret}`, tokens.anna)).status).toBe(404)
    expect((await proxy(uri, tokens.ben)).status).toBe(200)
    const inbox = `${ben?.uri}/inbox`
    expect([401, 403, 404]).toContain((await proxy(inbox, tokens.anna)).status)
    for (const other of ['/', '/settings', '/ap/proxy', '/@nobody', '/media/x', '/.well-known/nodeinfo'])
      expect((await proxy(`https://weft.test${other}`)).status).toBe(404)
    expect(server.peer.requests.filter(({ url }) => url.includes('weft.test'))).toEqual([])
  })
})

describe('b6: who may ask', () => {
  test('an app of somebody here that may read everywhere', async () => {
    const url = fresh()
    server.peer.serve(url, note(url))
    for (const token of [tokens.local, tokens.write]) {
      const reply = await proxy(url, token)
      expect([reply.status, reply.headers['www-authenticate']]).toEqual([
        403,
        expect.stringContaining('error="insufficient_scope"'),
      ])
    }
    expect((await proxy(url, 'nonsense')).status).toBe(401)
    const none = await server.ask('/ap/proxy', {
      method: 'POST',
      headers: { 'content-type': FORM },
      body: `id=${encodeURIComponent(url)}`,
    })
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Bearer /)])
    expect(asked(url)).toEqual([])
  })

  test('in one of the two forms, by POST alone', async () => {
    const text = await proxy('x', tokens.anna, { headers: { 'content-type': 'text/plain' } })
    expect(text.status).toBe(415)
    const list = await proxy('x', tokens.anna, {
      body: '[]',
      headers: { 'content-type': 'application/json' },
    })
    expect([400, 415]).toContain(list.status)
    const get = await server.ask('/ap/proxy?id=https://far.test/1', { headers: bearing(tokens.anna) })
    expect([get.status, get.headers.allow]).toEqual([405, 'POST, OPTIONS'])
    const preflight = await server.ask('/ap/proxy', { method: 'OPTIONS' })
    expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([
      204,
      expect.stringContaining('Authorization'),
    ])
  })
})

test('S-093, b6: so much in a while, for a reader and for the host that is asked', async () => {
  await using limited = await startWhole(['far.test'], { WEFT_RATE_LIMITS: 'on' })
  const carl = await personHere(limited.world, 'carl')
  const token = await tokenFor(limited.world, carl, { scope: 'read' })
  const url = 'https://far.test/notes/1'
  limited.peer.serve(url, note(url))
  const ask = () =>
    limited.ask('/ap/proxy', {
      method: 'POST',
      headers: { 'content-type': FORM, ...bearing(token) },
      body: `id=${encodeURIComponent(url)}`,
    })
  const replies = []
  for (let at = 0; at < 125; at += 1) replies.push(await ask())
  expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(50)
  const last = replies.at(-1)
  expect([last?.status, last?.headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)])
  expect(last?.headers.ratelimit).toMatch(/^"burst";r=0;t=\d+/)
}, 60_000)
