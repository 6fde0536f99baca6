import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ensureClient } from '../../src/domain/grants/ensure-client.ts'
import { findClient } from '../../src/domain/grants/find.ts'
import { createClientReader } from '../../src/remote/client-documents.ts'
import { createDispatcher } from '../../src/remote/dispatcher.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { type Answer, type Peer, startPeer } from '../support/peer.ts'
import { reasonOf, remoteParts } from '../support/remote.ts'
import { testWorld } from '../support/world.ts'

let database: TestDatabase
let peer: Peer
let app: ReturnType<typeof testWorld>
let parts: ReturnType<typeof remoteParts>
let id: string
let counter = 0

beforeAll(async () => {
  database = await testDatabase()
  peer = await startPeer({ tls: true })
  app = testWorld(database.db)
  parts = remoteParts(peer, ['app.test', 'keys.test'])
})
afterAll(async () => {
  await peer.stop()
  await database[Symbol.asyncDispose]()
})
beforeEach(() => {
  id = `https://app.test/apps/${++counter}`
})

type Json = Record<string, unknown>
const reader = () => createClientReader({ ...parts, clock: app.clock })
const ensure = (clientId = id) => ensureClient(app.world, reader(), clientId)
const document = (more: Json = {}): Json => ({
  client_id: id,
  client_name: 'Threadbare',
  redirect_uris: ['https://app.test/back'],
  ...more,
})
const object = (more: Json = {}): Json => ({
  '@context': ['https://www.w3.org/ns/activitystreams', 'https://purl.archive.org/socialweb/oauth'],
  id,
  type: 'Application',
  name: 'Loom',
  redirectURI: 'https://elsewhere.test/back',
  ...more,
})
const serve = (body: Json | string, more: Partial<Answer> = {}) =>
  peer.answer(id, { body, type: 'application/json', ...more })

describe('c2: an app that describes itself', () => {
  test('by a metadata document is known by its address, and asked for it in all three types at once', async () => {
    serve(
      document({
        client_uri: 'https://app.test/',
        logo_uri: 'https://app.test/logo.png',
        scope: 'read write',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      }),
    )
    const client = await ensure()
    expect(client).toMatchObject({
      id,
      kind: 'document',
      name: 'Threadbare',
      website: 'https://app.test/',
      redirectUris: ['https://app.test/back'],
      scopes: 'read write',
      authMethod: 'none',
    })
    const request = peer.requests.findLast(({ url }) => url === id)
    expect(request?.headers.accept).toBe('application/json, application/activity+json, application/ld+json')
    for (const name of ['signature', 'signature-input', 'cookie', 'authorization'])
      expect(request?.headers[name]).toBeUndefined()
  })

  test('by an ActivityPub object is known by it (FEP-d8c2)', async () => {
    serve(
      object({
        name: undefined,
        nameMap: { de: 'Webstuhl', en: 'Loom' },
        icon: { type: 'Image', url: 'https://app.test/icon.png' },
        summary: '<p>Weaves</p>',
        redirectURI: ['https://elsewhere.test/back', 'checkin:/back'],
      }),
      { type: 'application/activity+json' },
    )
    expect(await ensure()).toMatchObject({
      kind: 'object',
      name: 'Loom',
      summary: 'Weaves',
      logoUrl: 'https://app.test/icon.png',
      redirectUris: ['https://elsewhere.test/back', 'checkin:/back'],
      authMethod: 'none',
    })
  })

  test('may be a Service, and by one of several types', async () => {
    serve(object({ type: ['as:Service', 'https://schema.org/SoftwareApplication'] }))
    expect((await ensure()).kind).toBe('object')
  })

  test('S-131: is who its client_id or id says, letter by letter, and nobody else', async () => {
    for (const [body, reason] of [
      [document({ client_id: 'https://app.test/apps/other' }), 'client_id'],
      [document({ client_id: `${id}/` }), 'client_id'],
      [document({ client_id: id.toUpperCase() }), 'client_id'],
      [document({ client_id: [id] }), 'client_id'],
      [document({ client_id: '' }), 'client_id'],
      // What has a client_id is judged by it, whatever its id is.
      [object({ client_id: 'https://app.test/apps/other' }), 'client_id'],
      [object({ id: 'https://app.test/apps/other' }), 'its id'],
      [object({ id: undefined }), 'its id'],
      [object({ type: 'Person' }), 'Application'],
      [object({ redirectURI: undefined }), 'redirect_uris is empty'],
      [object({ redirectURI: 'javascript:alert(1)' }), 'javascript: is not allowed'],
      [document({ redirect_uris: undefined }), 'redirect_uris'],
      [document({ redirect_uris: [] }), 'redirect_uris'],
      [document({ redirect_uris: ['https://elsewhere.test/back'] }), 'not on the origin'],
      [document({ redirect_uris: ['https://app.test/back', 'data:text/html,x'] }), 'data: is not allowed'],
      [document({ redirect_uris: ['checkin:/back'] }), 'named after a domain'],
      [document({ token_endpoint_auth_method: 'client_secret_basic' }), 'cannot share a secret'],
      [document({ token_endpoint_auth_method: 'client_secret_post' }), 'cannot share a secret'],
      [document({ client_secret: 'x' }), 'no client_secret'],
      [document({ client_secret_expires_at: 0 }), 'no client_secret'],
      [document({ token_endpoint_auth_method: 'tls_client_auth' }), 'not one that is supported'],
      [document({ token_endpoint_auth_method: 'private_key_jwt' }), 'needs jwks'],
      [document({ client_name: { en: 'x' } }), 'client_name'],
      [document({ grant_types: ['implicit'] }), 'grant_types'],
      [document({ response_types: ['token'] }), 'response_types'],
      ['[]', 'not a JSON object'],
      ['null', 'not a JSON object'],
      ['<html>', 'not a JSON object'],
      ['', 'not a JSON object'],
    ] as const) {
      serve(body)
      expect(await reasonOf(ensure()), JSON.stringify(body)).toContain(reason)
    }
  })

  test('keeps its keys, the public halves only', async () => {
    const key = { kty: 'OKP', crv: 'Ed25519', x: 'a'.repeat(43), kid: 'one' }
    serve(
      document({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ ...key, extra: {} }] } }),
    )
    expect(await ensure()).toMatchObject({ authMethod: 'private_key_jwt', jwks: { keys: [key] } })
    id += 'b'
    serve(document({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://keys.test/jwks' }))
    expect(await ensure()).toMatchObject({ jwks: null, jwksUri: 'https://keys.test/jwks' })
    id += 'c'
    for (const keys of [
      [],
      'x',
      [{ ...key, d: 'secret' }],
      [{ kty: 'oct', k: 'secret' }],
      [{ ...key, x: 'a\0' }],
      [7],
    ]) {
      serve(document({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } }))
      expect(await reasonOf(ensure()), JSON.stringify(keys)).toContain('client.metadata')
    }
    serve(document({ jwks: { keys: [key] }, jwks_uri: 'https://keys.test/jwks' }))
    expect(await reasonOf(ensure())).toContain('exclude each other')
    serve(document({ jwks_uri: 'http://keys.test/jwks' }))
    expect(await reasonOf(ensure())).toContain('jwks_uri')
  })

  test('S-131: has a name that is one short line and no trick', async () => {
    serve(
      document({
        client_name: `\u202eWeft\u0000\u200b\u2066 offi\ncial ${'x'.repeat(300)}`,
        logo_uri: 'javascript:1',
      }),
    )
    const client = await ensure()
    expect(client.name).toHaveLength(100)
    expect(client.name).toMatch(/^Weft offi cial x+$/)
    expect(client.logoUrl).toBeNull()
  })
})

describe('c2: the address of an app', () => {
  test.each([
    ['http://app.test/apps/plain', 'not over https'],
    ['https://app.test', 'no path'],
    ['https://app.test?x=/', 'no path'],
    ['https://app.test/app#part', 'a fragment'],
    ['https://user@app.test/app', 'a user'],
    ['https://app.test/a/../app', 'canonical'],
    ['https://app.test/./app', 'canonical'],
    ['https://app.test/a/%2e%2e/app', 'canonical'],
    ['https://APP.test/app', 'canonical'],
    ['https://app.test:443/app', 'canonical'],
    ['https://app.test\\app', 'no path'],
    ['https://127.0.0.1/app', 'did not give it'],
    ['https://169.254.169.254/latest/meta-data', 'did not give it'],
    ['https://[::1]/app', 'did not give it'],
    ['https://app.test:22/app', 'did not give it'],
    ['https://nowhere.test/app', 'did not give it'],
    ['https://weft.test/ap/actors/1', 'this server itself'],
    ['ftp://app.test/app', 'client.unknown'],
    ['no such app', 'client.unknown'],
    ['', 'client.unknown'],
  ])('%s is none', async (address, reason) => {
    const before = peer.requests.length
    expect(await reasonOf(ensure(address))).toContain(reason)
    expect(peer.requests.length).toBe(before)
  })

  test('is of bearable length, and text', async () => {
    expect(await reasonOf(ensure(`https://app.test/${'a'.repeat(2048)}`))).toContain('too long')
    for (const none of ['\0', 'a\0b', '\ud800', 'ä'.repeat(3000)])
      expect(await reasonOf(ensure(none))).toContain('client.unknown')
  })

  test('is asked once, and sends nobody on', async () => {
    const elsewhere = 'https://app.test/moved'
    peer.answer(elsewhere, { body: document(), type: 'application/json' })
    for (const status of [301, 302, 307, 308]) {
      peer.answer(id, { status, redirect: elsewhere })
      expect(await reasonOf(ensure())).toContain(`answered ${status}`)
    }
    expect(peer.hits(elsewhere)).toBe(0)
  })

  test('gives a 200 in time and within bounds, or is none; and no failure is kept', async () => {
    const spoilt: [Partial<Answer>, string][] = [
      [{ status: 201 }, 'answered 201'],
      [{ status: 204, body: '' }, 'answered 204'],
      [{ status: 404 }, 'answered 404'],
      [{ status: 500 }, 'answered 500'],
      [{ reset: 'before' }, 'did not give it'],
      [{ body: `${' '.repeat(64 * 1024)}{}` }, 'did not give it'],
      [{ body: 'x', endless: true }, 'did not give it'],
    ]
    for (const [answer, reason] of spoilt) {
      peer.answer(id, { body: document(), type: 'application/json', ...answer })
      expect(await reasonOf(ensure()), JSON.stringify(answer).slice(0, 50)).toContain(reason)
    }
    serve(document({ padding: 'x'.repeat(5 * 1024) }))
    expect(await reasonOf(ensure())).toContain('too large')
    serve(object({ padding: 'x'.repeat(60 * 1024) }))
    expect((await ensure()).kind).toBe('object')
  })

  test('is given up after three seconds', { timeout: 15_000 }, async () => {
    serve(document(), { delayMs: 10_000 })
    const began = performance.now()
    expect(await reasonOf(ensure())).toContain('did not give it')
    expect(performance.now() - began).toBeGreaterThan(2500)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('c2: an app on a network of one’s own', () => {
  test('may speak plain http where private addresses are opened, and nowhere else', async () => {
    await using plain = await startPeer()
    const address = `${plain.origin('app.localhost')}/client.json`
    const back = `${plain.origin('app.localhost')}/back`
    plain.answer(address, { body: { client_id: address, redirect_uris: [back] }, type: 'application/json' })
    const dispatcher = createDispatcher({
      allowedPrivateAddresses: ['127.0.0.0/8', '::1/128'],
      global: false,
    })
    const opened = createClientReader({ ...parts, dispatcher })
    expect((await opened.read(address)).metadata.redirectUris).toEqual([back])
    expect(await reasonOf(reader().read(address))).toContain('not over https')
    await dispatcher.close()
  })
})

describe('c2: what an app said before', () => {
  const minutes = 60_000
  const cached = async (headers: Record<string, string>, age: number) => {
    id += 'x'
    serve(document(), { headers })
    await ensure()
    app.clock.advance(age)
    await ensure()
    return peer.hits(id) === 1
  }

  test.each([
    ['max-age=60', 4, true],
    ['max-age=60', 6, false],
    ['max-age=7200', 119, true],
    ['max-age=7200', 121, false],
    ['max-age=99999999', 24 * 60 - 1, true],
    ['max-age=99999999', 24 * 60 + 1, false],
    ['no-store', 4, true],
    ['no-store', 6, false],
    ['no-cache, max-age=9999', 6, false],
    ['', 59, true],
    ['', 61, false],
  ])('with Cache-Control: %j holds after %d minutes: %j', async (control, age, holds) => {
    const headers: Record<string, string> = control === '' ? {} : { 'cache-control': control }
    expect(await cached(headers, age * minutes)).toBe(holds)
  })

  test('is replaced by what it says now; other addresses or keys are noted, a new name is not', async () => {
    serve(document(), { headers: { 'cache-control': 'max-age=300' } })
    await ensure()
    app.clock.advance(6 * minutes)
    serve(document({ client_name: 'Threadbare 2' }))
    expect(await ensure()).toMatchObject({ name: 'Threadbare 2', changedAt: null })
    app.clock.advance(61 * minutes)
    serve(document({ redirect_uris: ['https://app.test/other'] }))
    expect(await ensure()).toMatchObject({
      redirectUris: ['https://app.test/other'],
      changedAt: app.clock.now(),
    })
  })

  test('does not help it when it is gone', async () => {
    serve(document())
    await ensure()
    app.clock.advance(61 * minutes)
    peer.answer(id, { status: 410 })
    expect(await reasonOf(ensure())).toContain('answered 410')
    expect((await findClient(database.db, id))?.name).toBe('Threadbare')
  })

  test('is asked for once by many at a time', async () => {
    serve(document(), { delayMs: 50 })
    const shared = reader()
    await Promise.all(Array.from({ length: 5 }, () => ensureClient(app.world, shared, id)))
    expect(peer.hits(id)).toBe(1)
  })

  test('among its keys, too; but anew when somebody insists', async () => {
    const address = 'https://keys.test/jwks'
    peer.answer(address, { body: { keys: [] }, type: 'application/jwk-set+json' })
    const shared = reader()
    expect(await shared.keys(address)).toEqual({ keys: [] })
    await shared.keys(address)
    expect(peer.hits(address)).toBe(1)
    await shared.keys(address, { anew: true })
    expect(peer.hits(address)).toBe(2)
  })
})
