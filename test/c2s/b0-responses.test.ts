import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { editPost } from '../../src/domain/posts/edit.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { type Reply, startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b0: the rules of every answer; S-144, and e5 as far as caches go. */

const ACTIVITY = 'application/activity+json'
const LINKED = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let token: string
let post: PostId
let hidden: PostId
const actor = () => `/ap/actors/${anna.id}`

beforeAll(async () => {
  whole = await startWhole()
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  token = await tokenFor(whole.world, anna)
  post = await publishPost(whole.world, anna, { text: 'Hello', visibility: 'public' })
  hidden = await publishPost(whole.world, anna, { text: 'Psst', visibility: 'direct' })
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  whole.ask(path, { method, headers: { accept: ACTIVITY, ...headers } })
const problemOf = ({ headers, text }: Reply) => {
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
  return JSON.parse(text) as Record<string, unknown>
}

describe('1. the media type', () => {
  test.each([
    [undefined, 'application/activity+json; charset=utf-8'],
    ['*/*', 'application/activity+json; charset=utf-8'],
    ['application/json', 'application/activity+json; charset=utf-8'],
    [ACTIVITY, 'application/activity+json; charset=utf-8'],
    ['application/ld+json', 'application/activity+json; charset=utf-8'],
    [LINKED, LINKED],
    [`${ACTIVITY}, ${LINKED}`, 'application/activity+json; charset=utf-8'],
    [`${ACTIVITY};q=0.5, ${LINKED}`, LINKED],
    [`${LINKED}, ${ACTIVITY}`, LINKED],
  ])('for %s is %s', async (accept, type) => {
    // The first is read, the second comes from what is kept ready, the third is for one app alone.
    for (const path of [actor(), `/ap/posts/${post}`, `${actor()}/outbox`, `${actor()}/outbox?cursor=first`])
      for (const more of [{}, {}, bearing(token)]) {
        const got = await whole.ask(path, { headers: { ...(accept && { accept }), ...more } })
        expect(got.headers['content-type'], path).toBe(type)
        expect(String(got.headers.vary).split(', ')).toEqual(
          expect.arrayContaining(['Accept', 'Authorization']),
        )
        expect(got.text.startsWith('{"@context":'), path).toBe(true)
      }
  })

  test('content stands in its language, too', async () => {
    const id = await publishPost(whole.world, anna, { text: 'Moin', visibility: 'public', language: 'de' })
    const { content, contentMap } = JSON.parse((await get(`/ap/posts/${id}`)).text)
    expect([content, contentMap]).toEqual(['<p>Moin</p>', { de: '<p>Moin</p>' }])
  })
})

describe('2. a problem', () => {
  test.each([
    ['/ap/posts/115899000422411111', 404],
    ['/ap/nothing/at/all', 404],
    ['/ap/', 404],
    ['/ap/actors/1/friends', 404],
    ['/ap/collections/1', 404],
    ['/ap/objects/1', 404],
    ['/.well-known/webfinger?resource=acct:nobody@weft.test', 404],
    ['/.well-known/webfinger', 400],
  ])('at %s is a document with type, title, status and detail', async (path, status) => {
    const got = await get(path)
    expect(got.status).toBe(status)
    expect(problemOf(got)).toMatchObject({
      type: 'about:blank',
      title: status === 404 ? 'Not Found' : 'Bad Request',
      status,
      detail: expect.stringMatching(/\.$/),
    })
    expect(JSON.parse(got.text)).not.toHaveProperty('instance')
    expect(got.headers['access-control-allow-origin']).toBe('*')
    expect(got.headers['cache-control']).toBe('no-store')
  })

  test('has the type that FEP-c180 gives it, with its title', async () => {
    const narrow = await tokenFor(whole.world, anna, { scope: 'follow' })
    expect(problemOf(await get(`/ap/actors/${ben.id}/pending_followers`, bearing(token)))).toMatchObject({
      type: 'https://w3id.org/fep/c180#principal-not-authorized',
      title: 'Principal not authorized',
      status: 403,
    })
    expect(problemOf(await get(`${actor()}/inbox`, bearing(narrow)))).toMatchObject({
      type: 'https://w3id.org/fep/c180#client-not-authorized',
      status: 403,
    })
    const posting = { method: 'POST', headers: { ...bearing(token), 'content-type': ACTIVITY } }
    const stranger = JSON.stringify({ type: 'Like', actor: ben.uri, object: `${ORIGIN}/ap/posts/${post}` })
    expect(problemOf(await whole.ask(`${actor()}/outbox`, { ...posting, body: stranger }))).toMatchObject({
      type: 'https://w3id.org/fep/c180#principal-actor-mismatch',
      status: 400,
    })
    const like = JSON.stringify({ type: 'Like', object: `${ORIGIN}/ap/posts/${post}` })
    const first = await whole.ask(`${actor()}/outbox`, { ...posting, body: like })
    expect(problemOf(await whole.ask(`${actor()}/outbox`, { ...posting, body: like }))).toMatchObject({
      type: 'https://w3id.org/fep/c180#redundant-activity',
      duplicate: first.headers.location,
      status: 400,
    })
  })
})

describe('3. who may', () => {
  const owned = ['inbox', 'pending_followers', 'pending_following', 'blocked', 'blocks']
  const metadata = (path: string) =>
    `resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource${path}"`

  test('without credentials is told where to get them, and of no error', async () => {
    for (const list of owned) {
      const path = `${actor()}/${list}`
      const { status, headers } = await get(path)
      expect([status, list]).toEqual([401, list])
      const told = String(headers['www-authenticate'])
      expect(told).toMatch(/^Bearer /)
      expect(told).toContain(metadata(path))
      expect(told).toContain('DPoP algs="')
      expect(told).not.toContain('error')
      const { text } = await whole.ask(`/.well-known/oauth-protected-resource${path}`)
      expect(JSON.parse(text).resource).toBe(ORIGIN + path)
    }
  })

  test('with a page of a list asked for, the address is the whole one', async () => {
    const path = `${actor()}/blocked?cursor=first`
    expect(String((await get(path)).headers['www-authenticate'])).toContain(metadata(path))
  })

  test.each(['nonsense', '', 'weft_x', 'a b'])(
    'with the token "%s" is told that it does not hold',
    async (bad) => {
      for (const path of [`${actor()}/blocked`, actor(), `/ap/posts/${post}`]) {
        const { status, headers } = await get(path, { authorization: `Bearer ${bad}` })
        expect([status, path]).toEqual([401, path])
        expect(String(headers['www-authenticate'])).toContain('error="invalid_token"')
        expect(headers['access-control-expose-headers']).toContain('WWW-Authenticate')
      }
    },
  )

  test('without the scope is told which one it takes', async () => {
    const narrow = await tokenFor(whole.world, anna, { scope: 'push' })
    const { status, headers } = await get(`${actor()}/blocked`, bearing(narrow))
    expect(status).toBe(403)
    expect(String(headers['www-authenticate'])).toMatch(/error="insufficient_scope", scope="\S+"/)
  })

  test('4. owned lists say no to others before it is known whose they are; private things are not there', async () => {
    for (const list of owned) {
      for (const id of [ben.id, '115899000422411111']) {
        const got = await get(`/ap/actors/${id}/${list}`, bearing(token))
        expect([got.status, list, id]).toEqual([403, list, id])
        expect((await get(`/ap/actors/${id}/${list}`)).status).toBe(401)
      }
    }
    const other = bearing(await tokenFor(whole.world, ben))
    const missing = problemOf(await get('/ap/posts/115899000422411111', other))
    expect(problemOf(await get(`/ap/posts/${hidden}`, other))).toEqual(missing)
    expect((await get(`/ap/posts/${hidden}`, bearing(token))).status).toBe(200)
  })

  test('a cookie is no token', async () => {
    const { status } = await get(`${actor()}/blocked`, { cookie: '__Host-weft=anything' })
    expect(status).toBe(401)
  })
})

describe('5. pages of other sites', () => {
  const everywhere = () =>
    [
      [actor(), 'GET', 200],
      ['/ap/actors/instance', 'GET', 200],
      [`/ap/posts/${post}`, 'GET', 200],
      [`${actor()}/outbox`, 'GET', 200],
      [`${actor()}/outbox?cursor=first`, 'GET', 200],
      ['/ap/inbox', 'GET', 200],
      ['/ap/nothing', 'GET', 404],
      [`${actor()}/blocked`, 'GET', 401],
      [`${actor()}/inbox`, 'GET', 401],
      [`${actor()}/outbox`, 'POST', 401],
      ['/ap/proxy', 'POST', 401],
      [`${actor()}/uploads`, 'POST', 401],
      ['/ap/autocomplete?q=an', 'GET', 401],
      ['/ap/inbox', 'POST', 415],
      [actor(), 'PUT', 405],
      ['/.well-known/webfinger?resource=acct:anna@weft.test', 'GET', 200],
      ['/.well-known/nodeinfo', 'GET', 200],
      ['/nodeinfo/2.1', 'GET', 200],
      ['/.well-known/oauth-authorization-server', 'GET', 200],
      [`/.well-known/oauth-protected-resource${actor()}`, 'GET', 200],
    ] as const

  test('may read every answer and what goes with it, and never as whoever is signed in', async () => {
    for (const [path, method, status] of everywhere()) {
      const got = await get(path, { origin: 'https://app.test' }, method)
      expect([method, path, got.status]).toEqual([method, path, status])
      expect(got.headers['access-control-allow-origin'], path).toBe('*')
      for (const name of [
        'Location',
        'Link',
        'ETag',
        'WWW-Authenticate',
        'Retry-After',
        'RateLimit',
        'DPoP-Nonce',
      ])
        expect(got.headers['access-control-expose-headers'], `${method} ${path}`).toContain(name)
      expect(got.headers, path).not.toHaveProperty('access-control-allow-credentials')
    }
  })

  test('are told beforehand what they may send', async () => {
    for (const [path] of everywhere()) {
      if (path === '/ap/nothing') continue
      const got = await get(
        path,
        {
          origin: 'https://app.test',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, content-type',
        },
        'OPTIONS',
      )
      expect([path, got.status, got.text]).toEqual([path, 204, ''])
      const { headers } = got
      expect(headers['access-control-allow-origin'], path).toBe('*')
      for (const name of ['GET', 'HEAD', 'POST', 'OPTIONS'])
        expect(headers['access-control-allow-methods'], path).toContain(name)
      for (const name of [
        'Authorization',
        'Content-Type',
        'Accept',
        'DPoP',
        'Idempotency-Key',
        'If-Match',
        'If-None-Match',
        'Last-Event-ID',
      ])
        expect(headers['access-control-allow-headers'], path).toContain(name)
      expect(Number(headers['access-control-max-age']), path).toBeGreaterThanOrEqual(3600)
      expect(headers.allow, path).toContain('OPTIONS')
    }
  })

  test('read no page of ours', async () => {
    for (const path of ['/', '/about', '/sign-in', '/@anna', `/@anna/${post}`, '/oauth/authorize', actor()]) {
      const { headers } = await whole.ask(path, {
        headers: { accept: 'text/html', origin: 'https://app.test' },
      })
      expect(headers, path).not.toHaveProperty('access-control-allow-origin')
    }
  })
})

describe('6. caches', () => {
  const paths = () => [actor(), `/ap/posts/${post}`, `${actor()}/outbox`, `${actor()}/followers?cursor=first`]

  test('know a strong ETag, and send 304 for it, to everybody and to one app', async () => {
    for (const path of paths()) {
      for (const more of [{}, bearing(token)]) {
        const got = await get(path, more)
        expect(got.headers.etag, path).toMatch(/^"[\w-]+"$/)
        const again = await get(path, { ...more, 'if-none-match': String(got.headers.etag) })
        expect([path, again.status, again.text]).toEqual([path, 304, ''])
        expect(again.headers.etag).toBe(got.headers.etag)
        expect((await get(path, { ...more, 'if-none-match': '"other"' })).status).toBe(200)
      }
    }
  })

  test('learn when a thing changed last', async () => {
    for (const path of [actor(), `/ap/posts/${post}`])
      expect(Date.parse(String((await get(path)).headers['last-modified'])), path).toBeLessThanOrEqual(
        Date.now(),
      )
    const id = await publishPost(whole.world, anna, { text: 'first', visibility: 'public' })
    const before = await get(`/ap/posts/${id}`)
    whole.clock.advance(5000)
    await editPost(whole.world, anna, id, { text: 'second' })
    await expect.poll(async () => (await get(`/ap/posts/${id}`)).headers.etag).not.toBe(before.headers.etag)
  })

  test('that are shared keep nothing that is for one reader (S-096, e5)', async () => {
    for (const path of [...paths(), `/ap/posts/${hidden}`, `${actor()}/blocked`, `${actor()}/liked`]) {
      const own = await get(path, bearing(token))
      expect([path, own.status]).toEqual([path, 200])
      expect(own.headers['cache-control'], path).toBe('private, no-cache')
      expect(String(own.headers.vary), path).toContain('Authorization')
    }
    // What an app was given is not what everybody gets afterwards.
    for (const path of [`${actor()}/outbox?cursor=first`, `${actor()}/outbox`]) {
      expect((await get(path, bearing(token))).text).toContain('Psst')
      expect((await get(path)).text).not.toContain('Psst')
      expect((await get(path, bearing(await tokenFor(whole.world, ben)))).text).not.toContain('Psst')
    }
    expect((await get(`/ap/posts/${hidden}`, bearing(token))).status).toBe(200)
    expect((await get(`/ap/posts/${hidden}`)).status).toBe(404)
    expect((await get(`/ap/posts/${hidden}`, { signature: 'x' })).status).toBe(404)
  })

  test('learn nothing of a hidden thing by its ETag (e13)', async () => {
    const { headers } = await get(`/ap/posts/${hidden}`, bearing(token))
    for (const more of [{}, bearing(await tokenFor(whole.world, ben))])
      for (const etag of [String(headers.etag), '*']) {
        const got = await get(`/ap/posts/${hidden}`, { ...more, 'if-none-match': etag })
        expect([got.status, got.headers.etag]).toEqual([404, undefined])
      }
  })
})

describe('8. methods', () => {
  test('HEAD has the headers of GET', async () => {
    for (const path of [
      actor(),
      `/ap/posts/${post}`,
      `${actor()}/outbox`,
      `${actor()}/blocked`,
      '/ap/nothing',
    ])
      for (const more of [{}, bearing(token)]) {
        const [got, head] = [await get(path, more), await get(path, more, 'HEAD')]
        const { date: _a, ...ofGet } = got.headers
        const { date: _b, ...ofHead } = head.headers
        expect([head.status, head.text, path]).toEqual([got.status, '', path])
        expect(ofHead, path).toEqual(ofGet)
      }
  })

  test.each([
    ['', 'DELETE', 'GET, HEAD, OPTIONS'],
    ['/outbox', 'PUT', 'GET, HEAD, POST, OPTIONS'],
    ['/followers', 'POST', 'GET, HEAD, OPTIONS'],
    ['/blocked', 'PATCH', 'GET, HEAD, OPTIONS'],
  ])('%s cannot be asked to %s', async (more, method, allow) => {
    for (const headers of [{}, bearing(token)]) {
      const got = await get(actor() + more, headers, method)
      expect([got.status, got.headers.allow]).toEqual([405, allow])
      expect(problemOf(got)).toMatchObject({ status: 405, title: 'Method Not Allowed' })
    }
  })
})
