import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN } from '../support/world.ts'

const SERVER = '/.well-known/oauth-authorization-server'
const RESOURCE = '/.well-known/oauth-protected-resource'

let server: Whole

beforeAll(async () => {
  server = await startWhole()
})
afterAll(() => server[Symbol.asyncDispose]())

async function read(path: string) {
  const reply = await server.ask(path, { headers: { origin: 'https://app.test' } })
  return { ...reply, json: JSON.parse(reply.text) as Record<string, unknown> }
}

describe('c1: the authorization server', () => {
  test('says what it is, under its own name and no other', async () => {
    const { status, headers, json } = await read(SERVER)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['cache-control']).toBe('public, max-age=300')
    expect(json.issuer).toBe(ORIGIN)
    expect(json).toMatchObject({
      authorization_endpoint: `${ORIGIN}/oauth/authorize`,
      token_endpoint: `${ORIGIN}/oauth/token`,
      registration_endpoint: `${ORIGIN}/oauth/register`,
      revocation_endpoint: `${ORIGIN}/oauth/revoke`,
      introspection_endpoint: `${ORIGIN}/oauth/introspect`,
      pushed_authorization_request_endpoint: `${ORIGIN}/oauth/par`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: [
        'none',
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
      ],
      client_id_metadata_document_supported: true,
      activitypub_object_id_as_client_id: true,
      activitypub_universal_client_id: true,
      authorization_response_iss_parameter_supported: true,
      service_documentation: expect.stringContaining(ORIGIN),
    })
    expect(json.dpop_signing_alg_values_supported).toEqual(
      expect.arrayContaining(['ES256', 'EdDSA', 'RS256']),
    )
    expect(JSON.stringify(json)).not.toMatch(/"(HS256|plain)"/)
  })

  test('offers all three vocabularies of scopes', async () => {
    const { json } = await read(SERVER)
    expect(json.scopes_supported).toEqual(
      expect.arrayContaining([
        'read',
        'write',
        'follow',
        'push',
        'profile',
        'write:statuses',
        'activitypub:write:create:sameorigin',
        'https://swicg.github.io/activitypub-api/scopes#addressfollowers',
      ]),
    )
  })

  test('is the same whatever name it is asked by', async () => {
    const reply = await server.ask(SERVER, {
      headers: { host: 'evil.test', 'x-forwarded-host': 'evil.test' },
    })
    expect(reply.text).not.toContain('evil.test')
  })

  test('claims no OpenID', async () => {
    expect((await server.ask('/.well-known/openid-configuration')).status).toBe(404)
  })
})

describe('c1: each resource', () => {
  test.each([
    ['', ''],
    ['/', '/'],
    ['/ap/actors/1/outbox', '/ap/actors/1/outbox'],
    ['/ap/actors/1/inbox?page=2&x=%20', '/ap/actors/1/inbox?page=2&x=%20'],
    ['/api/v1/timelines/home', '/api/v1/timelines/home'],
  ])('%j is named as it was asked for', async (path, resource) => {
    const { status, headers, json } = await read(RESOURCE + path)
    expect(status).toBe(200)
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(json).toMatchObject({
      resource: ORIGIN + resource,
      authorization_servers: [ORIGIN],
      bearer_methods_supported: ['header'],
    })
    expect(json.scopes_supported).toContain('read')
    expect(json.dpop_signing_alg_values_supported).toContain('ES256')
  })

  test.each([`${RESOURCE}x`, `${RESOURCE}s/ap`, `${SERVER}/x`])('%s is none', async (path) => {
    expect((await server.ask(path)).status).toBe(404)
  })

  test.each([`${RESOURCE}/%00`, `${RESOURCE}/%`, `${RESOURCE}/${'x'.repeat(9000)}`])(
    'an address that nobody means is refused: %.60s',
    async (path) => {
      const reply = await server.ask(path)
      expect(reply.status).toBeGreaterThanOrEqual(400)
      expect(reply.status).toBeLessThan(500)
      expect(JSON.parse(reply.text).error).toBe('invalid_request')
    },
  )
})

describe('c1: what is read', () => {
  test.each([SERVER, RESOURCE, `${RESOURCE}/ap/actors/1`])(
    '%s is open to every page, and read only',
    async (path) => {
      const options = await server.ask(path, { method: 'OPTIONS' })
      expect(options.status).toBe(204)
      expect(options.headers['access-control-allow-origin']).toBe('*')
      const head = await server.ask(path, { method: 'HEAD' })
      expect([head.status, head.text]).toEqual([200, ''])
      const post = await server.ask(path, { method: 'POST', body: 'x' })
      expect(post.status).toBe(405)
      expect(post.headers.allow).toBe('GET, HEAD, OPTIONS')
      expect(post.headers['access-control-allow-origin']).toBe('*')
    },
  )
})

test('nothing of this was a defect of ours', () => {
  expect(server.errors).toEqual([])
})
