import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { editPost } from '../../../src/domain/posts/edit.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { testDatabase } from '../../support/database.ts'
import { ACTIVITY, type Got, startSurface } from '../../support/surface.ts'
import { personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
const { world } = testWorld(database.db)
const surface = await startSurface(world, database.url)
const closed = await startSurface(world, database.url, { authorizedFetch: true })
afterAll(async () => {
  await surface[Symbol.asyncDispose]()
  await closed[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})
const anna = await personHere(world, 'Anna')
const post = await publishPost(world, anna, { text: 'Hello', visibility: 'public' })
const hidden = await publishPost(world, anna, { text: 'Psst', visibility: 'followers' })
const actor = `/ap/actors/${anna.id}`

describe('a page and its document share one address', () => {
  const asked = [
    ACTIVITY,
    'application/ld+json',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1',
  ]
  test.each(asked)('%s gets the actor and the note', async (accept) => {
    expect((await surface.get('/@anna', { accept })).json).toMatchObject({ type: 'Person', id: anna.uri })
    expect((await surface.get(`/@anna/${post}`, { accept })).json).toMatchObject({ type: 'Note' })
  })

  test.each([
    'text/html',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    '*/*',
    'image/png',
  ])('%s gets the page, and no shared cache mixes them up', async (accept) => {
    for (const path of ['/@anna', `/@anna/${post}`]) {
      const got = await surface.get(path, { accept })
      expect(got.text).toBe('<p>page</p>')
      expect(got.headers.vary).toContain('Accept')
      expect((await surface.get(path)).headers.vary).toContain('Accept')
    }
  })

  test('whoever follows an id in a browser goes on to the pages; anything else gets the document', async () => {
    expect((await surface.get(actor, { accept: 'text/html' })).text).toBe('<p>page</p>')
    for (const accept of ['*/*', 'application/json', 'image/png']) {
      expect((await surface.get(actor, { accept })).json).toMatchObject({ id: anna.uri })
    }
  })

  test('nobody of that name: on to the pages, which have their own words for it', async () => {
    expect((await surface.get('/@nobody')).text).toBe('<p>page</p>')
  })
})

describe('a public document', () => {
  test('has a strong ETag, may be kept for a short while, and says what it depends on', async () => {
    for (const path of [actor, `/ap/posts/${post}`, `${actor}/outbox`, `${actor}/outbox?cursor=first`]) {
      surface.documents.clear()
      const [fresh, kept] = [await surface.get(path), await surface.get(path)]
      expect(fresh.headers).toMatchObject({
        'cache-control': 'public, max-age=60',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
      })
      for (const name of ['Accept', 'Signature', 'Signature-Input', 'Authorization', 'Cookie']) {
        expect(String(fresh.headers.vary).split(', ')).toContain(name)
      }
      expect(fresh.headers.etag).toMatch(/^"/)
      const { date: _a, ...before } = fresh.headers
      const { date: _b, ...after } = kept.headers
      expect([after, kept.text]).toEqual([before, fresh.text])
      expect((await surface.get(path, { 'if-none-match': String(fresh.headers.etag) })).status).toBe(304)
    }
  })

  test('is read once for all who ask at the same time', async () => {
    const bea = await surface.afterDrop(() => personHere(world, 'bea'))
    surface.documents.clear()
    const before = surface.reads()
    const all = await Promise.all(Array.from({ length: 20 }, () => surface.get(`/ap/actors/${bea.id}`)))
    expect(new Set(all.map((got) => got.text)).size).toBe(1)
    expect(surface.reads() - before).toBe(1)
  })
})

test('a document that was read before a write and answered after it is not kept', async () => {
  const id = await surface.afterDrop(() =>
    publishPost(world, anna, { text: 'old words', visibility: 'public' }),
  )
  const edit = () => surface.afterDrop(() => editPost(world, anna, id, { text: 'new words' }))
  let during: Promise<Got> | undefined
  surface.whileReading(async () => {
    await edit()
    // Whoever comes after the write does not share the read from before it.
    during = surface.get(`/ap/posts/${id}`)
    await during
  })
  expect((await surface.get(`/ap/posts/${id}`)).text).toContain('old words')
  expect((await during)?.text).toContain('new words')
  expect((await surface.get(`/ap/posts/${id}`)).text).toContain('new words')
})

describe('methods', () => {
  test.each([
    actor,
    '/ap/actors/instance',
    '/.well-known/webfinger?resource=acct:anna@weft.test',
    '/nodeinfo/2.1',
  ])('%s is read by GET and HEAD, and can be asked about', async (path) => {
    surface.documents.clear()
    const head = await surface.get(path, {}, 'HEAD')
    const got = await surface.get(path)
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers['content-length']).toBe(got.headers['content-length'])
    const options = await surface.get(path, { origin: 'https://app.test' }, 'OPTIONS')
    expect(options.status).toBe(204)
    expect(options.headers).toMatchObject({
      allow: 'GET, HEAD, OPTIONS',
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
    })
    const posted = await surface.get(path, {}, 'POST')
    expect(posted.status).toBe(405)
    expect(posted.headers.allow).toBe('GET, HEAD, OPTIONS')
  })

  test('an inbox is read by whose it is, the shared one by everybody; the writing is for who comes after', async () => {
    for (const [path, status] of [
      [`${actor}/inbox`, 401],
      ['/ap/inbox', 200],
    ] as const) {
      expect((await surface.get(path)).status).toBe(status)
      expect((await surface.get(path, {}, 'OPTIONS')).headers.allow).toBe('GET, HEAD, POST, OPTIONS')
      expect((await surface.get(path, {}, 'POST')).text).toBe('<p>page</p>')
    }
  })
})

describe('S-001', () => {
  test.each([
    [{ host: 'evil.test' }],
    [{ host: 'weft.test.evil.test' }],
    [{ host: 'weft.test:8080' }],
    [{ host: 'localhost' }],
    [{ 'x-forwarded-host': 'evil.test' }],
    [{ 'x-forwarded-host': 'weft.test, evil.test' }],
  ])('a request under another name is misdirected: %o', async (headers) => {
    for (const path of [
      actor,
      '/.well-known/webfinger?resource=acct:anna@weft.test',
      '/nodeinfo/2.1',
      '/ap/inbox',
    ]) {
      expect((await surface.get(path, headers)).status).toBe(421)
    }
  })

  test('the address in a document never comes from the request', async () => {
    const got = await surface.get(`${actor}/outbox`, { host: 'WEFT.TEST', 'x-forwarded-proto': 'http' })
    expect(got.json).toMatchObject({ id: `https://weft.test${actor}/outbox` })
  })
})

describe('S-006: garbage', () => {
  const paths = [actor, `/ap/posts/${hidden}`, `/ap/posts/${hidden}/replies`, '/@anna', `/@anna/${hidden}`]

  test.each([
    [{ date: 'yesterday', signature: 'keyId="x",headers="date",signature="!"' }],
    [{ signature: '' }],
    [{ signature: 'sig1=:%%%:', 'signature-input': 'sig1=("@method" ;created=x' }],
    [{ signature: 'keyId="::::",algorithm="none",headers="",signature="AAAA"' }],
    [{ signature: `keyId="${'x'.repeat(5000)}"` }],
    [{ accept: 'application/activity+json;q=NaN;;;,,,' }],
    [{ accept: `${'application/activity+json,'.repeat(300)}` }],
    [{ 'if-none-match': ',,,"' }],
    [{ authorization: 'Bearer' }],
  ])('in a header is answered: %o', async (headers) => {
    for (const path of paths) {
      expect([200, 404]).toContain((await surface.get(path, headers as never)).status)
      expect([200, 401]).toContain((await closed.get(path, headers as never)).status)
    }
  })

  test('in any header and path is 2xx or 4xx within a second, never a crash', {
    timeout: 60_000,
  }, async () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    })
    const name = fc.constantFrom(
      'accept',
      'signature',
      'signature-input',
      'date',
      'digest',
      'if-none-match',
      'authorization',
      'cookie',
      'content-digest',
      'x-forwarded-proto',
    )
    const path = fc.oneof(
      fc.constantFrom(...paths),
      fc.string().map((text) => `/ap/posts/${encodeURIComponent(text)}`),
      fc.webPath().map((text) => `/ap${text}`),
      fc.webQueryParameters().map((query) => `${actor}/outbox?${query}`),
    )
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.dictionary(
          name,
          printable.map((text) => text.replaceAll('\x7f', '').trim()),
          { maxKeys: 4 },
        ),
        async (url, headers) => {
          for (const one of [surface, closed]) {
            const began = performance.now()
            const { status } = await one.get(url, headers)
            expect([200, 304, 400, 401, 404, 405]).toContain(status)
            expect(performance.now() - began).toBeLessThan(1000)
          }
        },
      ),
      { numRuns: 1000 },
    )
    expect([...surface.errors, ...closed.errors]).toEqual([])
  })

  test('on the wire itself does not end the process', async () => {
    for (const bytes of [
      'GET /ap/actors/1 HTTP/1.1\r\n\r\n',
      `GET ${actor} HTTP/1.1\r\nHost: weft.test\r\nHost: evil.test\r\n\r\n`,
      'GET //[ HTTP/1.1\r\nHost: weft.test\r\n\r\n',
      'GET /.well-known/webfinger?resource=%E0%A4%A HTTP/1.1\r\nHost: weft.test\r\n\r\n',
      'GET /@anna%00 HTTP/1.1\r\nHost: weft.test\r\n\r\n',
      '\x00\x01\x02\r\n\r\n',
    ]) {
      const status = await raw(bytes)
      expect(status).toMatch(/^HTTP\/1\.1 [24]\d\d /)
    }
    expect((await surface.get(actor)).status).toBe(200)
  })
})

test('when the database is gone, readers get 503 and the process stays', async () => {
  const broken = await startSurface(
    {
      ...world,
      db: new Proxy({}, { get: () => gone }) as never,
    },
    database.url,
    { instance: false },
  )
  try {
    expect((await broken.get(actor)).status).toBe(503)
    expect((await broken.get('/.well-known/webfinger?resource=acct:anna@weft.test')).status).toBe(503)
    expect(broken.errors).not.toEqual([])
  } finally {
    await broken[Symbol.asyncDispose]()
  }
})

function gone(): never {
  throw Object.assign(new Error('no more'), { code: '57P01' })
}

function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(surface.port, '127.0.0.1', () => socket.end(bytes, 'latin1'))
    let text = ''
    socket.on('data', (data) => {
      text += data.toString('latin1')
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}
