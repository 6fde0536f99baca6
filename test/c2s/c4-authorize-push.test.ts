import { SignJWT } from 'jose'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { registerAccount } from '../../src/domain/accounts/register.ts'
import { createVisitor, PASSWORD } from '../faces/pages/site.ts'
import { appIn, basic, postForm, REDIRECT } from '../support/apps.ts'
import { proverWith } from '../support/proofs.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { answer, asking, locationOf, ORIGIN, open, toldTo, VERIFIER } from './consent.ts'

let server: Whole
let app: { id: string }

beforeAll(async () => {
  // The visitor of these tests goes out the same way as the server does.
  server = await startWhole(['app.test'], { WEFT_ALLOWED_PRIVATE_ADDRESSES: '127.0.0.0/8' })
  await registerAccount(server.world, { name: 'ada', password: PASSWORD })
})
beforeEach(async () => {
  app = await appIn(server.world)
})
afterAll(() => server[Symbol.asyncDispose]())

/** What an app asks, as fields. */
const wanted = (more: Record<string, string | undefined> = {}) =>
  Object.fromEntries(
    new URLSearchParams(asking({ client_id: app.id, redirect_uri: REDIRECT, ...more }).split('?')[1]),
  )
const push = (more: Record<string, string | undefined> = {}, headers: Record<string, string> = {}) =>
  postForm(server, '/oauth/par', wanted(more), headers)

async function signedIn() {
  const visitor = createVisitor(`http://127.0.0.1:${server.port}`)
  await visitor.signIn('ada')
  return visitor
}

const short = (requestUri: unknown, clientId = app.id) =>
  `/oauth/authorize?${new URLSearchParams({ client_id: clientId, request_uri: String(requestUri) })}`

describe('c4: what an app sends ahead (RFC 9126)', () => {
  test('is kept for a moment, and leads to a code and a token', async () => {
    const { status, headers, json } = await push()
    expect(status).toBe(201)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(json).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/),
      expires_in: 90,
    })
    const visitor = await signedIn()
    const told = toldTo(REDIRECT, await answer(visitor, await open(visitor, short(json.request_uri))))
    expect([told.state, told.iss]).toEqual(['a state & more', ORIGIN])
    const token = await postForm(server, '/oauth/token', {
      grant_type: 'authorization_code',
      client_id: app.id,
      redirect_uri: REDIRECT,
      code: told.code ?? '',
      code_verifier: VERIFIER,
    })
    expect(token.json).toMatchObject({ token_type: 'Bearer', scope: 'read write' })
  })

  test('is good once, for that app alone, and not beside anything else', async () => {
    const visitor = await signedIn()
    const { json } = await push()
    await open(visitor, `${short(json.request_uri)}&scope=admin&redirect_uri=https://evil.test/&state=other`)
    expect((await visitor.get(short(json.request_uri))).status).toBe(400)
    const other = await appIn(server.world)
    const second = await push()
    expect((await visitor.get(short(second.json.request_uri, other.id))).status).toBe(400)
    for (const uri of [
      'urn:ietf:params:oauth:request_uri:',
      'urn:ietf:params:oauth:request_uri:x',
      `urn:ietf:params:oauth:request_uri:${'a'.repeat(43)}`,
    ]) {
      const reply = await visitor.get(short(uri))
      expect([reply.status, reply.headers.get('location')], uri).toEqual([400, null])
    }
  })

  test('is not the name under which a page knows it', async () => {
    const visitor = await signedIn()
    const { path } = await open(visitor, short((await push()).json.request_uri))
    const name = path.split('/').at(-1) ?? ''
    expect((await visitor.get(short(`urn:ietf:params:oauth:request_uri:${name}`))).status).toBe(400)
    const pushed = String((await push()).json.request_uri)
      .split(':')
      .at(-1)
    expect((await visitor.get(`/oauth/authorize/${pushed}`)).status).toBe(400)
  })

  test.each<[Record<string, string | undefined>, number, string]>([
    [{ code_challenge: undefined }, 400, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 400, 'invalid_request'],
    [{ response_type: 'token' }, 400, 'unsupported_response_type'],
    [{ redirect_uri: 'https://evil.test/' }, 400, 'invalid_request'],
    [{ request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 400, 'invalid_request'],
    [{ request: 'x' }, 400, 'request_not_supported'],
    [{ client_id: 'nobody' }, 401, 'invalid_client'],
    [{ client_id: undefined }, 401, 'invalid_client'],
  ])('is refused at once when it is wrong: %j', async (more, status, error) => {
    const reply = await push(more)
    expect([reply.status, reply.json.error]).toEqual([status, error])
    expect(reply.headers.location).toBeUndefined()
  })

  test('is taken from an app that proves itself, and from no other', async () => {
    app = await appIn(server.world, { secret: 'a secret' })
    expect((await push()).status).toBe(401)
    expect((await push({}, basic(app.id, 'wrong'))).status).toBe(401)
    expect((await push({}, basic(app.id, 'a secret'))).status).toBe(201)
  })

  test('may come from an app that was not heard of before', async () => {
    const id = 'https://app.test/pushing.json'
    const redirect_uris = ['https://app.test/back']
    server.peer.answer(id, { body: { client_id: id, redirect_uris }, type: 'application/json' })
    expect((await push({ client_id: id, redirect_uri: 'https://app.test/back' })).status).toBe(201)
    expect(server.peer.hits(id)).toBe(1)
  })

  test('with the proof of a key binds the code to it (RFC 9449 §10.1)', async () => {
    const [prover, other] = [await proverWith(), await proverWith()]
    const uri = `${ORIGIN}/oauth/par`
    const first = await push({}, { dpop: await prover.proof({ uri }) })
    expect([first.status, first.json.error]).toEqual([400, 'use_dpop_nonce'])
    const nonce = String(first.headers['dpop-nonce'])
    const proof = () => prover.proof({ uri, nonce })
    expect((await push({ dpop_jkt: other.jkt }, { dpop: await proof() })).json.error).toBe(
      'invalid_dpop_proof',
    )
    const { json } = await push({}, { dpop: await proof() })
    const visitor = await signedIn()
    const told = toldTo(REDIRECT, await answer(visitor, await open(visitor, short(json.request_uri))))
    const token = async (by: typeof prover) =>
      postForm(
        server,
        '/oauth/token',
        {
          grant_type: 'authorization_code',
          client_id: app.id,
          redirect_uri: REDIRECT,
          code: told.code ?? '',
          code_verifier: VERIFIER,
        },
        { dpop: await by.proof({ uri: `${ORIGIN}/oauth/token`, nonce }) },
      )
    expect((await token(other)).json.error).toBe('invalid_grant')
    expect((await token(prover)).json.token_type).toBe('DPoP')
  })

  test('may be signed by an app that publishes its keys, and by nobody who has others', async () => {
    const id = 'https://app.test/signing.json'
    const [own, other] = [await proverWith(), await proverWith()]
    const redirect_uris = ['https://app.test/back']
    const jwks = { keys: [own.jwk] }
    const token_endpoint_auth_method = 'private_key_jwt'
    const body = { client_id: id, redirect_uris, jwks, token_endpoint_auth_method }
    server.peer.answer(id, { body, type: 'application/json' })
    const assertion = (by: typeof own) => {
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: id, sub: id, aud: ORIGIN, jti: crypto.randomUUID(), exp: now + 60 }
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(by.privateKey)
    }
    const signed = async (by: typeof own) =>
      push({
        client_id: id,
        redirect_uri: 'https://app.test/back',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(by),
      })
    expect((await signed(other)).json.error).toBe('invalid_client')
    expect((await push({ client_id: id, redirect_uri: 'https://app.test/back' })).json.error).toBe(
      'invalid_client',
    )
    expect((await signed(own)).status).toBe(201)
  })

  test('S-144: but pages of other sites read nothing where cookies count', async () => {
    const headers = { origin: 'https://app.test', accept: 'text/html' }
    const address = asking({ client_id: app.id, redirect_uri: REDIRECT })
    for (const path of [address, '/oauth/authorize?client_id=nobody', '/accounts/apps', '/sign-in']) {
      const reply = await server.ask(path, { headers })
      expect(reply.headers['access-control-allow-origin'], path).toBeUndefined()
      expect(reply.headers['access-control-allow-credentials'], path).toBeUndefined()
    }
  })

  test('never hurts, whatever it is', async () => {
    for (const body of [
      '',
      'x',
      'client_id=%00',
      `client_id=${app.id}&state=%00`,
      `client_id=${app.id}&scope=%ff`,
      '%',
      'a&'.repeat(200),
    ]) {
      const { status } = await postForm(server, '/oauth/par', body)
      expect(status, body).toBeGreaterThanOrEqual(400)
      expect(status, body).toBeLessThan(500)
    }
    expect((await server.ask('/oauth/par')).status).toBe(405)
    expect(server.errors).toEqual([])
  })
})

describe('c4: the logo of an app', () => {
  test('is shown as our own small copy, which goes when the app has another', async () => {
    const id = 'https://app.test/pictured.json'
    const logo = 'https://app.test/logo.png'
    const png = await sharp({ create: { width: 300, height: 300, channels: 3, background: '#3546b8' } })
      .png()
      .toBuffer()
    const publish = (logo_uri: string | undefined) =>
      server.peer.answer(id, {
        body: { client_id: id, redirect_uris: ['https://app.test/back'], logo_uri },
        type: 'application/json',
      })
    publish(logo)
    server.peer.answer(logo, { body: png, type: 'image/png' })
    const visitor = await signedIn()
    const address = asking({ client_id: id, redirect_uri: 'https://app.test/back' })
    await open(visitor, address)
    await server.settled()
    const { page } = await open(visitor, address)
    const [, file = ''] = /<img class="logo" src="(\/media\/[0-9a-f]{32}\.png)" alt="">/.exec(page.body) ?? []
    expect(page.body).not.toContain(logo)
    const shown = await server.ask(file)
    expect([shown.status, shown.headers['content-type']]).toEqual([200, 'image/png'])
    expect(server.peer.hits(logo)).toBe(1)

    publish(undefined)
    await server.db
      .updateTable('client')
      .set({ fresh_until: new Date(0) })
      .where('id', '=', id)
      .execute()
    expect((await open(visitor, address)).page.body).not.toContain('class="logo"')
    expect((await server.ask(file)).status).toBe(404)
  })

  test('that is none, or lies where nobody may look, costs nothing', async () => {
    const logos = [
      'https://app.test/none.png',
      'https://127.0.0.1/logo.png',
      'https://app.test/page.html',
      'x',
    ]
    server.peer.answer('https://app.test/page.html', { body: '<svg onload=alert(1)>', type: 'image/svg+xml' })
    const visitor = await signedIn()
    for (const [at, logo_uri] of logos.entries()) {
      const id = `https://app.test/odd/${at}`
      const redirect_uris = ['https://app.test/back']
      server.peer.answer(id, { body: { client_id: id, redirect_uris, logo_uri }, type: 'application/json' })
      const address = asking({ client_id: id, redirect_uri: 'https://app.test/back' })
      await open(visitor, address)
      await server.settled()
      expect((await open(visitor, address)).page.body, logo_uri).not.toContain('<img')
    }
  })
})

describe('c4: the whole way of an app that registers', () => {
  test('from its registration to a token, which is on the page of its person', async () => {
    const registered = await server.ask('/oauth/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Threadbare',
        redirect_uris: [REDIRECT],
        token_endpoint_auth_method: 'none',
      }),
    })
    const { client_id: id } = JSON.parse(registered.text) as { client_id: string }
    const visitor = await signedIn()
    const asked = await open(visitor, asking({ client_id: id, redirect_uri: REDIRECT }))
    expect(asked.page.body).toContain('nobody has checked who is behind it')
    const told = toldTo(REDIRECT, await answer(visitor, asked))
    const token = await postForm(server, '/oauth/token', {
      grant_type: 'authorization_code',
      client_id: id,
      code: told.code ?? '',
      code_verifier: VERIFIER,
    })
    const active = async () =>
      (await postForm(server, '/oauth/introspect', { client_id: id, token: String(token.json.access_token) }))
        .json.active
    expect(await active()).toBe(true)

    const apps = await visitor.get('/accounts/apps')
    expect(apps.body).toContain('<h2><bdi>Threadbare</bdi></h2>')
    const revoked = await visitor.send('/accounts/apps', '/accounts/apps/revoke', { app: id })
    expect([revoked.status, locationOf(revoked)]).toEqual([303, '/accounts/apps?done'])
    expect(await active()).toBe(false)
    expect((await visitor.get('/accounts/apps?done')).body).not.toContain('Threadbare')
  })
})

describe('S-133: codes', () => {
  test('cannot be guessed at from one address: it has to wait', async () => {
    await using limited = await startWhole([], { WEFT_RATE_LIMITS: 'on' })
    const { id } = await appIn(limited.world, { kind: 'app', secret: 'a secret' })
    const guess = (n: number) =>
      postForm(
        limited,
        '/oauth/token',
        {
          grant_type: 'authorization_code',
          code: String(n).padStart(43, 'a'),
          redirect_uri: 'urn:ietf:wg:oauth:2.0:oob',
        },
        basic(id, 'a secret'),
      )
    const statuses = new Set<number>()
    for (let n = 0; n < 300; n++) statuses.add((await guess(n)).status)
    expect([...statuses]).toEqual([400])
    expect((await guess(301)).status).toBe(429)
  })
})
