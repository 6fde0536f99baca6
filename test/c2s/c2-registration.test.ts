import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBearers } from '../../src/domain/grants/bearers.ts'
import { findBearer, findClient } from '../../src/domain/grants/find.ts'
import { forgetGrants } from '../../src/domain/grants/forget.ts'
import { issueToken } from '../../src/domain/grants/issue.ts'
import { forgetClients, registerClient, UNUSED_DAYS } from '../../src/domain/grants/register-client.ts'
import { keepRequest } from '../../src/domain/grants/requests.ts'
import { scopesFrom } from '../../src/domain/grants/scopes.ts'
import { basic, postForm } from '../support/apps.ts'
import { testDatabase } from '../support/database.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere, testWorld } from '../support/world.ts'

let server: Whole

beforeAll(async () => {
  server = await startWhole()
})
afterAll(() => server[Symbol.asyncDispose]())

const METADATA = { client_name: 'Threadbare', redirect_uris: ['https://app.test/back'] }

async function send(body: string, type = 'application/json', at: Pick<Whole, 'ask'> = server) {
  const reply = await at.ask('/oauth/register', { method: 'POST', headers: { 'content-type': type }, body })
  return { ...reply, json: JSON.parse(reply.text || '{}') as Record<string, unknown> }
}
const register = (metadata: object) => send(JSON.stringify(metadata))

describe('c2: an app registers (RFC 7591)', () => {
  test('and is answered 201 with a name that is no address, and all that counts of what it said', async () => {
    const said = {
      ...METADATA,
      redirect_uris: [
        'https://app.test/back',
        'http://127.0.0.1/back',
        'com.example.app:/back',
        'checkin:/x',
      ],
      client_uri: 'https://app.test/',
      logo_uri: 'https://app.test/logo.png',
      tos_uri: 'https://app.test/terms',
      policy_uri: 'https://app.test/privacy',
      contacts: ['ops@app.test'],
      software_id: 'threadbare',
      software_version: '1.2',
      scope: 'read write',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', 'implicit'],
      response_types: ['code'],
      application_type: 'native',
    }
    const before = Math.floor(Date.now() / 1000)
    const { status, headers, json } = await register({ ...said, unknown: 'x', role: 'owner', id: 'mine' })
    expect(status).toBe(201)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(json).toEqual({
      ...said,
      grant_types: ['authorization_code', 'refresh_token'],
      client_id: expect.stringMatching(/^[\w-]{43}$/),
      client_id_issued_at: expect.any(Number),
    })
    expect(json.client_id_issued_at).toBeGreaterThanOrEqual(before)
    expect(await findClient(server.db, String(json.client_id))).toMatchObject({
      kind: 'registered',
      name: 'Threadbare',
      authMethod: 'none',
      secretHash: null,
    })
  })

  test('with a secret when it says nothing about that, of which only a hash is kept', async () => {
    const { json } = await register(METADATA)
    expect(json).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
    })
    const rows = JSON.stringify(await server.db.selectFrom('client').selectAll().execute())
    expect(rows).not.toContain(String(json.client_secret))
    const token = (secret: string) =>
      postForm(
        server,
        '/oauth/token',
        { grant_type: 'authorization_code', code: 'x' },
        basic(String(json.client_id), secret),
      )
    expect((await token(String(json.client_secret))).json.error).toBe('invalid_grant')
    expect((await token('wrong')).json.error).toBe('invalid_client')
  })

  test('with scopes as a text, whether it sent a text or a list', async () => {
    for (const scope of ['read  write', ['read', 'write'], ['read write'], 'read "\\ write']) {
      expect((await register({ ...METADATA, scope })).json.scope).toBe('read write')
    }
    expect((await register(METADATA)).json.scope).toBeUndefined()
  })

  test('by a form, too, as some libraries try a second time', async () => {
    const forms = [
      new URLSearchParams([
        ...Object.entries({ client_name: 'Form' }),
        ['redirect_uris', 'https://a.test/x'],
      ]),
      new URLSearchParams('client_name=Form&redirect_uris=https://a.test/x&redirect_uris=https://a.test/y'),
      new URLSearchParams('client_name=Form&redirect_uris[]=https://a.test/x'),
      new URLSearchParams({ client_name: 'Form', redirect_uris: '["https://a.test/x"]', scope: 'read' }),
      new URLSearchParams({
        redirect_uris: 'https://a.test/x',
        grant_types: 'authorization_code refresh_token',
      }),
    ]
    for (const form of forms) {
      const { status, json } = await send(form.toString(), 'application/x-www-form-urlencoded')
      expect([status, (json.redirect_uris as string[])[0]], form.toString()).toEqual([
        201,
        'https://a.test/x',
      ])
    }
  })

  test.each([
    [{}, 'invalid_redirect_uri'],
    [{ redirect_uris: [] }, 'invalid_redirect_uri'],
    [{ redirect_uris: 'https://app.test/back' }, 'invalid_redirect_uri'],
    [{ redirect_uris: [7] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['http://app.test/back'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['https://app.test/back#x'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['urn:ietf:wg:oauth:2.0:oob'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['https://app.test/\u0000'] }, 'invalid_redirect_uri'],
    [
      { redirect_uris: Array.from({ length: 21 }, (_, n) => `https://app.test/${n}`) },
      'invalid_redirect_uri',
    ],
    [{ ...METADATA, client_name: 7 }, 'invalid_client_metadata'],
    [{ ...METADATA, scope: { read: true } }, 'invalid_client_metadata'],
    [{ ...METADATA, scope: 'x '.repeat(5000) }, 'invalid_client_metadata'],
    [{ ...METADATA, grant_types: ['password'] }, 'invalid_client_metadata'],
    [{ ...METADATA, grant_types: 'authorization_code' }, 'invalid_client_metadata'],
    [{ ...METADATA, response_types: ['token'] }, 'invalid_client_metadata'],
    [{ ...METADATA, token_endpoint_auth_method: 'client_secret_jwt' }, 'invalid_client_metadata'],
    [{ ...METADATA, token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata'],
    [{ ...METADATA, jwks: { keys: [{ kty: 'oct', k: 'x' }] } }, 'invalid_client_metadata'],
    [{ ...METADATA, jwks: 'x' }, 'invalid_client_metadata'],
    [{ ...METADATA, jwks_uri: 'http://169.254.169.254/' }, 'invalid_client_metadata'],
  ] as const)('but not with %j', async (metadata, error) => {
    const { status, json, headers } = await register(metadata)
    expect([status, json.error]).toEqual([400, error])
    expect(json.error_description).toMatch(/^[\x20-\x7e]+$/)
    expect(headers['cache-control']).toBe('no-store')
  })

  test('and what is strange in what it says never hurts', async () => {
    const strange = {
      ...METADATA,
      client_name: 'a\u0000b\ud800',
      contacts: ['\u0000', '\ud800'],
      software_id: '\u0000',
      tos_uri: 'javascript:alert(1)',
      logo_uri: ['x'],
      client_uri: 7,
    }
    const reaching = JSON.stringify(strange).replace(
      /^{/,
      '{"__proto__":{"token_endpoint_auth_method":"none"},',
    )
    const { status, json } = await send(reaching)
    expect(status).toBe(201)
    expect(json).toMatchObject({ client_name: 'ab\ufffd', token_endpoint_auth_method: 'client_secret_basic' })
    for (const name of ['tos_uri', 'logo_uri', 'client_uri']) expect(json[name]).toBeUndefined()
    for (const body of ['', '{', '[]', '"x"', 'null', '7', `${'['.repeat(20_000)}`, '{"redirect_uris":'])
      expect((await send(body)).status, body.slice(0, 20)).toBe(400)
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/xml'])
      expect((await send(JSON.stringify(METADATA), type)).status).toBeLessThan(500)
    expect((await send('x'.repeat(70_000))).status).toBe(413)
    expect((await server.ask('/oauth/register')).status).toBe(405)
    expect(server.errors).toEqual([])
  })
})

describe('S-132: apps that register', () => {
  test('by the dozen from one address have to wait', async () => {
    await using limited = await startWhole([], { WEFT_RATE_LIMITS: 'on', WEFT_TRUSTED_PROXIES: '127.0.0.1' })
    const from = async (address: string) => {
      const reply = await limited.ask('/oauth/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify(METADATA),
      })
      return reply
    }
    for (let n = 0; n < 20; n++) expect((await from('192.0.2.1')).status).toBe(201)
    const refused = await from('192.0.2.1')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await from('192.0.2.2')).status).toBe(201)
  })

  test('and that nobody lets in within a week are forgotten, others not', async () => {
    await using database = await testDatabase()
    const { world, clock } = testWorld(database.db)
    const ada = await personHere(world, 'ada')
    const unused = await registerClient(world, METADATA)
    const used = await registerClient(world, METADATA)
    clock.advance(86_400_000)
    const late = await registerClient(world, METADATA)
    await issueToken(world, { accountId: ada.id, clientId: used.id, scopes: scopesFrom('read') })
    await keepRequest(world, unused.id, {})
    clock.advance((UNUSED_DAYS - 1) * 86_400_000 + 1000)
    await forgetClients(world)
    expect(await findClient(database.db, unused.id)).toBeUndefined()
    expect(await findClient(database.db, used.id)).toBeDefined()
    expect(await findClient(database.db, late.id)).toBeDefined()
    expect(await database.db.selectFrom('pushed_request').selectAll().execute()).toEqual([])
  })

  test('are not let in by a token that they give themselves, and keep none that they do not use', async () => {
    await using database = await testDatabase()
    const { world, clock } = testWorld(database.db)
    const scopes = scopesFrom('read')
    const [idle, busy] = [await registerClient(world, METADATA), await registerClient(world, METADATA)]
    await issueToken(world, { accountId: null, clientId: idle.id, scopes })
    const { accessToken } = await issueToken(world, { accountId: null, clientId: busy.id, scopes })
    const daily = async (days: number) => {
      for (let day = 0; day < days; day++) {
        clock.advance(86_400_000)
        await createBearers(world).find(accessToken)
      }
    }
    await daily(UNUSED_DAYS + 1)
    await forgetClients(world)
    expect(await findClient(database.db, idle.id)).toBeUndefined()
    expect(await findBearer(world, accessToken)).toBeDefined()
    const ada = await personHere(world, 'ada')
    await issueToken(world, { accountId: ada.id, clientId: busy.id, scopes })
    await issueToken(world, { accountId: null, clientId: busy.id, scopes })
    await daily(91)
    await forgetGrants(world)
    await forgetClients(world)
    const grants = await database.db.selectFrom('client_grant').select('account_id').execute()
    expect(grants.map(({ account_id }) => account_id).sort()).toEqual([ada.id, null])
    expect(await findBearer(world, accessToken)).toBeDefined()
  })
})
