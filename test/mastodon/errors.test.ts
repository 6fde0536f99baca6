import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiClient, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
beforeAll(async () => {
  server = await startWhole([], { WEFT_RATE_LIMITS: 'on' })
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

describe('an answer that is no', () => {
  test('is JSON with `error` even where there is no such method', async () => {
    const reply = await apiClient(server).get('/api/v1/nothing/of/the/kind')
    expect(reply.status).toBe(404)
    expectEntity('Error', reply.json)
    expect(reply.json.error).toBe('The API of this server has no such method.')
  })

  test('says that a token does not hold in the words that apps know, and what is left of the budget', async () => {
    const reply = await apiClient(server, { authorization: 'Bearer nonsense' }).get('/api/v1/instance')
    expect(reply.status).toBe(401)
    expect(reply.json).toEqual({ error: 'The access token is invalid' })
    expect(reply.headers['www-authenticate']).toMatch(/^Bearer /)
    expect(Number(reply.headers['x-ratelimit-remaining'])).toBeLessThan(300)
    expect(reply.headers['x-ratelimit-limit']).toBe('300')
    expect(reply.headers['x-ratelimit-reset']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  })

  test('says that something is not supported where it is documented', async () => {
    const reply = await (await tootAs(server, 'ada')).get('/api/v1/annual_reports/2025')
    expect(reply.status).toBe(404)
    expect(reply.json.error).toBe('The annual report is not supported by this server.')
  })
})

describe('pages of other sites', () => {
  test('may read every answer, and send whatever header they ask for', async () => {
    const preflight = await server.ask('/api/v1/statuses', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.test',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,idempotency-key,x-own',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    expect(preflight.headers['access-control-allow-headers']).toBe('authorization,idempotency-key,x-own')
    expect(preflight.headers['access-control-allow-methods']).toContain('PATCH')
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined()
    const refused = await server.ask('/api/v1/nothing')
    expect(refused.headers['access-control-allow-origin']).toBe('*')
    expect(refused.headers['access-control-expose-headers']).toContain('Link')
  })
})
