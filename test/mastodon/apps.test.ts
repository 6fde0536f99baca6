import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiClient, type BodyKind, type Fields } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
beforeAll(async () => {
  server = await startWhole()
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const register = (fields: Fields, as: BodyKind = 'json') => apiClient(server).post('/api/v1/apps', fields, as)

describe('an app makes itself known', () => {
  test.each(['json', 'form', 'multipart', 'query'] as const)('by %s', async (as) => {
    const { json, status } = await register(
      {
        client_name: 'Loom',
        redirect_uris: 'app://x',
        scopes: 'read write:statuses',
        website: 'https://loom.test',
      },
      as,
    )
    expect(status).toBe(200)
    expectEntity('CredentialApplication', json)
    expect(json).toMatchObject({
      name: 'Loom',
      website: 'https://loom.test',
      redirect_uri: 'app://x',
      redirect_uris: ['app://x'],
      scopes: ['read', 'write:statuses'],
    })
  })

  test('with addresses one a line or in a list, each once', async () => {
    const lines = await register(
      { client_name: 'x', redirect_uris: 'app://a\nurn:ietf:wg:oauth:2.0:oob\r\napp://a' },
      'form',
    )
    expect(lines.json.redirect_uris).toEqual(['app://a', 'urn:ietf:wg:oauth:2.0:oob'])
    for (const as of ['json', 'form', 'multipart'] as const) {
      const list = await register({ client_name: 'x', redirect_uris: ['app://a', 'https://b.test/c'] }, as)
      expect(list.json.redirect_uris).toEqual(['app://a', 'https://b.test/c'])
    }
  })

  test('and may read where it says no more; a page that is none is left out', async () => {
    for (const website of [undefined, null, '', 'javascript:alert(1)', 'loom']) {
      const { json } = await register({ client_name: 'x', redirect_uris: 'app://a', website })
      expectEntity('CredentialApplication', json)
      expect([json.scopes, json.website]).toEqual([['read'], null])
    }
  })

  test.each([
    [{ redirect_uris: 'app://a' }, /Application name can’t be blank/],
    [{ client_name: '  ', redirect_uris: 'app://a' }, /Application name can’t be blank/],
    [{ client_name: 'x' }, /Redirect URI can’t be blank/],
    [{ client_name: 'x', redirect_uris: 'javascript:alert(1)' }, /Redirect URI must be an absolute URI/],
    [{ client_name: 'x', redirect_uris: 'data:text/html,x' }, /Redirect URI must be an absolute URI/],
    [{ client_name: 'x', redirect_uris: 'vbscript:x' }, /Redirect URI must be an absolute URI/],
    [{ client_name: 'x', redirect_uris: '/relative' }, /Redirect URI must be an absolute URI/],
  ])('but not as %j', async (fields, error) => {
    const reply = await register(fields)
    expect(reply.status).toBe(422)
    expectEntity('Error', reply.json)
    expect(reply.json.error).toMatch(/^Validation failed: /)
    expect(reply.json.error).toMatch(error)
  })

  test('and its secret is kept by nobody but itself', async () => {
    const { json } = await register({ client_name: 'x', redirect_uris: 'app://a' })
    const rows = await server.db.selectFrom('client').selectAll().where('id', '=', json.client_id).execute()
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(json.client_secret)
  })

  test('not more often than anybody would', async () => {
    await using limited = await startWhole([], { WEFT_RATE_LIMITS: 'on' })
    const statuses: number[] = []
    for (let i = 0; i < 31; i += 1) {
      const reply = await apiClient(limited).post('/api/v1/apps', {
        client_name: 'x',
        redirect_uris: 'app://a',
      })
      statuses.push(reply.status)
    }
    expect(statuses.slice(0, 30).every((status) => status === 200)).toBe(true)
    expect(statuses[30]).toBe(429)
  })
})

describe('what an app is', () => {
  test('is told to nobody without a token', async () => {
    const reply = await apiClient(server).get('/api/v1/apps/verify_credentials')
    expect([reply.status, reply.json]).toEqual([401, { error: 'The access token is invalid' }])
  })
})
