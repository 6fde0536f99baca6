import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { PUBLIC, posted, postTo, readAs } from '../support/outbox.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* c2s.md b, c: what no honest app sends costs the server little, and breaks nothing. */

const AS = 'https://www.w3.org/ns/activitystreams'
let whole: Whole
let anna: LocalAccount

beforeAll(async () => {
  whole = await startWhole()
  anna = await personHere(whole.world, 'anna')
  await personHere(whole.world, 'ben')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

describe('b2: more than anybody writes', () => {
  const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))
  const bold = (count: number) => '<b>x</b>'.repeat(count)

  test.each<[string, () => Record<string, unknown>]>([
    ['a tag within a tag', () => ({ content: '<b>'.repeat(300_000) })],
    ['tags of HTML', () => ({ type: 'Article', content: bold(100_000) })],
    ['a little of them in each of many things', () => ({ 'x:a': many(900, () => ({ content: bold(100) })) })],
    [
      'a little of them in each language',
      () => ({
        contentMap: Object.fromEntries(many(900, (n) => [`e${n}`, bold(100)])),
      }),
    ],
    ['mentions', () => ({ tag: many(900, (n) => ({ type: 'Mention', href: `https://far.test/${n}` })) })],
    [
      'hashtags with markup',
      () => ({ tag: many(900, (n) => ({ type: 'Hashtag', name: `#${n}`, content: bold(90) })) }),
    ],
    [
      'attachments',
      () => ({ attachment: many(900, (n) => ({ type: 'Image', url: `https://far.test/${n}` })) }),
    ],
    ['names', () => Object.fromEntries(many(4000, (n) => [`x:${n}`, 'y'.repeat(180)]))],
    ['terms', () => ({ '@context': [AS, Object.fromEntries(many(4000, (n) => [`t${n}`, `t${n + 1}`]))] })],
  ])('%s without end is refused before any of it is cleaned', async (_what, make) => {
    const body = { type: 'Note', content: 'x', to: [PUBLIC], ...make() }
    for (const activity of [body, { type: 'Listen', to: [PUBLIC], object: { ...body, type: 'Audio' } }]) {
      const costs: number[] = []
      for (let tries = 0; tries < 3; tries++) {
        const before = process.cpuUsage()
        const { status, json } = await postTo(whole, anna, activity)
        const { user, system } = process.cpuUsage(before)
        costs.push((user + system) / 1000)
        expect([status, json.code]).toEqual([400, 'request.invalid'])
      }
      // With the client that sends it, in this very process.
      expect(Math.min(...costs)).toBeLessThan(50)
    }
  })

  test('what somebody may write is taken', async () => {
    const tag = many(100, (n) => ({ type: 'Hashtag', name: `#tag${n}` }))
    const attachment = many(90, (n) => ({ type: 'Image', url: `https://far.test/${n}` }))
    await posted(whole, anna, { type: 'Article', content: bold(1900), tag, attachment, to: [PUBLIC] })
  })
})

describe('b2: names without end', () => {
  const names = Array.from({ length: 60_000 }, (_, at) => `@a${at}`).join(' ')
  const source = { content: `@ben ${names}`, mediaType: 'text/plain' }

  test('are not all looked for: what is too long is refused at once', async () => {
    const { status, json, ms } = await postTo(whole, anna, { type: 'Note', source, to: [PUBLIC] })
    expect([status, json.code]).toEqual([422, 'post.too-long'])
    expect(ms).toBeLessThan(8000)
    const { object } = await posted(whole, anna, { type: 'Note', content: 'x', to: [PUBLIC] })
    const { id } = object as { id: string }
    const update = await postTo(whole, anna, { type: 'Update', object: { id, source } })
    expect([update.status, update.json.code]).toEqual([422, 'post.too-long'])
    expect(update.ms).toBeLessThan(8000)
  })

  test('of an article that may be long, the first are found and the others stay text', async () => {
    const few = `@ben ${names.slice(0, 60_000)} @anna`
    const article = { type: 'Article', name: 'Names', source: { content: few, mediaType: 'text/plain' } }
    const { object } = await posted(whole, anna, { ...article, to: [PUBLIC] })
    const { content, tag } = object as { content: string; tag: { href: string }[] }
    expect(content).toContain('@anna')
    expect(tag).toEqual([])
  })
})

describe('b2: a context that cannot be stored', () => {
  test('is stored without what cannot be, wherever it stands', async () => {
    const odd = { 'x\0y': 'http://odd.test/\ud800' }
    const note = { '@context': [AS, odd], type: 'Note', content: 'hi', to: [PUBLIC] }
    const within = { type: 'Note', content: 'hi', to: [PUBLIC], foo: { '@context': odd, xy: 1 } }
    for (const each of [note, within, { ...note, type: 'Place' }]) {
      const { object } = await posted(whole, anna, each)
      const { status, text } = await readAs(whole, (object as { id: string }).id)
      expect([status, text.includes('http://odd.test/\ufffd')]).toEqual([200, true])
    }
  })
})

describe('c5: an app that may do one thing only', () => {
  test.each(['Follow', 'Delete', 'Move'])(
    'does not say to others that it did another with it: %s',
    async (type) => {
      const activity = { type: ['View', type], object: anna.uri, target: anna.uri, to: [PUBLIC] }
      const { status, json } = await postTo(whole, anna, activity, { scope: 'createcontent addressall' })
      expect([status, json.code]).toEqual([400, 'activity.type'])
    },
  )

  test('says what it did in the words of its own, or in general, as well', async () => {
    const activity = { type: ['Activity', 'x:Glance', 'View'], object: anna.uri, to: [PUBLIC] }
    expect((await posted(whole, anna, activity)).type).toEqual(activity.type)
  })
})

describe('e2: blind addresses by another name', () => {
  const ACTIVITY_STREAMS = `${AS}#`
  const prefix = { a: ACTIVITY_STREAMS }
  test.each([
    ['a prefix of its own', { '@context': [AS, prefix], 'a:bcc': ['https://ben.test/'] }],
    ['a term by a prefix', { '@context': [AS, { ...prefix, x: 'a:bto' }], x: ['https://ben.test/'] }],
    ['lists in lists', { x: [[{ '@context': { x: 'as:bcc' }, x: 'https://ben.test/' }]] }],
  ])('%s are not taken', async (_, more) => {
    const { status, json } = await postTo(whole, anna, { type: 'Note', content: 'x', to: [PUBLIC], ...more })
    expect([status, json.code]).toEqual([400, 'request.invalid'])
  })

  test('in full, or with our own prefix, are what they are', async () => {
    const ben = (await whole.db
      .selectFrom('account')
      .select('uri')
      .where('name', '=', 'ben')
      .executeTakeFirstOrThrow()) as { uri: string }
    const { object } = await posted(whole, anna, {
      type: 'Note',
      content: 'x',
      'as:bto': [ben.uri],
      [`${ACTIVITY_STREAMS}bcc`]: [ben.uri],
    })
    expect(JSON.stringify(object)).not.toContain(ben.uri)
  })
})

describe('b8: an address full of words', () => {
  test.each(['/ap/streams/proxy', '/ap/posts/1/events'])(
    '%s costs no more than one with a few',
    async (path) => {
      const { status, ms } = await whole.ask(`${path}?${'a&'.repeat(5000)}`)
      expect(status).toBe(401)
      expect(ms).toBeLessThan(500)
    },
  )
})

describe('c2: keys that are none', () => {
  const send = (path: string, type: string, body: string) =>
    whole.ask(path, { method: 'POST', headers: { 'content-type': type }, body })
  const register = (key: string) => {
    const jwks = `"token_endpoint_auth_method":"private_key_jwt","jwks":{"keys":[${key}]}`
    return send('/oauth/register', 'application/json', `{"redirect_uris":["https://app.test/back"],${jwks}}`)
  }

  test('are refused where their parts are no texts, however deep they are', async () => {
    for (const x of ['7', '["AAAA"]', '['.repeat(30_000) + ']'.repeat(30_000)]) {
      const { status, text } = await register(`{"kty":"EC","crv":"P-256","y":"AAAA","x":${x}}`)
      expect([status, JSON.parse(text).error]).toEqual([400, 'invalid_client_metadata'])
    }
  })

  test('prove nothing where they are no points of their curve', async () => {
    const { text } = await register('{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA","alg":"ES256"}')
    const { client_id: id } = JSON.parse(text) as { client_id: string }
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const exp = Math.floor(Date.now() / 1000) + 60
    const claims = part({ iss: id, sub: id, aud: whole.world.uris.origin, jti: 'one', exp })
    const fields = {
      grant_type: 'authorization_code',
      code: 'x',
      client_id: id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `${part({ alg: 'ES256' })}.${claims}.${Buffer.alloc(64).toString('base64url')}`,
    }
    const form = new URLSearchParams(fields).toString()
    const reply = await send('/oauth/token', 'application/x-www-form-urlencoded', form)
    expect([reply.status, JSON.parse(reply.text).error]).toEqual([401, 'invalid_client'])
  })
})

describe('b5: words that are no text, and places beyond all', () => {
  test.each([
    'followers/seek?item=%00',
    'liked/seek?item=%00',
    'blocked/seek?item=x%00',
    'outbox/seek?item=%00',
    'outbox/filtered?type=%00',
    'outbox/filtered?object=%00',
    'outbox/filtered?cursor=9999999999999999999',
    'outbox/filtered?published_after=%2B275760-09-13T00:00:00Z',
    'inbox/filtered?published_after=%2B275760-09-13T00:00:00Z',
    'inbox/filtered?published_after=-271821-04-20T00:00:00Z',
    'outbox?cursor=9999999999999999999',
    'inbox?cursor=n9999999999999999999',
  ])('%s is no fault of ours', async (words) => {
    const headers = {
      accept: 'application/activity+json',
      ...bearing(await tokenFor(whole.world, anna, { scope: 'read' })),
    }
    expect((await whole.ask(`/ap/actors/${anna.id}/${words}`, { headers })).status).toBeLessThan(500)
  })
})

test('b8: a ticket for a stream whose address is no text is not given', async () => {
  const headers = {
    'content-type': 'application/json',
    ...bearing(await tokenFor(whole.world, anna, { scope: 'read' })),
  }
  const stream = '/ap/streams/proxy?id=https://far.test/%00'
  const body = JSON.stringify({ stream })
  expect((await whole.ask('/ap/streams/tickets', { method: 'POST', headers, body })).status).toBe(400)
})

test('b5: what somebody openly likes is listed without a look at what their app wrote around each Like', async () => {
  for (const content of ['one', 'two']) {
    const { object } = await posted(whole, anna, { type: 'Note', content, to: [PUBLIC] })
    await posted(whole, anna, { type: 'Like', object: (object as { id: string }).id, to: [PUBLIC] })
  }
  const ours = whole.db.updateTable('activity').where('account_id', '=', anna.id).where('kind', '=', 'Like')
  await ours.set({ body: 'long, and no JSON' }).execute()
  const { status, json } = await readAs(whole, `${anna.uri}/liked`)
  expect([status, json.totalItems]).toEqual([200, 2])
})

test.each(['*', 'a;sandbox', 'a,b', "a$'b", 'a!b'])('c3: nobody is answered at https://%s/', async (host) => {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ redirect_uris: [`https://${host}/back`] })
  const { status, text } = await whole.ask('/oauth/register', { method: 'POST', headers, body })
  expect([status, JSON.parse(text).error]).toEqual([400, 'invalid_redirect_uri'])
})
