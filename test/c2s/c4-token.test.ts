import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { appIn, basic, type CodeOptions, codeFor, postForm } from '../support/apps.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

let server: Whole
let ada: LocalAccount
let client: { id: string }

beforeAll(async () => {
  server = await startWhole()
  ada = await personHere(server.world, 'ada')
  client = await appIn(server.world)
})
afterAll(() => server[Symbol.asyncDispose]())

const token = (fields: Record<string, string> | string, headers = {}) =>
  postForm(server, '/oauth/token', fields, headers)
const code = (options: CodeOptions = {}) => codeFor(server.world, ada, client, options)
const without = (fields: Record<string, string>, name: string) => {
  const { [name]: _, ...others } = fields
  return others
}
const holds = async (accessToken: unknown) => {
  const fields = { client_id: client.id, token: String(accessToken) }
  return (await postForm(server, '/oauth/introspect', fields)).json.active
}

describe('c4: a code for a token', () => {
  test('is answered once, to be kept by nobody else, with whose it is', async () => {
    const reply = await token(await code())
    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(reply.headers['cache-control']).toBe('no-store')
    expect(reply.headers['access-control-allow-origin']).toBe('*')
    expect(reply.headers['access-control-allow-credentials']).toBeUndefined()
    expect(reply.json).toEqual({
      access_token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      scope: 'read write',
      activitypub_actor_id: ada.uri,
      me: ada.uri,
    })
    expect(await holds(reply.json.access_token)).toBe(true)
  })

  test('S-122, e8: is good once, and a second use ends what came of the first', async () => {
    const fields = await code()
    const first = await token(fields)
    const again = await token(fields)
    expect([again.status, again.json.error]).toEqual([400, 'invalid_grant'])
    expect(await holds(first.json.access_token)).toBe(false)
    const refreshed = await token({
      grant_type: 'refresh_token',
      client_id: client.id,
      refresh_token: String(first.json.refresh_token),
    })
    expect(refreshed.json.error).toBe('invalid_grant')
  })

  test('S-122: twenty at once get one token, and that one ends', async () => {
    const fields = await code()
    const replies = await Promise.all(Array.from({ length: 20 }, () => token(fields)))
    const given = replies.filter(({ status }) => status === 200)
    expect(given).toHaveLength(1)
    expect(replies.filter(({ json }) => json.error === 'invalid_grant')).toHaveLength(19)
    expect(await holds(given[0]?.json.access_token)).toBe(false)
  })

  test('S-122: is bound to the app that it was given to', async () => {
    const other = await appIn(server.world)
    const fields = await code()
    const stolen = await token({ ...fields, client_id: other.id })
    expect([stolen.status, stolen.json.error]).toEqual([400, 'invalid_grant'])
    expect((await token(fields)).status).toBe(200)
  })

  test.each([
    ['to another address', { redirect_uri: 'https://app.test/other' }],
    ['with the wrong verifier', { code_verifier: 'x'.repeat(43) }],
    ['with a verifier that is too short', { code_verifier: 'x' }],
    ['with the challenge in place of the verifier', { code_verifier: '~'.repeat(200) }],
    ['that is none', { code: 'x'.repeat(43) }],
    ['with something in it', { code: "' OR 1=1 --" }],
  ])('S-122: a code %s is no code', async (_, change) => {
    const reply = await token({ ...(await code()), ...change })
    expect([reply.status, reply.json.error]).toEqual([400, 'invalid_grant'])
  })

  test('S-121: without its verifier it is refused', async () => {
    const reply = await token(without(await code(), 'code_verifier'))
    expect([reply.status, reply.json.error]).toEqual([400, 'invalid_grant'])
  })

  test('S-121: a verifier for a code without challenge is a downgrade', async () => {
    const app = await appIn(server.world, { kind: 'app', secret: 'a secret' })
    const fields = await codeFor(server.world, ada, app, { pkce: false })
    const wrong = await token({ ...fields, client_secret: 'a secret', code_verifier: 'x'.repeat(43) })
    expect(wrong.json.error).toBe('invalid_grant')
    expect((await token({ ...fields, client_secret: 'a secret' })).status).toBe(200)
  })

  test('S-122: without challenge the address must be there', async () => {
    const app = await appIn(server.world, { kind: 'app', secret: 'a secret' })
    const fields = await codeFor(server.world, ada, app, { pkce: false })
    const reply = await token({ ...without(fields, 'redirect_uri'), client_secret: 'a secret' })
    expect(reply.json.error).toBe('invalid_grant')
  })

  test('S-122: a code lives for a minute', async () => {
    const old = await code()
    await server.db
      .updateTable('grant_code')
      .set({ expires_at: new Date(Date.now() - 1) })
      .where('used_at', 'is', null)
      .execute()
    expect((await token(old)).json.error).toBe('invalid_grant')
    const fields = await code()
    const rows = await server.db.selectFrom('grant_code').selectAll().where('used_at', 'is', null).execute()
    const lives = rows.map((row) => row.expires_at.getTime() - row.created_at.getTime())
    expect(lives).toContain(60_000)
    expect((await token(fields)).status).toBe(200)
  })

  test('a code of somebody who was suspended since is none', async () => {
    const eve = await personHere(server.world, 'eve')
    const fields = await codeFor(server.world, eve, client)
    await server.db
      .updateTable('account')
      .set({ suspended_at: new Date() })
      .where('id', '=', eve.id)
      .execute()
    expect((await token(fields)).json.error).toBe('invalid_grant')
  })
})

describe('c4: a refresh token', () => {
  const refresh = (refreshToken: unknown, more = {}) =>
    token({
      grant_type: 'refresh_token',
      client_id: client.id,
      refresh_token: String(refreshToken),
      ...more,
    })

  test('gives new ones, and is worth nothing after', async () => {
    const first = await token(await code())
    const second = await refresh(first.json.refresh_token)
    expect(second.json).toMatchObject({
      expires_in: 3600,
      scope: 'read write',
      activitypub_actor_id: ada.uri,
      me: ada.uri,
    })
    expect(second.json.access_token).not.toBe(first.json.access_token)
    expect(second.json.refresh_token).not.toBe(first.json.refresh_token)
    expect(await holds(second.json.access_token)).toBe(true)
  })

  test('a second use ends the whole family', async () => {
    const first = await token(await code())
    const second = await refresh(first.json.refresh_token)
    const third = await refresh(second.json.refresh_token)
    const again = await refresh(first.json.refresh_token)
    expect([again.status, again.json.error]).toEqual([400, 'invalid_grant'])
    expect(await holds(third.json.access_token)).toBe(false)
    expect((await refresh(third.json.refresh_token)).json.error).toBe('invalid_grant')
  })

  test('S-124, e8: may be narrowed for a while, and never widened', async () => {
    const first = await token(await code({ scope: 'read' }))
    const wider = await refresh(first.json.refresh_token, { scope: 'read write' })
    expect([wider.status, wider.json.error]).toEqual([400, 'invalid_scope'])
    const narrow = await refresh(first.json.refresh_token, { scope: 'read:statuses' })
    expect(narrow.json.scope).toBe('read:statuses')
    const whole = await refresh(narrow.json.refresh_token)
    expect(whole.json.scope).toBe('read')
  })

  test('lives no longer than ninety days from the sign-in, however often it is renewed', async () => {
    const first = await token(await code())
    const row = await server.db
      .selectFrom('client_grant')
      .selectAll()
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(row.expires_at?.getTime()).toBe(row.created_at.getTime() + 90 * 86_400_000)
    const second = await refresh(first.json.refresh_token)
    const tokens = await server.db
      .selectFrom('grant_token')
      .selectAll()
      .where('grant_id', '=', row.id)
      .where('kind', '=', 'refresh')
      .execute()
    expect(tokens.map(({ expires_at }) => expires_at)).toEqual([row.expires_at, row.expires_at])
    await server.db
      .updateTable('grant_token')
      .set({ expires_at: new Date(Date.now() - 1) })
      .where('grant_id', '=', row.id)
      .execute()
    expect((await refresh(second.json.refresh_token)).json.error).toBe('invalid_grant')
  })

  test('belongs to its app', async () => {
    const other = await appIn(server.world)
    const first = await token(await code())
    const stolen = await refresh(first.json.refresh_token, { client_id: other.id })
    expect(stolen.json.error).toBe('invalid_grant')
    expect((await refresh(first.json.refresh_token)).status).toBe(200)
  })

  test('is no access token, and an access token is no refresh token', async () => {
    const first = await token(await code())
    const asBearer = await postForm(
      server,
      '/oauth/introspect',
      { token: 'x' },
      { authorization: `Bearer ${first.json.refresh_token}` },
    )
    expect(asBearer.status).toBe(401)
    expect(asBearer.json.error).toBe('invalid_token')
    expect((await refresh(first.json.access_token)).json.error).toBe('invalid_grant')
  })
})

describe('c4: what is no request for a token', () => {
  test.each<[string, (fields: Record<string, string>) => Record<string, string>, number, string]>([
    ['no grant_type', (fields) => without(fields, 'grant_type'), 400, 'invalid_request'],
    ['no code', (fields) => without(fields, 'code'), 400, 'invalid_request'],
    ['no client_id', (fields) => without(fields, 'client_id'), 401, 'invalid_client'],
    ['an app that nobody knows', (fields) => ({ ...fields, client_id: 'x' }), 401, 'invalid_client'],
    ['an app with NUL in it', (fields) => ({ ...fields, client_id: '\0' }), 400, 'invalid_request'],
    ['an endless client_id', (fields) => ({ ...fields, client_id: 'x'.repeat(9999) }), 401, 'invalid_client'],
    [
      'a document that nobody has read',
      (fields) => ({ ...fields, client_id: 'https://app.test/x' }),
      401,
      'invalid_client',
    ],
    ['a password', (fields) => ({ ...fields, grant_type: 'password' }), 400, 'unsupported_grant_type'],
    [
      'the implicit grant',
      (fields) => ({ ...fields, grant_type: 'implicit' }),
      400,
      'unsupported_grant_type',
    ],
    ['an empty code', (fields) => ({ ...fields, code: '' }), 400, 'invalid_request'],
    ['a secret of one that has none', (fields) => ({ ...fields, client_secret: 'x' }), 401, 'invalid_client'],
    [
      'an assertion of one that has no key',
      (fields) => ({
        ...fields,
        client_assertion: 'x.y.z',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      }),
      401,
      'invalid_client',
    ],
  ])('%s', async (_, change, status, error) => {
    const reply = await token(change(await code()))
    expect([reply.status, reply.json.error]).toEqual([status, error])
    expect(reply.headers['cache-control']).toBe('no-store')
    expect(reply.headers['access-control-allow-origin']).toBe('*')
    expect(reply.headers['content-type']).toMatch(/^application\/json/)
    expect(reply.json.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(reply.headers['www-authenticate']).toBeUndefined()
  })

  test('a field that is there twice', async () => {
    const fields = new URLSearchParams(await code())
    const reply = await token(`${fields}&code=x`)
    expect([reply.status, reply.json.error]).toEqual([400, 'invalid_request'])
  })

  test('what the token is for may be said twice', async () => {
    const fields = new URLSearchParams(await code())
    expect((await token(`${fields}&resource=https%3A%2F%2Fweft.test&resource=x`)).status).toBe(200)
  })

  test('JSON, of an app that keeps to OAuth', async () => {
    const body = JSON.stringify(await code())
    const reply = await token(body, { 'content-type': 'application/json' })
    expect([reply.status, reply.json.error]).toEqual([400, 'invalid_request'])
  })

  test.each([
    ['half of JSON', '{', 'application/json'],
    ['a list', '[]', 'application/json'],
    ['null', 'null', 'application/json'],
    ['text', 'x', 'text/plain'],
    ['nothing', '', 'application/x-www-form-urlencoded'],
    ['half an escape', '%', 'application/x-www-form-urlencoded'],
    ['five hundred fields', 'a=b&'.repeat(500), 'application/x-www-form-urlencoded'],
    ['an endless field', `code=${'x'.repeat(100_000)}`, 'application/x-www-form-urlencoded'],
    ['objects for texts', '{"client_id":{"$ne":1},"grant_type":["x"]}', 'application/json'],
    ['another charset', 'client_id=x', 'application/x-www-form-urlencoded; charset=utf-7'],
  ])('%s', async (_, body, type) => {
    const reply = await token(body, { 'content-type': type })
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.status).toBeLessThan(500)
    expect(reply.json.error).toMatch(/^[a-z_]+$/)
  })

  test('S-128: a query counts for nothing', async () => {
    const fields = new URLSearchParams(await code())
    const reply = await postForm(server, `/oauth/token?${fields}`, 'x=y')
    expect([reply.status, reply.json.error]).toEqual([401, 'invalid_client'])
  })

  test('S-144: what apps ask is open to the pages of every site, before and after', async () => {
    const before = await server.ask('/oauth/token', {
      method: 'OPTIONS',
      headers: { origin: 'https://app.test' },
    })
    expect(before.status).toBe(204)
    expect(before.headers['access-control-allow-headers']).toContain('DPoP')
    expect(before.headers['access-control-expose-headers']).toContain('DPoP-Nonce')
    const get = await server.ask('/oauth/token')
    expect(get.status).toBe(405)
    expect(get.headers.allow).toBe('POST, OPTIONS')
    expect(get.headers['access-control-allow-origin']).toBe('*')
  })
})

describe('c4: an app with a secret', () => {
  const secret = 'p:ä+s %'

  test('proves it in the header or in the body', async () => {
    const app = await appIn(server.world, { secret, id: 'app:with%odd+id' })
    const body = await token({ ...(await codeFor(server.world, ada, app)), client_secret: secret })
    expect(body.status).toBe(200)
    const header = await token(
      without(await codeFor(server.world, ada, app), 'client_id'),
      basic(app.id, secret),
    )
    expect(header.status).toBe(200)
  })

  test('S-129: only its hash is kept', async () => {
    await appIn(server.world, { secret: 'a secret that shows' })
    const rows = await server.db.selectFrom('client').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain('a secret that shows')
  })

  test.each<[string, (id: string) => Record<string, string>, Record<string, string>]>([
    ['none', () => ({}), {}],
    ['a wrong one', () => ({}), { client_secret: 'x' }],
    ['a wrong one in the header', (id) => basic(id, 'x'), {}],
    ['a header that is none', () => ({ authorization: 'Basic !!!' }), { client_secret: 'x' }],
    ['a header without a colon', () => ({ authorization: 'Basic YWJj' }), {}],
  ])('is refused with %s', async (_, headers, more) => {
    const app = await appIn(server.world, { secret })
    const reply = await token({ ...(await codeFor(server.world, ada, app)), ...more }, headers(app.id))
    expect([reply.status, reply.json.error]).toEqual([401, 'invalid_client'])
    const byHeader = 'authorization' in headers(app.id)
    expect(reply.headers['www-authenticate']).toBe(byHeader ? 'Basic realm="oauth"' : undefined)
  })

  test('is refused when header and body name two', async () => {
    const app = await appIn(server.world, { secret })
    const reply = await token(await code(), basic(app.id, secret))
    expect([reply.status, reply.json.error]).toEqual([400, 'invalid_request'])
  })
})

describe('c4: an app of the Mastodon API', () => {
  const json = (body: object) => token(JSON.stringify(body), { 'content-type': 'application/json' })
  const app = () => appIn(server.world, { kind: 'app', secret: 's', scopes: 'read write follow push' })

  test('sends JSON, needs no PKCE, and its token does not run out', async () => {
    const { id } = await app()
    const reply = await json({
      ...(await codeFor(server.world, ada, { id }, { pkce: false })),
      client_secret: 's',
    })
    expect(reply.json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      scope: 'read write',
      created_at: expect.any(Number),
      activitypub_actor_id: ada.uri,
      me: ada.uri,
    })
  })

  test('shows a code to be copied by hand, for ten minutes', async () => {
    const { id } = await app()
    const redirectUri = 'urn:ietf:wg:oauth:2.0:oob'
    const fields = await codeFor(server.world, ada, { id }, { pkce: false, redirectUri })
    const row = await server.db
      .selectFrom('grant_code')
      .selectAll()
      .where('redirect_uri', '=', redirectUri)
      .executeTakeFirstOrThrow()
    expect(row.expires_at.getTime() - row.created_at.getTime()).toBe(600_000)
    expect((await token({ ...fields, client_secret: 's' })).status).toBe(200)
  })

  test('gets a token as itself, that is nobody’s', async () => {
    const { id } = await app()
    const reply = await json({ grant_type: 'client_credentials', client_id: id, client_secret: 's' })
    expect(reply.json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      scope: 'read',
      created_at: expect.any(Number),
    })
  })

  test('S-124: as itself gets no more than it registered, and never what administrators have', async () => {
    const admin = await appIn(server.world, { kind: 'app', secret: 's', scopes: 'read admin:read' })
    const fields = { grant_type: 'client_credentials', client_id: admin.id, client_secret: 's' }
    for (const scope of ['admin:read', 'admin:read:accounts', 'read write'])
      expect((await token({ ...fields, scope })).json.error).toBe('invalid_scope')
  })

  test.each([
    ['without a secret', { kind: 'app' as const }, {}],
    ['that keeps to OAuth', { secret: 's' }, { client_secret: 's' }],
  ])('one %s gets no token as itself', async (_, options, more) => {
    const { id } = await appIn(server.world, options)
    const reply = await token({ grant_type: 'client_credentials', client_id: id, ...more })
    expect([reply.status, reply.json.error]).toEqual([400, 'unauthorized_client'])
  })
})

test('nothing of this was a defect of ours', () => {
  expect(server.errors).toEqual([])
})
