import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SignOptions } from '../../../support/peer/signer.ts'
import type { Json, Person } from '../../../support/peer.ts'
import { type Door, knownPerson, openDoor, post } from './door.ts'

let door: Door
let alice: Person

beforeAll(async () => {
  door = await openDoor()
  alice = await knownPerson(door, 'alice')
})
afterAll(() => door[Symbol.asyncDispose]())
beforeEach(async () => {
  await door.db.deleteFrom('lane_job').execute()
  door.peer.requests.length = 0
})

const hello = () => alice.create(alice.note('hello'))
const send = (sign: SignOptions = {}, body: Json | string | Buffer = hello()) =>
  post(alice, door.shared, body, sign)

async function expectNothing() {
  expect(await door.kept()).toEqual([])
  expect(door.asked()).toEqual([])
}

test('a signed activity is kept as it came, and answered 202', async () => {
  const body = JSON.stringify(hello(), null, 2)
  expect(await send({}, body)).toBe('202 taken')
  const [row] = await door.db.selectFrom('lane_job').select(['payload', 'kind']).execute()
  expect(row).toEqual({ payload: body, kind: 'activity' })
  expect(door.asked()).toEqual([])
  expect(door.heard).toContain('far.test')
})

test.each(['cavage', 'rfc9421', 'both'] as const)('signed by %s', async (scheme) => {
  expect(await send({ scheme })).toBe('202 taken')
})

describe('S-001: what is meant for another server', () => {
  test.each(['other.test', 'weft.test:8443', 'weft.test.evil.test', 'xweft.test', ''])(
    'Host: %s is answered 421',
    async (host) => {
      expect(await send({ alter: { host } })).toMatch(
        /^(421 This request was meant for another server\. \(this is weft\.test\)|400 )/,
      )
      await expectNothing()
    },
  )

  test.each(['WEFT.test', 'weft.test:443'])('Host: %s is our own', async (host) => {
    expect(await send({ headers: { host } })).toBe('202 taken')
  })

  test('X-Forwarded-Host counts from a trusted proxy only', async () => {
    expect(await send({ headers: { 'x-forwarded-host': 'evil.test' } })).toBe('202 taken')
    await using proxied = await openDoor({ trustedProxies: ['127.0.0.1'] })
    const bob = await knownPerson(proxied, 'bob')
    const note = bob.create(bob.note('by way of a proxy'))
    expect(await post(bob, proxied.shared, note, { headers: { 'x-forwarded-host': 'evil.test' } })).toMatch(
      /^421 /,
    )
    const behind: SignOptions = { alter: { host: '127.0.0.1:3000', 'x-forwarded-host': 'weft.test' } }
    expect(await post(bob, proxied.shared, note, behind)).toBe('202 taken')
  })
})

describe('S-023 to S-025: what is not read at all', () => {
  test.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'text/html',
    '',
    'application/activity+json; charset=utf-16',
  ])('S-023: Content-Type: %s is answered 415', async (type) => {
    expect(await send({ headers: { 'content-type': type } })).toMatch(/^415 /)
    await expectNothing()
  })

  test.each([
    'application/activity+json; charset=utf-8',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    'APPLICATION/LD+JSON',
    'application/json',
  ])('S-023: Content-Type: %s is read', async (type) => {
    expect(await send({ headers: { 'content-type': type } })).toBe('202 taken')
  })

  test('S-024: more than 1 MB is answered 413, whether it says so beforehand or not', async () => {
    const large = JSON.stringify({ ...hello(), more: 'x'.repeat(1_100_000) })
    expect(await send({}, large)).toMatch(/^413 .*1048576/)
    const chunked = await rawRequest(
      'Transfer-Encoding: chunked',
      Array.from({ length: 40 }, () => `8000\r\n${'x'.repeat(0x8000)}\r\n`).join(''),
    )
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /)
    await expectNothing()
    expect(await send()).toBe('202 taken')
  })

  test('S-024: up to 1 MB is read', async () => {
    const full = JSON.stringify({ ...hello(), more: 'x'.repeat(1_040_000) })
    expect(await send({}, full)).toBe('202 taken')
  })

  test.each(['gzip', 'br', 'deflate', 'gzip, gzip', 'x-unknown'])(
    'S-025: Content-Encoding: %s is answered 415',
    async (encoding) => {
      const sign = { headers: { 'content-encoding': encoding } }
      expect(await send(sign, gzipSync(JSON.stringify(hello())))).toMatch(/^415 .*compressed/)
      await expectNothing()
    },
  )

  test('a body that never comes whole disturbs nobody', async () => {
    const socket = connect(Number(new URL(door.base).port), '127.0.0.1')
    socket.write(`${requestHead('Content-Length: 500')}\r\n{"half":`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    expect(await send()).toBe('202 taken')
  })
})

describe('S-003: an unsigned request', () => {
  test('is answered 401, and nobody is asked about anything', async () => {
    const context = { ...hello(), '@context': 'https://evil.test/context' }
    expect(await send({ scheme: 'none' }, context)).toBe('401 This request must be signed.')
    await expectNothing()
  })

  test('S-014, S-015, S-030: signatures within the document authenticate nothing', async () => {
    const more = {
      signature: {
        type: 'RsaSignature2017',
        creator: alice.keys.rsa.uri,
        created: new Date().toISOString(),
        signatureValue: 'AAAA',
      },
      proof: {
        type: 'DataIntegrityProof',
        cryptosuite: 'eddsa-jcs-2022',
        verificationMethod: alice.keys.ed25519.uri,
        proofValue: 'z1',
      },
    }
    expect(await send({ scheme: 'none' }, { ...hello(), ...more })).toBe('401 This request must be signed.')
    await expectNothing()
  })
})

test.each([
  ['S-002: for another host', { signedUrl: 'https://other.test/ap/inbox', alter: { host: 'weft.test' } }],
  ['S-002: without any host', { covered: ['(request-target)', 'date', 'digest'] }],
  ['S-004: without digest', { omit: ['digest'] }],
  ['S-005: 61 minutes old', { date: new Date(Date.now() - 61 * 60_000) }],
  ['S-005: 61 minutes early', { date: new Date(Date.now() + 61 * 60_000) }],
  ['S-006: without a date that can be read', { date: 'the day before' }],
  ['S-007: for another path', { signedUrl: 'https://weft.test/ap/actors/1/inbox' }],
  ['S-009: under another algorithm', { scheme: 'rfc9421', algorithm: 'hmac-sha256' }],
] satisfies [string, SignOptions][])('%s: 401, and nothing is kept', async (_what, sign) => {
  expect(await send(sign)).toMatch(/^401 .*\(.+\)$/)
  await expectNothing()
})

test('S-004: with another body than was signed: 401, and nothing is kept', async () => {
  const other = JSON.stringify(alice.delete(hello().id as string))
  expect(await send({ bodyInstead: other })).toMatch(/^401 .*digest/)
  expect(await send({ bodyInstead: other, scheme: 'rfc9421' })).toMatch(/^401 .*digest/)
  await expectNothing()
})

test('S-005: 55 minutes either way are accepted, and the skew is told', async () => {
  door.skews.length = 0
  expect(await send({ date: new Date(Date.now() - 55 * 60_000) })).toBe('202 taken')
  expect(await send({ date: new Date(Date.now() + 55 * 60_000) })).toBe('202 taken')
  expect(door.skews.map((seconds) => Math.round(seconds / 300))).toEqual([-11, 11])
  await send({ date: new Date(Date.now() - 120 * 60_000) })
  expect(Math.round((door.skews[2] ?? 0) / 60)).toBe(-120)
})

describe('S-006: bodies that are no activity are answered 400', () => {
  test.each([
    '',
    '"text"',
    'null',
    '[]',
    '1',
    '{',
    '{}',
    '{"type":"Create"}',
    '[{"type":"Create"}]',
    '{"type":null,"actor":null,"object":null}',
    Buffer.from([0xff, 0xfe, 0x7b]),
    '\ufeff{}',
  ])('%s', async (body) => {
    expect(await send({}, body)).toMatch(/^400 The server does not understand this request\. \(.+\)$/)
    await expectNothing()
  })
})

test('S-006: bytes that are no UTF-8 are not guessed at', async () => {
  const [before = '', after = ''] = JSON.stringify({ ...hello(), more: '|' }).split('|')
  const body = Buffer.concat([Buffer.from(before), Buffer.from([0xc3, 0x28]), Buffer.from(after)])
  expect(await send({}, body)).toBe('400 The server does not understand this request. (not UTF-8)')
  await expectNothing()
})

describe('S-026 to S-029: the shape of a document', () => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  test.each([
    ['too deep', () => `{"type":"Create","actor":"${alice.uri}","object":${deep(40)}}`],
    ['far too deep', () => `{"type":"Create","actor":"${alice.uri}","object":${deep(100_000)}}`],
    [
      'of too many parts',
      () => JSON.stringify({ ...hello(), tag: Array.from({ length: 3000 }, () => ({ a: 1, b: [2, 3] })) }),
    ],
    [
      'with a list too long',
      () => JSON.stringify({ ...hello(), to: Array.from({ length: 5001 }, () => 'https://a.test/') }),
    ],
    [
      'with too many contexts',
      () => JSON.stringify({ ...hello(), '@context': Array.from({ length: 11 }, () => 'https://a.test/') }),
    ],
    [
      'S-029: that redefines actor',
      () => JSON.stringify({ ...hello(), '@context': [{ actor: 'as:target' }] }),
    ],
    ['S-029: with @graph', () => JSON.stringify({ ...hello(), '@graph': [] })],
    ['S-029: with @included', () => JSON.stringify({ ...hello(), '@included': [] })],
    ['S-029: with @reverse', () => JSON.stringify({ ...hello(), '@reverse': {} })],
  ])('%s: 400 within 100 ms', async (_what, body) => {
    const text = body()
    const start = performance.now()
    expect(await send({}, text)).toMatch(/^400 /)
    expect(performance.now() - start).toBeLessThan(100)
    await expectNothing()
  })

  test('S-027: keys that could reach a prototype are inert', async () => {
    const text = JSON.stringify(hello()).replace(
      '{',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
    )
    expect(await send({}, text)).toBe('202 taken')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('S-028: a context that nobody knows is never fetched', async () => {
    expect(
      await send(
        {},
        { ...hello(), '@context': ['https://www.w3.org/ns/activitystreams', 'https://evil.test/c'] },
      ),
    ).toBe('202 taken')
    expect(door.asked()).toEqual([])
  })
})

test('a host that we do not talk with is told so before anything is read', async () => {
  expect(await send({ keyId: 'https://blocked.test/users/x#main-key' })).toBe(
    '403 This server does not talk with yours.',
  )
  await expectNothing()
})

test('S-020: a key of our own server is nobody’s', async () => {
  expect(await send({ keyId: 'https://WEFT.test:443/ap/actors/1#main-key' })).toMatch(
    /^401 .*nobody of this server/,
  )
  await expectNothing()
})

describe('the personal inbox', () => {
  test('of nobody is 404, of somebody deleted 410, of the server itself open', async () => {
    const { id } = await door.personHere('gone')
    expect(await post(alice, door.inboxOf(id), hello())).toBe('202 taken')
    await door.db.updateTable('account').set({ deleted_at: new Date() }).where('id', '=', id).execute()
    expect(await post(alice, door.inboxOf(id), hello())).toMatch(/^410 /)
    for (const name of ['1', '0', 'x', '9'.repeat(30), '%00']) {
      expect(await post(alice, `https://weft.test/ap/actors/${name}/inbox`, hello())).toMatch(/^404 /)
    }
    expect(await post(alice, 'https://weft.test/ap/actors/instance/inbox', hello())).toBe('202 taken')
  })

  test('other methods are not for this door', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status } = await fetch(`${door.base}/ap/inbox`, { method })
      expect(status).toBe(404)
    }
  })
})

function requestHead(...headers: string[]): string {
  const date = new Date().toUTCString()
  const signature = `keyId="${alice.keys.rsa.uri}",headers="(request-target) host date digest",signature="AAAA"`
  const usual = [
    'Host: weft.test',
    'Content-Type: application/activity+json',
    `Date: ${date}`,
    `Signature: ${signature}`,
  ]
  return `POST /ap/inbox HTTP/1.1\r\n${[...usual, ...headers].join('\r\n')}\r\n`
}

/** The answer to bytes that no client would send. */
async function rawRequest(header: string, body: string): Promise<string> {
  const socket = connect(Number(new URL(door.base).port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`${requestHead(header, 'Connection: close')}\r\n${body}0\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}
