import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findBearer } from '../../src/domain/grants/find.ts'
import { revokeGrants } from '../../src/domain/grants/revoke.ts'
import { type Listening, listenTo } from '../support/streams.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

let whole: Whole
let anna: LocalAccount
let token: string
const open: Listening[] = []
const STREAM = 'text/event-stream'

beforeAll(async () => {
  whole = await startWhole(['far.test', 'other.test', 'inside.test'])
  whole.peer.resolvesTo('inside.test', ['10.0.0.7'])
  anna = await personHere(whole.world, 'anna')
  token = await tokenFor(whole.world, anna, { scope: 'read' })
}, 60_000)
afterEach(() => {
  for (const stream of open.splice(0)) stream.close()
})
afterAll(() => whole?.[Symbol.asyncDispose]())

async function pass(id: string, more: Record<string, string> = {}, as = token): Promise<Listening> {
  const stream = await listenTo(whole.port, `/ap/streams/proxy?id=${encodeURIComponent(id)}`, {
    ...bearing(as),
    ...more,
  })
  open.push(stream)
  return stream
}
const events = (...names: string[]) =>
  names.map((name) => `event: Add\nid: ${name}\ndata: {"type":"Add","object":"${name}"}\n\n`).join('')
const asked = (url: string) => whole.peer.requests.filter((request) => request.url === url)

describe('the stream of another server', () => {
  test('is passed on as it comes; asked for signed as the user, without our token and any cookie', async () => {
    const url = 'https://far.test/users/eve/events'
    whole.peer.answer(url, { type: STREAM, body: `: hello\nretry: 5000\n\n${events('a', 'b')}`, dripMs: 2 })
    const stream = await pass(url, { cookie: 'session=x', 'last-event-id': 'theirs/17' })
    expect(stream.status).toBe(200)
    expect(stream.headers['content-type']).toContain(STREAM)
    expect(stream.headers['access-control-allow-origin']).toBe('*')
    expect((await stream.next()).data).toEqual({ type: 'Add', object: 'a' })
    expect((await stream.next()).id).toBe('b')
    const [request] = asked(url)
    expect(request?.headers.signature).toContain(`keyId="${anna.uri}#main-key"`)
    expect(request?.headers.accept).toBe(STREAM)
    expect(request?.headers['last-event-id']).toBe('theirs/17')
    expect(request?.headers).not.toHaveProperty('authorization')
    expect(request?.headers).not.toHaveProperty('cookie')
    expect(JSON.stringify(request?.headers)).not.toContain(token)
  })

  test('by POST as well, and by a ticket', async () => {
    const url = 'https://far.test/users/eve/more'
    whole.peer.answer(url, { type: STREAM, body: events('x'), dripMs: 1 })
    const posted = await whole.ask('/ap/streams/proxy', {
      method: 'POST',
      headers: { ...bearing(token), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ id: url }).toString(),
    })
    expect(posted.text).toContain('"object":"x"')
    const given = await whole.ask('/ap/streams/tickets', {
      method: 'POST',
      headers: { ...bearing(token), 'content-type': 'application/json' },
      body: JSON.stringify({ stream: `${whole.world.uris.proxyEventStream}?id=${encodeURIComponent(url)}` }),
    })
    expect(given.status).toBe(201)
    const path = (JSON.parse(given.text) as { stream: string }).stream.replace('https://weft.test', '')
    const stream = await listenTo(whole.port, path)
    open.push(stream)
    expect((await stream.next()).data).toEqual({ type: 'Add', object: 'x' })
    expect((await listenTo(whole.port, path.replace('more', 'else'))).status).toBe(401)
  })

  test('holds only fields of events, each whole, whatever else was in it', async () => {
    const url = 'https://far.test/odd'
    const odd =
      'event: Add\r\nid: 1\r\nfoo: bar\r\ndata: {"a":\rdata: 1}\r\n\r\nevent: <script>\ndata: {}\n\nnothing\n\ndata: {"cut'
    whole.peer.answer(url, { type: STREAM, body: odd, dripMs: 1 })
    const stream = await pass(url)
    await stream.ended
    expect(stream.raw).toBe('event: Add\nid: 1\ndata: {"a":\ndata: 1}\n\ndata: {}\n\n')
  })

  test('ends when an event is too large, or there are too many', async () => {
    whole.peer.answer('https://far.test/large', {
      type: STREAM,
      body: 'data: x'.repeat(10_000),
      endless: true,
    })
    const large = await pass('https://far.test/large')
    await large.ended
    expect(large.raw).toBe('')
    whole.peer.answer('https://far.test/many', { type: STREAM, body: events('m').repeat(50), endless: true })
    const many = await pass('https://far.test/many')
    await many.ended
    expect(many.events.length).toBeLessThanOrEqual(1200)
  })
})

describe('pitfall e4: nothing is asked for', () => {
  test.each([
    ['http://far.test/plain', 400],
    ['https://inside.test/events', 400],
    ['https://127.0.0.1/events', 400],
    ['https://[::1]/events', 400],
    ['https://weft.test/ap/actors/1/inbox/events', 400],
    ['https://anna:secret@far.test/events', 400],
    ['ftp://far.test/events', 400],
    ['nonsense', 400],
    ['', 400],
  ])('%s', async (url, status) => {
    const before = whole.peer.requests.length
    expect((await pass(url)).status).toBe(status)
    expect(whole.peer.requests.length).toBe(before)
  })

  test('where a redirect leads to what could not be asked for at once', async () => {
    for (const to of [
      'http://far.test/plain',
      'https://inside.test/events',
      'https://weft.test/ap/inbox/events',
    ]) {
      const url = `https://far.test/to/${encodeURIComponent(to)}`
      whole.peer.answer(url, { redirect: to })
      expect((await pass(url)).status).toBe(400)
    }
    const far = 'https://far.test/moved'
    whole.peer.answer(far, { redirect: 'https://other.test/events' })
    whole.peer.answer('https://other.test/events', { type: STREAM, body: events('moved'), dripMs: 1 })
    expect((await (await pass(far)).next()).id).toBe('moved')
    whole.peer.answer('https://far.test/circle', { redirect: 'https://far.test/circle' })
    expect((await pass('https://far.test/circle')).status).toBe(502)
  })
})

describe('who may', () => {
  test('a token that lets read what is here alone lets no other server be asked', async () => {
    for (const scope of ['https://swicg.github.io/activitypub-api/scopes#readlocal', 'write', 'readinbox']) {
      const narrow = await tokenFor(whole.world, anna, { scope })
      const refused = await pass('https://far.test/users/eve/events', {}, narrow)
      expect([scope, refused.status]).toEqual([scope, 403])
    }
    expect((await listenTo(whole.port, '/ap/streams/proxy?id=https://far.test/x')).status).toBe(401)
  })

  test('four at once for one person; and what is passed on ends with its token', async () => {
    const url = 'https://far.test/silent'
    whole.peer.answer(url, { type: STREAM, body: events('s') + ' '.repeat(5000), dripMs: 20 })
    const ben = await personHere(whole.world, 'ben')
    const bens = await tokenFor(whole.world, ben, { scope: 'read' })
    const streams = await Promise.all(Array.from({ length: 4 }, () => pass(url, {}, bens)))
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect((await pass(url, {}, bens)).status).toBe(429)
    const grant = await findBearer(whole.world, bens)
    await revokeGrants(whole.world, grant ? [grant.grantId] : [])
    await Promise.race([
      Promise.all(streams.map(({ ended }) => ended)),
      sleep(2000).then(() => expect.fail('still open')),
    ])
  })

  test('what the other server answers instead of a stream is told as it is', async () => {
    const answers = [
      [{ status: 404 }, 404],
      [{ status: 410 }, 410],
      [{ status: 403 }, 403],
      [{ status: 401 }, 403],
      [{ status: 500 }, 502],
      [{ type: 'text/html', body: '<p>' }, 502],
      [{ type: 'text/html', body: '<p>', endless: true }, 502],
    ] as const
    for (const [n, [answer, status]] of answers.entries()) {
      whole.peer.answer(`https://far.test/no/${n}`, answer)
      expect([n, (await pass(`https://far.test/no/${n}`)).status]).toEqual([n, status])
    }
  })
})
