import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signed } from '../support/peer/signer.ts'
import { change, changed, inPath, word } from '../support/spoiled.ts'
import { SEED, startTarget, type Target } from '../support/thrown.ts'
import { ORIGIN } from '../support/world.ts'

/*
 * Whatever anybody sends: an answer below 500 within a second, and nothing changed where the answer is no.
 */

let target: Target
beforeAll(async () => {
  target = await startTarget()
}, 60_000)
afterAll(async () => {
  await target?.[Symbol.asyncDispose]()
})

describe('S-006, S-026, S-027: activities', () => {
  test('spoilt in every way, but well signed', async () => {
    const cases = fc.record({ kind: fc.nat(100), changes: fc.array(change, { minLength: 1, maxLength: 4 }) })
    const { taken, refused } = await target.throwAll(cases, 450, ({ kind, changes }) => {
      const fine = target.fineOnes()
      return target.deliver(changed(fine[kind % fine.length] ?? {}, changes))
    })
    expect(taken).toBeGreaterThan(50)
    expect(refused).toBeGreaterThan(50)
    // Nothing that was taken made a worker stumble.
    const dead = await target.db.selectFrom('dead_job').selectAll().execute()
    expect(dead).toEqual([])
    for (const table of ['lane_job', 'job'] as const) {
      const waiting = await target.db.selectFrom(table).select(['payload', 'attempts']).execute()
      expect(waiting.filter((row) => row.attempts > 0)).toEqual([])
    }
    const pages = [
      '/',
      '/@anna',
      '/tags/x',
      `/@anna/${target.post}`,
      `/ap/posts/${target.post}/replies?cursor=first`,
    ]
    for (const path of pages) expect((await target.ask(path)).status, path).toBe(200)
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
        const whole = Buffer.from(JSON.stringify(target.fineOnes()[0]))
        return whole.subarray(0, at % whole.length)
      }),
      fc.nat(2000).map((at) => {
        const whole = Buffer.from(JSON.stringify(target.fineOnes()[0]))
        whole[at % whole.length] = 0xff
        return whole
      }),
    )
    const { taken } = await target.throwAll(bytes, 150, (body) => target.deliver(body))
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
    await target.throwAll(cases, 200, ({ alter, scheme }) => {
      const { host: _host, ...rest } = alter
      return target.deliver(target.alice.activity('View', `${ORIGIN}/`), { scheme, alter: rest })
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
    await target.throwAll(fc.record({ path, headers: some }), 200, ({ path, headers }) =>
      target.ask(path, { headers }),
    )
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
      ...[
        '/setup?token=*',
        '/accounts?before=*',
        '/authorize_interaction?uri=*',
        '/interact?uri=*&handle=a',
        '/sign-in?*',
        '/avatars/*',
      ],
      ...['/invite/*', '/sign-up/done?waits=*', '/sign-up/confirm?token=*', '/password/reset?token=*'],
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
    const { refused } = await target.throwAll(
      cases,
      500,
      async ({ place, first, second, accept, method, signedIn }) => {
        const path = place
          .replace('*', () => first)
          .replaceAll('*', () => second)
          .replace('ANNA', target.anna.id)
          .replace('POST', target.post)
        const reply = await target.ask(path, {
          method,
          headers: { accept, ...(signedIn && { cookie: target.cookie }) },
        })
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
    await target.ask(path)
    await target.ask(path, { headers: { accept: 'application/activity+json' } })
    await target.ask(path, { method: 'POST' })
  })

  test('an inbox named by a whole address takes nothing that was not signed for it', async () => {
    const activity = JSON.stringify(target.alice.activity('View', `${ORIGIN}/`))
    const url = `${ORIGIN}/ap/inbox`
    const headers = { 'content-type': 'application/activity+json' }
    const outgoing = signed(
      { method: 'POST', url, headers, body: Buffer.from(activity) },
      target.alice.keys.rsa,
    )
    const before = await target.state()
    const how = { method: 'POST', headers: outgoing.headers, body: activity }
    expect((await target.ask('http://evil.test/ap/inbox', how)).status).toBeGreaterThanOrEqual(400)
    expect(await target.state()).toEqual(before)
  })
})

describe('forms', () => {
  const FORM = 'application/x-www-form-urlencoded'
  const fields = fc.dictionary(
    fc.constantFrom(
      ...['csrf', 'login', 'password', 'current', 'next', 'token', 'name', '__proto__', 'a[b]'],
      ...['email', 'code', 'agree', 'reason'],
    ),
    word.filter((text) => text.isWellFormed()),
    { maxKeys: 5 },
  )
  const route = fc.constantFrom(
    '/sign-in',
    '/sign-out',
    '/sign-out/everywhere',
    '/setup',
    '/sign-up',
    '/sign-up/confirm',
    '/password/forgot',
    '/password/reset',
    '/accounts/waiting/approve',
    '/accounts/waiting/reject',
    '/accounts/invites',
    '/accounts/invites/revoke',
    '/accounts/security/email',
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
    const { taken } = await target.throwAll(cases, 120, ({ route, type, fields, signedIn }) => {
      const headers = {
        'content-type': type,
        accept: 'text/html',
        ...(signedIn && { cookie: target.cookie }),
      }
      return target.ask(route, { method: 'POST', headers, body: new URLSearchParams(fields).toString() })
    })
    expect(taken).toBe(0)
  }, 30_000)

  test('from our own page, filled in with anything', async () => {
    const page = await target.ask('/sign-in', { headers: { accept: 'text/html' } })
    const token = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const visitor = String(page.headers['set-cookie']).split(';')[0] ?? ''
    const cases = fc.sample(fc.record({ route, fields }), { numRuns: 60, seed: SEED })
    const before = await target.state()
    for (const { route, fields } of cases) {
      const body = new URLSearchParams({ ...fields, csrf: token }).toString()
      const headers = { 'content-type': FORM, accept: 'text/html', cookie: visitor }
      const { status } = await target.ask(route, { method: 'POST', headers, body })
      if (route !== '/sign-out') expect(status, `${route} ${body}`).toBeGreaterThanOrEqual(400)
    }
    expect(await target.state()).toEqual(before)
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
    const socket = connect(target.port, '127.0.0.1')
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
    expect((await target.whole.ask('/livez')).status).toBe(200)
  })
})

test('that was enough, and the database stands', async () => {
  expect(target.sent()).toBeGreaterThan(1500)
  const { rows } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM post WHERE local`.execute(
    target.db,
  )
  expect(rows[0]?.n).toBe(1)
  expect(target.errors).toEqual([])
})
