import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { connect } from '../../src/db/connect.ts'
import { createLimits } from '../../src/faces/http/limits.ts'
import { postForm } from '../support/apps.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole

beforeAll(async () => {
  server = await startWhole([], { WEFT_RATE_LIMITS: 'on', WEFT_TRUSTED_PROXIES: '127.0.0.1' })
})
afterAll(() => server[Symbol.asyncDispose]())

const guess = (address: string, path = '/oauth/token') =>
  postForm(server, path, { client_id: 'x', token: 'x' }, { 'x-forwarded-for': address })

describe('S-140, S-133: who tries too often has to wait', () => {
  test('from one address, whatever it asks, and others do not', async () => {
    const first = await guess('192.0.2.1')
    expect(first.headers['ratelimit-policy']).toBe('"token";q=300;w=300')
    expect(first.headers.ratelimit).toMatch(/^"token";r=299;t=\d+$/)
    for (let tries = 1; tries < 300; tries++) await guess('192.0.2.1')
    for (const path of ['/oauth/token', '/oauth/introspect', '/oauth/revoke']) {
      const reply = await guess('192.0.2.1', path)
      expect([reply.status, reply.json.error]).toEqual([429, 'temporarily_unavailable'])
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(reply.headers['retry-after'])).toBeLessThanOrEqual(300)
      expect(reply.headers.ratelimit).toMatch(/^"token";r=0;/)
      expect(reply.headers['access-control-allow-origin']).toBe('*')
    }
    expect((await guess('192.0.2.2')).status).toBe(401)
  })

  test('one app is counted by itself, for all who use it', async () => {
    const limits = createLimits({ db: server.db, config: server.config, log: silentLog })
    for (let times = 0; times < 6000; times++) await limits.count('tokenClient', 'an app')
    await expect(limits.count('tokenClient', 'an app')).rejects.toThrow('request.too-many')
    await limits.count('tokenClient', 'another')
  })

  test('in all processes together, which give at most a tenth more than one would', async () => {
    await using other = connect({ url: server.url, maxConnections: 1, applicationName: 'weft test' })
    const doors = [server.db, other].map((db) => createLimits({ db, config: server.config, log: silentLog }))
    let given = 0
    for (let times = 0; times < 40; times++)
      given +=
        (await doors[times % 2]?.count('register', '192.0.2.9').then(
          () => 1,
          () => 0,
        )) ?? 0
    expect(given).toBeGreaterThanOrEqual(20)
    expect(given).toBeLessThanOrEqual(22)
  })

  test('from one customer of IPv6, who has more addresses than there are', async () => {
    for (let tries = 0; tries < 300; tries++) await guess(`2001:db8:1:2::${tries.toString(16)}`)
    expect((await guess('2001:db8:1:2:ffff::1')).status).toBe(429)
    expect((await guess('2001:db8:1:3::1')).status).toBe(401)
  })
})
