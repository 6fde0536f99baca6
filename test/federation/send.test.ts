import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { AccountId, ActivityId } from '../../src/base/ids.ts'
import type { Knock } from '../../src/db/tables/queue.ts'
import { createSender, type SenderParts } from '../../src/federation/send.ts'
import { createDispatcher } from '../../src/remote/dispatcher.ts'
import { makeRsaKey } from '../support/peer/keys.ts'
import { isSignedBy, schemeOf } from '../support/peer/signer.ts'
import { type Answer, startPeer } from '../support/peer.ts'

const peer = await startPeer()
const dispatcher = createDispatcher({ allowedPrivateAddresses: ['127.0.0.0/8', '::1'], global: false })
const key = await makeRsaKey('https://weft.test/ap/actors/1#main-key')
const privateKey = key.privateKey.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, ['sign'])
const stored = '{"@context":"https://www.w3.org/ns/activitystreams",  "type":"Create", "content":"Grüße"}'
const activityId = '7' as ActivityId
let loads: string[] = []
let counter = 0

const parts: SenderParts = {
  dispatcher,
  userAgent: 'Weft/0.1.0 (+https://weft.test)',
  activity: async (id) => {
    loads.push(`activity ${id}`)
    return id === activityId ? { accountId: '1' as AccountId, body: stored } : undefined
  },
  signingKey: async (id) => {
    loads.push(`key ${id}`)
    return { keyUri: key.uri, privateKey }
  },
}

beforeEach(() => {
  loads = []
})
afterAll(async () => {
  await dispatcher.destroy()
  await peer.stop()
})

/** Delivers to an inbox that answers so, one answer for each knock. */
async function deliver(answers: Answer | Answer[], knock: Knock = 'cavage', more: Partial<SenderParts> = {}) {
  const inboxUrl = `${peer.origin()}/inbox/${++counter}`
  peer.answer(inboxUrl, answers)
  const outcome = await createSender({ ...parts, ...more })({
    activityId,
    inboxUrl,
    host: new URL(inboxUrl).host,
    knock,
  })
  const requests = peer.requests.filter((request) => request.url === inboxUrl)
  return { outcome, requests, knocks: requests.map(schemeOf) }
}

describe('a delivery', () => {
  test.each(['cavage', 'rfc9421'] as const)(
    'is the stored bytes, signed (%s) and sent under our name',
    async (knock) => {
      const { outcome, requests } = await deliver({ status: 202 }, knock)
      expect(outcome).toEqual({ result: 'delivered', knock })
      expect(requests).toHaveLength(1)
      const [request] = requests
      if (!request) throw new Error('one request was promised')
      expect(request.body.toString()).toBe(stored)
      expect(request.headers).toMatchObject({
        'user-agent': 'Weft/0.1.0 (+https://weft.test)',
        'content-type': 'application/activity+json',
      })
      expect(schemeOf(request)).toBe(knock)
      expect(isSignedBy(request, key)).toBe(true)
    },
  )

  test('loads body and key once for all inboxes, also when they are sent to at the same time', async () => {
    const send = createSender(parts)
    const inboxes = Array.from({ length: 20 }, () => `${peer.origin()}/inbox/${++counter}`)
    for (const inbox of inboxes) peer.answer(inbox, { status: 202 })
    await Promise.all(
      inboxes.map((inboxUrl) =>
        send({ activityId, inboxUrl, host: new URL(inboxUrl).host, knock: 'cavage' }),
      ),
    )
    expect(loads).toEqual(['activity 7', 'key 1'])
  })

  test('of many activities keeps those of 8 MiB, each with what it takes besides its bytes', async () => {
    const sizes: Record<string, number> = { 1: 6 * 2 ** 20, 2: 3 * 2 ** 20 }
    for (let id = 10; id < 10_000; id++) sizes[id] = 1
    const loaded: string[] = []
    const send = createSender({
      ...parts,
      activity: async (id) => {
        loaded.push(id)
        return { accountId: '1' as AccountId, body: 'x'.repeat(sizes[id] ?? 0) }
      },
      // Nothing is sent: only what is loaded matters here.
      signingKey: async () => undefined,
    })
    const loadsOf = async (...ids: string[]) => {
      loaded.length = 0
      for (const id of ids) {
        await send({ activityId: id as ActivityId, inboxUrl: 'https://x.test/', host: 'x', knock: 'cavage' })
      }
      return [...loaded]
    }
    expect(await loadsOf('1', '1')).toEqual(['1'])
    expect(await loadsOf('2', '2', '1')).toEqual(['2', '1'])
    expect(await loadsOf('10', '10')).toEqual(['10'])
    await loadsOf(...Array.from({ length: 9000 }, (_, n) => String(11 + n)))
    expect(await loadsOf('10')).toEqual(['10'])
  })

  test('of an activity that is no longer there is withdrawn, and nobody is asked', async () => {
    const send = createSender(parts)
    const inboxUrl = `${peer.origin()}/inbox/${++counter}`
    const outcome = await send({ activityId: '8' as ActivityId, inboxUrl, host: 'x', knock: 'cavage' })
    expect(outcome).toEqual({ result: 'withdrawn' })
    expect(peer.hits(inboxUrl)).toBe(0)
  })

  test('that fails on our side is kept, with the reason', async () => {
    const signingKey = () => Promise.reject(new Error('WEFT_SECRET is another one'))
    expect((await deliver({ status: 202 }, 'cavage', { signingKey })).outcome).toEqual({
      result: 'host-failed',
      reason: 'not sent: WEFT_SECRET is another one',
      retryAfterSeconds: 30,
    })
  })
})

describe('R-012: what an answer means', () => {
  const inboxFailed = (status: number) => ({ result: 'inbox-failed', status, reason: `answered ${status}` })
  const hostFailed = (status: number) => ({ result: 'host-failed', reason: `answered ${status}` })

  const table: readonly (readonly [number, object])[] = [
    ...[200, 201, 202, 204, 299].map((status) => [status, { result: 'delivered', knock: 'cavage' }] as const),
    ...[301, 302, 303, 307, 308, 304, 402, 405, 406, 408, 413, 415, 418, 422, 451, 500, 501, 505, 599].map(
      (status) => [status, inboxFailed(status)] as const,
    ),
    ...[429, 502, 503, 504].map((status) => [status, hostFailed(status)] as const),
    [403, inboxFailed(403)],
    [404, { result: 'missing' }],
    [410, { result: 'gone' }],
  ]

  test.each(table)('%i', async (status, outcome) => {
    const redirect = status > 300 && status < 400 && status !== 304
    const answer = { status, ...(redirect ? { redirect: `${peer.origin()}/elsewhere` } : {}) }
    const { requests, ...rest } = await deliver(answer)
    expect(rest.outcome).toEqual(outcome)
    expect(requests).toHaveLength(1)
    expect(peer.hits(`${peer.origin()}/elsewhere`)).toBe(0)
  })

  test.each([
    ['120', 120],
    ['0', 0],
    ['999999999', 86_400],
    ['Fri, 16 Jan 2026 12:01:00 GMT', 60],
    ['Thu, 15 Jan 2020 12:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
  ])('Retry-After: %s', async (header, seconds) => {
    const clock = { now: () => new Date('2026-01-16T12:00:00Z') }
    for (const status of [429, 503, 500]) {
      const { outcome } = await deliver({ status, headers: { 'retry-after': header } }, 'cavage', { clock })
      expect((outcome as { retryAfterSeconds?: number }).retryAfterSeconds).toBe(seconds)
    }
  })

  test('a compressed or endless body does not matter, the status does', async () => {
    const gzipped = await deliver({ status: 202, body: 'x'.repeat(5000), gzipLayers: 1 })
    expect(gzipped.outcome).toEqual({ result: 'delivered', knock: 'cavage' })
    const endless = await deliver({ status: 403, endless: true })
    expect(endless.outcome).toEqual(inboxFailed(403))
    const midway = await deliver({ status: 202, body: 'x'.repeat(500), reset: 'midway' })
    expect(midway.outcome).toEqual({ result: 'delivered', knock: 'cavage' })
  })
})

describe('R-012: a network that fails is the host’s', () => {
  const failed = (reason: string) => ({ result: 'host-failed', reason })

  test('cut connections', async () => {
    const { outcome, requests } = await deliver({ reset: 'before' })
    expect(outcome).toEqual(failed('it dropped the connection'))
    expect(requests.length).toBeLessThanOrEqual(2)
  })

  test('a connection that was cut once is tried again at once', async () => {
    const { outcome } = await deliver([{ reset: 'before' }, { status: 202 }])
    expect(outcome).toEqual({ result: 'delivered', knock: 'cavage' })
  })

  test('silence, and one byte at a time: the deadline is for the whole', async () => {
    const start = performance.now()
    const hanging = deliver({ hang: true }, 'cavage', { deadlineMs: 400 })
    const dripping = deliver({ status: 202, body: 'x'.repeat(100), dripMs: 100 }, 'cavage', {
      deadlineMs: 400,
    })
    const twice = deliver([{ status: 401, delayMs: 300 }, { hang: true }], 'cavage', { deadlineMs: 400 })
    expect((await hanging).outcome).toEqual(failed('no answer in time'))
    expect((await dripping).outcome).toEqual({ result: 'delivered', knock: 'cavage' })
    expect((await twice).outcome).toEqual(failed('no answer in time'))
    expect(performance.now() - start).toBeLessThan(2000)
  })

  test.each([
    ['a port that nobody listens on', 'http://127.0.0.1:1/inbox', 'it refuses connections'],
    ['a name that does not exist', 'http://nobody.invalid/inbox', /name|connection/],
    ['TLS that is none', `https://localhost:${peer.port}/inbox`, /no connection|dropped/],
  ])('%s', async (_what, inboxUrl, reason) => {
    const outcome = await createSender(parts)({ activityId, inboxUrl, host: 'x', knock: 'cavage' })
    expect(outcome).toEqual(failed(expect.stringMatching(reason)))
  })

  test('an answer that is no HTTP', async () => {
    const server = createServer((socket) =>
      socket.on('error', () => undefined).end('220 smtp.test ESMTP\r\n'),
    )
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as { port: number }
    const inboxUrl = `http://127.0.0.1:${port}/inbox`
    const outcome = await createSender(parts)({ activityId, inboxUrl, host: 'x', knock: 'cavage' })
    expect(outcome).toEqual(failed('its answer is no HTTP'))
    server.close()
  })

  test.each([
    'http://10.0.0.1/inbox',
    'ftp://peer.test/inbox',
    'not an address',
    'https://u:p@peer.test/inbox',
  ])('S-065: %s is not gone to, and is no fault of a host', async (inboxUrl) => {
    const outcome = await createSender(parts)({ activityId, inboxUrl, host: 'x', knock: 'cavage' })
    expect(outcome).toMatchObject({ result: 'inbox-failed', status: 0 })
  })
})

describe('knocking', () => {
  const yes = { status: 202 }
  test.each([
    // known, answers, what was tried, outcome
    ['unknown', [yes], ['cavage'], 'cavage'],
    ['unknown', [{ status: 401 }, yes], ['cavage', 'rfc9421'], 'rfc9421'],
    ['unknown', [{ status: 403 }, yes], ['cavage', 'rfc9421'], 'rfc9421'],
    ['unknown', [{ status: 404 }, yes], ['cavage', 'rfc9421'], 'rfc9421'],
    ['unknown', [{ status: 410 }, yes], ['cavage', 'rfc9421'], 'rfc9421'],
    ['cavage', [{ status: 400 }, yes], ['cavage', 'rfc9421'], 'rfc9421'],
    ['rfc9421', [yes], ['rfc9421'], 'rfc9421'],
    ['rfc9421', [{ status: 401 }, yes], ['rfc9421', 'cavage'], 'cavage'],
  ] satisfies [Knock, Answer[], string[], string][])(
    '%s, %j: %j, learns %s',
    async (knock, answers, tried, learned) => {
      const { outcome, knocks } = await deliver(answers, knock)
      expect(knocks).toEqual(tried)
      expect(outcome).toEqual({ result: 'delivered', knock: learned })
    },
  )

  test.each([
    ['unknown', [401, 401], { result: 'inbox-failed', status: 401 }],
    ['unknown', [404, 401], { result: 'missing' }],
    ['unknown', [410, 400], { result: 'gone' }],
    ['unknown', [401, 404], { result: 'missing' }],
    ['unknown', [403, 503], { result: 'host-failed', reason: 'answered 503' }],
    ['cavage', [403], { result: 'inbox-failed', status: 403 }],
    ['cavage', [404], { result: 'missing' }],
    ['rfc9421', [410], { result: 'gone' }],
    ['unknown', [500], { result: 'inbox-failed', status: 500 }],
    ['unknown', [429], { result: 'host-failed', reason: 'answered 429' }],
  ] satisfies [Knock, number[], object][])('%s, %j: %j', async (knock, statuses, expected) => {
    const { outcome, requests } = await deliver(
      statuses.map((status) => ({ status })),
      knock,
    )
    expect(outcome).toMatchObject(expected)
    expect(requests).toHaveLength(statuses.length)
  })
})
