import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { exchangeCode } from '../../src/domain/grants/code.ts'
import { findClient } from '../../src/domain/grants/find.ts'
import { SUPPORTED, scopesFrom } from '../../src/domain/grants/scopes.ts'
import { hashOf } from '../../src/domain/grants/tokens.ts'
import { permissionsOf } from '../../src/faces/pages/scope-texts.ts'
import { appIn } from '../support/apps.ts'
import {
  APP,
  answer,
  asking,
  BACK,
  type ConsentSite,
  locationOf,
  ORIGIN,
  open,
  startConsent,
  toldTo,
  VERIFIER,
} from './consent.ts'

let site: ConsentSite
let ada: LocalAccount

beforeAll(async () => {
  site = await startConsent()
  ada = await site.person('ada', { displayName: 'Ada <i>L.</i>' })
  await site.person('ben')
  await site.person('olive', { role: 'owner' })
})
afterAll(() => site[Symbol.asyncDispose]())

async function signedIn(name = 'ada') {
  const visitor = site.visitor()
  await visitor.signIn(name)
  return visitor
}

const exchange = async (code: string, redirectUri = BACK, clientId = APP) => {
  const client = (await findClient(site.db, clientId)) ?? expect.fail('no client')
  return exchangeCode(site.world, client, { code, redirectUri, verifier: VERIFIER })
}
const count = async (table: 'pushed_request' | 'grant_code') =>
  (await site.db.selectFrom(table).selectAll().execute()).length

describe('c4: an app sends somebody to be asked', () => {
  test('who allows it: it gets a code, its state and who says so (S-123, e8), and a token for it', async () => {
    const visitor = await signedIn()
    const asked = await open(visitor)
    expect(asked.page.status).toBe(200)
    const reply = await answer(visitor, asked)
    expect(reply.headers.get('cache-control')).toBe('no-store')
    const told = toldTo(BACK, reply)
    expect(told).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 'a state & more', iss: ORIGIN })
    const given = await exchange(told.code ?? '')
    expect([given.accountUri, given.scopes.words]).toEqual([ada.uri, ['read', 'write']])
  })

  test('who denies it: it is told so, and the question is gone', async () => {
    const visitor = await signedIn()
    const asked = await open(visitor)
    const told = toldTo(BACK, await answer(visitor, asked, 'deny'))
    expect(told).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      state: 'a state & more',
      iss: ORIGIN,
    })
    expect((await visitor.get(asked.path)).status).toBe(400)
  })

  test('who is not signed in: after that they are asked, and the long request is not in any address', async () => {
    const visitor = site.visitor()
    const scope = Array.from(
      { length: 60 },
      (_, n) => `https://swicg.github.io/activitypub-api/scopes#${n}`,
    ).join(' ')
    const long = asking({ scope: `read ${scope}`, state: 's'.repeat(4000) })
    expect(long.length).toBeGreaterThan(7500)
    const { path, page } = await open(visitor, long)
    expect(page.status).toBe(303)
    const signIn = locationOf(page)
    expect(signIn).toBe(`/sign-in?to=${encodeURIComponent(path)}`)
    const reply = await visitor.send(signIn, '/sign-in', {
      login: 'ada',
      password: 'seven small boats at dawn',
    })
    expect([reply.status, locationOf(reply)]).toEqual([303, path])
    const told = toldTo(BACK, await answer(visitor, { path, page: await visitor.get(path) }))
    expect(told.state).toHaveLength(4000)
  })

  test('with who it is in plain sight, each thing in words, and nobody else’s name or markup', async () => {
    site.publish(
      { client_name: '<script>alert(1)</script>"\'&', logo_uri: 'https://app.test/pixel.png' },
      `${APP}?1`,
    )
    const visitor = await signedIn()
    const { page } = await open(visitor, asking({ client_id: `${APP}?1`, scope: 'readinbox createcontent' }))
    expect(page.body).toContain('<bdi>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;</bdi>')
    expect(page.body).not.toContain('<script')
    expect(page.body).not.toContain('pixel.png')
    expect(page.body).toContain('<p class="asker"><bdi>app.test</bdi></p>')
    expect(page.body).toContain('Ada &lt;i&gt;L.&lt;/i&gt;')
    expect(page.body).toContain('@ada@weft.test')
    expect(page.body).toContain('Read your inbox: posts of people you follow, mentions and private messages')
    expect(page.body).toContain('Post as you')
    expect([...page.body.matchAll(/type="checkbox"/g)]).toHaveLength(2)
    expect(page.headers.get('cache-control')).toBe('private, no-store')
  })

  test('every scope that there is has its words, and what means the same is one question', () => {
    for (const word of [...SUPPORTED, 'admin', 'admin:read', 'admin:write:domain_blocks']) {
      const [permission, ...others] = permissionsOf(scopesFrom(word))
      expect(others).toEqual([])
      expect(permission?.text, word).toMatch(/^[A-Z].* .*/)
      expect(permission?.text, word).not.toMatch(/\w:\w|_/)
      expect(permission?.grave, word).toBe(word.startsWith('admin'))
    }
    const twice = permissionsOf(scopesFrom('readinbox activitypub:read:me:inbox like'))
    expect(twice.map(({ words }) => words)).toEqual([['readinbox', 'activitypub:read:me:inbox'], ['like']])
  })

  test('who allows some of it: no more than that is given', async () => {
    const visitor = await signedIn()
    const asked = await open(visitor, asking({ scope: 'readinbox createcontent like' }))
    const told = toldTo(BACK, await answer(visitor, asked, 'allow', { 'allow-1': undefined }))
    expect((await exchange(told.code ?? '')).scopes.words).toEqual(['readinbox', 'like'])
  })

  test('who allows nothing: they are asked again', async () => {
    const visitor = await signedIn()
    const asked = await open(visitor)
    const nothing = { 'allow-0': undefined, 'allow-1': undefined }
    const again = await answer(visitor, asked, 'allow', nothing)
    expect(again.status).toBe(422)
    expect(again.body).toContain('role="alert">Nothing is chosen')
    toldTo(BACK, await answer(visitor, { ...asked, page: again }))
  })

  test('S-124: with no more than it has registered, and with what is for administrators only from them', async () => {
    const { id } = await appIn(site.world, { scopes: 'read admin:read' })
    const address = asking({
      client_id: id,
      redirect_uri: undefined,
      scope: 'read write admin:read admin:write',
    })
    const user = await open(await signedIn(), address)
    expect([...user.page.body.matchAll(/type="checkbox"/g)]).toHaveLength(1)
    expect(user.page.body).not.toContain('dministrator')
    const owner = await open(await signedIn('olive'), address)
    expect([...owner.page.body.matchAll(/type="checkbox"/g)]).toHaveLength(2)
    expect(owner.page.body).toContain('<label class="choice grave">')
  })

  test('scopes that are not known are left out; of none but such, what anybody can read is left', async () => {
    const visitor = await signedIn()
    const { page } = await open(visitor, asking({ scope: 'nonsense <b>' }))
    expect(page.body).toContain('Read what anybody can read')
    expect(page.body).not.toContain('nonsense')
  })

  test('from another account: somebody else can sign in, and comes back', async () => {
    const visitor = await signedIn()
    const { path, page } = await open(visitor)
    const [, other = ''] = /<a href="(\/sign-in\?[^"]+)">Someone else/.exec(page.body) ?? []
    const reply = await visitor.send(other.replaceAll('&amp;', '&'), '/sign-in', {
      login: 'ben',
      password: 'seven small boats at dawn',
    })
    expect(locationOf(reply)).toBe(path)
    expect((await visitor.get(path)).body).toContain('@ben@weft.test')
  })
})

describe('S-120: an app or an address that is not known', () => {
  const others = { code: 'no answer' }
  test.each<[string, Record<string, string | undefined>]>([
    ['no client_id', { client_id: undefined }],
    ['an unknown app', { client_id: 'nobody' }],
    ['an app that cannot be read', { client_id: 'https://app.test/none' }],
    ['an app over plain http', { client_id: 'http://app.test/client.json' }],
    ['a client_id with NUL in it', { client_id: 'a\0' }],
    ['another address', { redirect_uri: 'https://evil.test/back' }],
    ['a longer address', { redirect_uri: `${BACK}/more` }],
    ['a query more', { redirect_uri: `${BACK}?x` }],
    ['other letters', { redirect_uri: BACK.toUpperCase() }],
    ['a user before it', { redirect_uri: 'https://app.test@evil.test/back' }],
    ['a fragment', { redirect_uri: `${BACK}#x` }],
    ['a script', { redirect_uri: 'javascript:alert(1)' }],
    ['no address by hand', { redirect_uri: 'urn:ietf:wg:oauth:2.0:oob' }],
  ])('%s is a page, and leads nowhere', async (_, more) => {
    for (const visitor of [site.visitor(), await signedIn()]) {
      const { status, headers, body } = await visitor.get(asking({ ...more, ...others }))
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(headers.get('location')).toBeNull()
      expect(headers.get('content-type')).toContain('text/html')
      expect(body).not.toContain('evil.test')
    }
  })

  test('twice is once too often', async () => {
    for (const name of ['client_id', 'redirect_uri']) {
      const value = name === 'client_id' ? APP : BACK
      const reply = await site.visitor().get(`${asking()}&${name}=${encodeURIComponent(value)}`)
      expect([reply.status, reply.headers.get('location')], name).toEqual([400, null])
    }
  })

  test('of one app is no address of another', async () => {
    const other = 'https://other.test/client'
    site.publish({ redirect_uris: ['https://other.test/back'] }, other)
    expect((await site.visitor().get(asking({ client_id: other }))).status).toBe(400)
  })

  test('left out is clear where there is but one', async () => {
    const visitor = await signedIn()
    toldTo(BACK, await answer(visitor, await open(visitor, asking({ redirect_uri: undefined }))))
    const two = `${APP}?two`
    site.publish({ redirect_uris: [BACK, `${BACK}2`] }, two)
    expect((await visitor.get(asking({ client_id: two, redirect_uri: undefined }))).status).toBe(400)
  })
})

describe('what is wrong with a request is told to the app', () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['a token at once', { response_type: 'token' }, 'unsupported_response_type'],
    ['a fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['PKCE without a method, which is plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge that is none', { code_challenge: 'short' }, 'invalid_request'],
    ['a method alone', { code_challenge: undefined }, 'invalid_request'],
    ['a thumbprint that is none', { dpop_jkt: 'x' }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request elsewhere', { request_uri: 'https://app.test/request' }, 'request_uri_not_supported'],
    ['another server', { resource: 'https://other.test/' }, 'invalid_target'],
    ['our name with more behind it', { resource: `${ORIGIN}.evil.test/` }, 'invalid_target'],
    ['prompt none and more', { prompt: 'none login' }, 'invalid_request'],
    ['a prompt that is none', { prompt: 'often' }, 'invalid_request'],
    ['an age that is none', { max_age: '-1' }, 'invalid_request'],
    ['nobody to be asked', { prompt: 'none' }, 'login_required'],
  ])('%s', async (_, more, error) => {
    const visitor = site.visitor()
    let reply = await visitor.get(asking(more))
    if (locationOf(reply).startsWith('/')) reply = await visitor.get(locationOf(reply))
    expect(toldTo(BACK, reply)).toMatchObject({ error, state: 'a state & more', iss: ORIGIN })
  })

  test('a parameter that is there twice, but for resource', async () => {
    const reply = await site.visitor().get(`${asking()}&scope=read`)
    expect(toldTo(BACK, reply)).toMatchObject({ error: 'invalid_request' })
    await open(await signedIn(), `${asking({ resource: ORIGIN })}&resource=${ORIGIN}/ap/actors/1`)
  })

  test('a state that is too long is not sent back in part', async () => {
    const told = toldTo(BACK, await site.visitor().get(asking({ state: 's'.repeat(5000) })))
    expect(told.error).toBe('invalid_request')
  })

  test('somebody who is signed in, and may not be asked', async () => {
    const visitor = await signedIn()
    const { page } = await open(visitor, asking({ prompt: 'none' }))
    expect(toldTo(BACK, page).error).toBe('consent_required')
  })

  test('whatever it is, it never hurts', async () => {
    for (const more of [
      { state: '\ud800' },
      { state: 'a\u0001b' },
      { scope: '💥'.repeat(500) },
      { login_hint: 'x'.repeat(3000) },
      { prompt: ' ' },
      { max_age: '999999999' },
      { __proto__: { a: 'b' }, constructor: 'x', toString: 'y' } as unknown as Record<string, string>,
    ]) {
      const { status } = await site.visitor().get(asking(more))
      expect(status, JSON.stringify(more)).toBeLessThan(500)
    }
    for (const path of ['x', '%00', 'a'.repeat(43), '..%2f', "'", 'a'.repeat(4000)]) {
      const { status } = await site.visitor().get(`/oauth/authorize/${path}`)
      expect(status, path).toBeLessThan(500)
      expect(status, path).toBeGreaterThanOrEqual(400)
    }
    expect((await site.visitor().get(`/oauth/authorize?${'x'.repeat(13_000)}`)).status).toBe(414)
    expect(site.logged.filter(({ message }) => message.includes('was answered'))).toEqual([])
  })
})

describe('who signs in anew', () => {
  test.each([{ prompt: 'login' }, { force_login: 'true' }, { max_age: '0' }])(
    'because the app says %j: whoever is signed in proves it again, once',
    async (more) => {
      const visitor = await signedIn()
      site.advance(1000)
      const { path, page } = await open(visitor, asking({ ...more, login_hint: 'ada' }))
      const signIn = new URL(locationOf(page), ORIGIN)
      expect([signIn.pathname, signIn.searchParams.get('again')]).toEqual(['/sign-in', '1'])
      const form = await visitor.get(locationOf(page))
      expect(form.status).toBe(200)
      expect(form.body).toContain('value="ada"')
      // Going there without signing in again does not help.
      expect((await visitor.get(path)).status).toBe(303)
      site.advance(1000)
      await visitor.send(locationOf(page), '/sign-in', {
        login: 'ada',
        password: 'seven small boats at dawn',
      })
      toldTo(BACK, await answer(visitor, { path, page: await visitor.get(path) }))
    },
  )

  test('only when it was longer ago than the app wants', async () => {
    const visitor = await signedIn()
    site.advance(60_000)
    expect((await open(visitor, asking({ max_age: '120' }))).page.status).toBe(200)
    expect((await open(visitor, asking({ max_age: '30' }))).page.status).toBe(303)
  })

  test('goes nowhere but to a page of this server', async () => {
    for (const to of [
      'https://evil.test/',
      '//evil.test/oauth/authorize/',
      `/oauth/authorize/${'a'.repeat(43)}/../../evil`,
      `/oauth/authorize/${'a'.repeat(43)}\nx`,
      '/oauth/authorize?client_id=x',
      '/\\evil.test',
    ]) {
      const visitor = await signedIn()
      const reply = await visitor.get(`/sign-in?to=${encodeURIComponent(to)}`)
      expect(locationOf(reply), to).toBe('/accounts')
    }
  })
})

describe('the answer of somebody', () => {
  test('S-125, e8: needs a session, the form’s token, and our own page', async () => {
    const visitor = await signedIn()
    const asked = await open(visitor)
    for (const [headers, change] of [
      [{ 'sec-fetch-site': 'cross-site' }, {}],
      [{ 'sec-fetch-site': 'same-site' }, {}],
      [{ 'sec-fetch-site': 'none' }, {}],
      [{ origin: 'https://evil.test' }, {}],
      [{ origin: 'null' }, {}],
      [{ 'sec-fetch-site': 'same-origin' }, { csrf: 'x' }],
      [{ 'sec-fetch-site': 'same-origin' }, { csrf: undefined }],
    ] as [Record<string, string>, Record<string, string | undefined>][]) {
      const reply = await answer(visitor, asked, 'allow', change, headers)
      expect([reply.status, reply.headers.get('location')], JSON.stringify([headers, change])).toEqual([
        403,
        null,
      ])
    }
    const ben = await signedIn('ben')
    expect((await answer(ben, asked)).status).toBe(403)
    expect((await answer(site.visitor(), asked)).status).toBe(403)
    toldTo(BACK, await answer(visitor, asked))
  })

  test('S-125: is given on a page that nobody can frame, with no script, and a form that leads to the app alone', async () => {
    const { page } = await open(await signedIn())
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("script-src 'none'")
    expect(policy).toContain("form-action 'self' https://app.test;")
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    expect(page.headers.get('referrer-policy')).toBe('same-origin')
  })

  test('cannot be changed by what the form brings: everything but yes and no is kept here', async () => {
    const visitor = await signedIn()
    const asked = await open(visitor, asking({ scope: 'readinbox' }))
    const tampered = {
      redirect_uri: 'https://evil.test/back',
      client_id: 'https://other.test/client',
      scope: 'read write admin',
      state: 'forged',
      code_challenge: 'a'.repeat(43),
      account: 'ben',
      'allow-1': 'on',
      'allow-99': 'on',
      'allow-__proto__': 'on',
    }
    const told = toldTo(BACK, await answer(visitor, asked, 'allow', tampered))
    expect(told.state).toBe('a state & more')
    const given = await exchange(told.code ?? '')
    expect([given.accountUri, given.scopes.words]).toEqual([ada.uri, ['readinbox']])
  })

  test('is given once: going back and sending it again makes nothing', async () => {
    const visitor = await signedIn()
    const asked = await open(visitor)
    const before = await count('grant_code')
    const replies = await Promise.all([1, 2, 3].map(() => answer(visitor, asked)))
    expect(replies.map(({ status }) => status).sort()).toEqual([303, 400, 400])
    expect(await count('grant_code')).toBe(before + 1)
  })

  test('comes too late after half an hour', async () => {
    const visitor = await signedIn()
    const asked = await open(visitor)
    site.advance(31 * 60_000)
    expect((await answer(visitor, asked)).status).toBe(400)
    expect((await visitor.get(asked.path)).body).toContain('has run out')
  })

  test('for an app that is answered elsewhere by now is none: it has to ask anew (no open redirector)', async () => {
    const address = `${APP}?changing`
    site.publish({}, address)
    const visitor = await signedIn()
    const told = toldTo(BACK, await answer(visitor, await open(visitor, asking({ client_id: address }))))
    await exchange(told.code ?? '', BACK, address)
    const asked = await open(visitor, asking({ client_id: address }))
    const pending = toldTo(BACK, await answer(visitor, await open(visitor, asking({ client_id: address }))))
    site.publish({ redirect_uris: [`${BACK}2`] }, address)
    site.advance(6 * 60_000)
    const reply = await answer(visitor, asked)
    expect([reply.status, reply.headers.get('location')]).toEqual([400, null])
    expect((await visitor.get(asking({ client_id: address }))).status).toBe(400)
    const code = await site.db
      .selectFrom('grant_code')
      .select('client_id')
      .where('code_hash', '=', hashOf(pending.code ?? ''))
      .executeTakeFirst()
    expect(code).toBeUndefined()
    const again = await open(visitor, asking({ client_id: address, redirect_uri: `${BACK}2` }))
    expect(again.page.body).toContain('This app has changed where it is answered')
  })

  test('leaves no question behind', async () => {
    await site.db.deleteFrom('pushed_request').execute()
    const visitor = await signedIn()
    await answer(visitor, await open(visitor))
    await answer(visitor, await open(visitor), 'deny')
    expect(await count('pushed_request')).toBe(0)
  })
})

describe('an app without an address', () => {
  const copied = async (more: Record<string, string | undefined> = {}) => {
    const { id } = await appIn(site.world, { kind: 'app' })
    await site.db
      .updateTable('client')
      .set({ redirect_uris: ['urn:ietf:wg:oauth:2.0:oob'] })
      .where('id', '=', id)
      .execute()
    const none = { code_challenge: undefined, code_challenge_method: undefined }
    return asking({ client_id: id, redirect_uri: 'urn:ietf:wg:oauth:2.0:oob', ...none, ...more })
  }

  test('has its code shown, to be copied within ten minutes', async () => {
    const visitor = await signedIn()
    const address = await copied()
    const asked = await open(visitor, address)
    expect(asked.page.body).toContain('a page with a code to copy')
    const { status, headers, body } = await answer(visitor, asked)
    expect(status).toBe(200)
    expect(headers.get('location')).toBeNull()
    expect(headers.get('cache-control')).toBe('private, no-store')
    const [, code = ''] = /<code>([\w-]{43})<\/code>/.exec(body) ?? []
    const row = await site.db
      .selectFrom('grant_code')
      .select(['expires_at', 'created_at'])
      .where('code_hash', '=', hashOf(code))
      .executeTakeFirstOrThrow()
    expect(row.expires_at.getTime() - row.created_at.getTime()).toBe(600_000)
  })

  test('is told nothing when it is denied: the page says so', async () => {
    const visitor = await signedIn()
    const reply = await answer(visitor, await open(visitor, await copied()), 'deny')
    expect([reply.status, reply.headers.get('location')]).toEqual([200, null])
    expect(reply.body).toContain('You have denied it.')
    const wrong = await visitor.get(await copied({ response_type: 'token' }))
    expect([wrong.status, wrong.headers.get('location')]).toEqual([200, null])
  })
})
