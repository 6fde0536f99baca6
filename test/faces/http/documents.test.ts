import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fc from 'fast-check'
import { type Dispatcher, request } from 'undici'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createDocuments,
  type Documents,
  documentKey,
  readyDocument,
} from '../../../src/faces/http/documents.ts'

const HOSTS = { origin: 'https://weft.test', handleHost: 'weft.test' }
const AS = 'application/activity+json'

let documents: Documents = createDocuments(HOSTS)
const app = express()
app.use((req, res, next) => documents.handler(req, res, next))
app.use((_req, res) => void res.status(299).send('not from the cache'))
const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  documents = createDocuments(HOSTS)
})

async function get(
  path: string,
  headers: Record<string, string> = {},
  method: Dispatcher.HttpMethod = 'GET',
) {
  const response = await request(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { host: 'weft.test', accept: AS, ...headers },
  })
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
}

function keep(path: string, text: string, paths: readonly string[] = [], since = documents.generation()) {
  documents.keep(
    path,
    since,
    readyDocument(Buffer.from(text), { 'content-type': AS, 'x-kept': 'yes' }),
    paths,
  )
}

const isKept = async (path: string) => (await get(path)).status === 200

describe('a document that is kept', () => {
  test('is answered with its bytes, headers and a strong ETag', async () => {
    keep('/ap/actors/1', '{"é":1}')
    const got = await get('/ap/actors/1')
    expect(got).toMatchObject({ status: 200, text: '{"é":1}' })
    expect(got.headers).toMatchObject({ 'content-type': AS, 'x-kept': 'yes', 'content-length': '8' })
    expect(got.headers.etag).toMatch(/^"[\w-]{27}"$/)
  })

  test('is 304 to who has it already, in every way to say so', async () => {
    keep('/ap/actors/1', 'one')
    const etag = String((await get('/ap/actors/1')).headers.etag)
    for (const held of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const got = await get('/ap/actors/1', { 'if-none-match': held })
      expect(got).toMatchObject({ status: 304, text: '' })
      expect(got.headers.etag).toBe(etag)
    }
    expect((await get('/ap/actors/1', { 'if-none-match': '"other"' })).status).toBe(200)
    keep('/ap/actors/1', 'two')
    expect((await get('/ap/actors/1', { 'if-none-match': etag })).status).toBe(200)
  })

  test('answers HEAD with the same headers and no body', async () => {
    keep('/ap/actors/1', 'one')
    const [head, got] = [await get('/ap/actors/1', {}, 'HEAD'), await get('/ap/actors/1')]
    expect(head).toMatchObject({ status: 200, text: '' })
    for (const name of ['content-type', 'content-length', 'etag', 'x-kept']) {
      expect(head.headers[name]).toBe(got.headers[name])
    }
  })

  test('is for reading only', async () => {
    keep('/ap/actors/1', 'one')
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'] as const) {
      expect((await get('/ap/actors/1', {}, method)).status).toBe(299)
    }
  })

  test('S-096: is not given to who signs or signs in, nor to who wants the page', async () => {
    keep('/@anna', 'actor')
    keep('/ap/actors/1', 'actor')
    expect(await isKept('/@anna')).toBe(true)
    for (const headers of [
      { signature: 'keyId="x"' },
      { 'signature-input': 'sig1=()' },
      { authorization: 'Bearer x' },
      { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
    ]) {
      expect((await get('/@anna', headers)).status).toBe(299)
      expect((await get('/ap/actors/1', headers)).status).toBe(299)
    }
    expect((await get('/@anna', { accept: '*/*' })).status).toBe(299)
  })

  test('S-001: is not given under another host’s name', async () => {
    keep('/ap/actors/1', 'actor')
    expect((await get('/ap/actors/1', { host: 'evil.test' })).status).toBe(299)
    expect((await get('/ap/actors/1', { 'x-forwarded-host': 'evil.test' })).status).toBe(299)
    expect((await get('/ap/actors/1', { host: 'WEFT.test', 'x-forwarded-host': 'weft.test' })).status).toBe(
      200,
    )
  })

  test('is one, whatever else its address says', async () => {
    keep('/ap/actors/1', 'actor')
    keep('/ap/actors/1/outbox', 'outbox')
    expect((await get('/ap/actors/1?x=1&cursor=2')).text).toBe('actor')
    expect((await get('/ap/actors/1/outbox?x=1')).text).toBe('outbox')
    expect((await get('/ap/actors/1/outbox?cursor=2')).status).toBe(299)
    keep('/.well-known/webfinger?resource=acct%3Aanna%40weft.test', 'jrd')
    expect((await get('/.well-known/webfinger?rel=self&resource=ACCT:Anna@weft.test')).text).toBe('jrd')
  })
})

describe('a document is forgotten', () => {
  test('when its path, one above it or one that it named is dropped, and by no other drop', async () => {
    keep('/ap/actors/1', 'a')
    keep('/ap/actors/1/outbox', 'b')
    keep('/ap/actors/12', 'c')
    keep('/.well-known/webfinger?resource=acct%3Aanna%40weft.test', 'd', ['/ap/actors/1'])
    keep('/ap/posts/5', 'e')
    documents.drop(['/ap/actors/1/followers', '/ap/posts/1'])
    expect(await isKept('/ap/actors/1/outbox')).toBe(true)
    documents.drop(['/ap/actors/1/outbox'])
    expect(await isKept('/ap/actors/1/outbox')).toBe(false)
    expect(await isKept('/ap/actors/1')).toBe(true)
    keep('/ap/actors/1/outbox', 'b')
    documents.drop(['/ap/actors/1'])
    expect(await isKept('/ap/actors/1')).toBe(false)
    expect(await isKept('/ap/actors/1/outbox')).toBe(false)
    expect(await isKept('/.well-known/webfinger?resource=acct:anna@weft.test')).toBe(false)
    expect(await isKept('/ap/actors/12')).toBe(true)
    expect(await isKept('/ap/posts/5')).toBe(true)
  })

  test('when another process says so, and with all others when what it says cannot be read', async () => {
    keep('/nodeinfo/2.1', 'a')
    keep('/ap/posts/1', 'b')
    documents.hear('["/nodeinfo"]')
    expect(await isKept('/nodeinfo/2.1')).toBe(false)
    expect(await isKept('/ap/posts/1')).toBe(true)
    documents.hear('oops')
    expect(await isKept('/ap/posts/1')).toBe(false)
    keep('/ap/posts/1', 'b')
    documents.clear()
    expect(await isKept('/ap/posts/1')).toBe(false)
  })

  test('when it has grown old, though nobody said anything', async () => {
    documents = createDocuments({ ...HOSTS, maxAgeMs: 40 })
    keep('/ap/actors/1', 'a')
    expect(await isKept('/ap/actors/1')).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(await isKept('/ap/actors/1')).toBe(false)
  })

  test('when there is no more room: the bytes are bounded', async () => {
    documents = createDocuments({ ...HOSTS, maxBytes: 20_000 })
    for (let n = 1; n <= 50; n++) keep(`/ap/posts/${n}`, 'x'.repeat(1000))
    const kept = await Promise.all(Array.from({ length: 50 }, (_, n) => isKept(`/ap/posts/${n + 1}`)))
    expect(kept.filter(Boolean).length).toBeGreaterThan(5)
    expect(kept.filter(Boolean).length).toBeLessThan(20)
    expect(kept.at(-1)).toBe(true)
    keep('/ap/posts/99', 'x'.repeat(30_000))
    expect(await isKept('/ap/posts/99')).toBe(false)
  })
})

describe('what was read before a write', () => {
  test('is not put back after its drop', async () => {
    const since = documents.generation()
    documents.drop(['/ap/posts/1'])
    keep('/ap/posts/1', 'the old words', [], since)
    expect(await isKept('/ap/posts/1')).toBe(false)
    keep('/ap/posts/1', 'the new words')
    expect((await get('/ap/posts/1')).text).toBe('the new words')
  })

  test('is not put back when the write dropped a path above it, or one that it names', async () => {
    const since = documents.generation()
    documents.drop(['/ap/actors/1'])
    keep('/ap/actors/1/outbox', 'old', [], since)
    keep('/@anna', 'old', ['/ap/actors/1'], since)
    expect(await isKept('/ap/actors/1/outbox')).toBe(false)
    expect(await isKept('/@anna')).toBe(false)
  })

  test('is kept when the write was about something else', async () => {
    const since = documents.generation()
    documents.drop(['/ap/posts/2'])
    keep('/ap/posts/1', 'still true', [], since)
    expect(await isKept('/ap/posts/1')).toBe(true)
  })

  test('is not put back after everything was forgotten, or after more drops than can be remembered', async () => {
    const since = documents.generation()
    documents.clear()
    keep('/ap/posts/1', 'old', [], since)
    expect(await isKept('/ap/posts/1')).toBe(false)

    const before = documents.generation()
    documents.drop(['/ap/posts/7'])
    for (let n = 0; n < 10_100; n++) documents.drop([`/ap/posts/1${n}`])
    keep('/ap/posts/7', 'old', [], before)
    expect(await isKept('/ap/posts/7')).toBe(false)
  })

  test('never survives, in whatever order reads, writes and drops fall', async () => {
    const step = fc.record({ kind: fc.constantFrom('begin', 'end', 'write'), which: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        documents = createDocuments(HOSTS)
        let version = 0
        const reads: { since: number; seen: number }[] = []
        for (const { kind, which } of steps) {
          if (kind === 'begin') {
            const since = documents.generation()
            reads.push({ since, seen: version })
          } else if (kind === 'write') {
            version += 1
            documents.drop(['/ap/posts/1'])
          } else {
            const [read] = reads.splice(which % Math.max(1, reads.length), 1)
            if (read) keep('/ap/posts/1', String(read.seen), [], read.since)
          }
        }
        const got = await get('/ap/posts/1')
        if (got.status === 200) expect(got.text).toBe(String(version))
      }),
      { numRuns: 200 },
    )
  })
})

describe('the name of a document', () => {
  const key = (url: string, accept?: string) => documentKey({ url, headers: { accept } } as never)

  test.each([
    ['/ap/actors/1', AS, '/ap/actors/1'],
    ['/ap/actors/1', undefined, '/ap/actors/1'],
    ['/ap/actors/1', '*/*', '/ap/actors/1'],
    ['/ap/actors/1', 'text/html', undefined],
    ['/ap/actors/instance', 'application/json', '/ap/actors/instance'],
    ['/ap/posts/1/replies?cursor=5&x', AS, '/ap/posts/1/replies?cursor=5'],
    ['/ap/inbox', AS, '/ap/inbox'],
    ['/ap/actors/%31', AS, undefined],
    ['/ap/actors/1/', AS, undefined],
    ['/ap/actors/../1', AS, undefined],
    ['/@anna', AS, '/@anna'],
    ['/@anna/5', 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"', '/@anna/5'],
    ['/@anna/5', 'application/ld+json', '/@anna/5'],
    ['/@anna', '*/*', undefined],
    ['/@anna', 'application/activity+json;q=0.5, text/html', undefined],
    ['/@anna', 'text/html;q=0.1, application/activity+json', '/@anna'],
    ['/@anna', 'text/html;q=0, application/activity+json;q=0.1', '/@anna'],
    ['/@anna', 'application/activity+json;q=0', undefined],
    ['/@anna/accounts', AS, undefined],
    ['/.well-known/host-meta', '*/*', '/.well-known/host-meta'],
    ['/.well-known/host-meta', 'application/json', '/.well-known/host-meta.json'],
    ['/nodeinfo/2.0?x', undefined, '/nodeinfo/2.0'],
    ['/nodeinfo/3.0', undefined, undefined],
    ['/', AS, undefined],
    ['/tags/x', AS, undefined],
  ])('of %s for %s is %s', (url, accept, expected) => {
    expect(key(url, accept)).toBe(expected)
  })

  test('is found for anything, without a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, accept) => {
        for (const start of ['', '/ap/', '/ap/actors/1?', '/@', '/.well-known/webfinger?resource=']) {
          const found = key(start + text, accept)
          expect(found === undefined || found.startsWith('/')).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
