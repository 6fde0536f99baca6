import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../../src/db/connect.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { hiddenFields, PASSWORD, startSite } from '../pages/site.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(async () => {
  await database?.[Symbol.asyncDispose]()
})

const limited = ({ db }: TestDatabase = database, more: { trustedProxies?: string[] } = {}) =>
  startSite({ db, rateLimits: true, ...more })
const remaining = (headers: Headers) => Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])

describe('signing in again and again (S-139)', () => {
  it('is slowed down for the account after five attempts, for the right password too, and in every process', async () => {
    await using site = await limited()
    await using other = await limited()
    await site.person('nell')
    for (let n = 0; n < 5; n++) expect((await site.visitor().signIn('nell', 'wrong')).status).toBe(401)
    for (const door of [site, other]) {
      const { status, headers, body } = await door.visitor().signIn('NELL ')
      expect(status).toBe(429)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60)
      expect(body).toMatch(/Too many attempts. Please wait \d+ seconds/)
    }
  })

  it('treats names that nobody has alike', async () => {
    await using site = await limited(database, { trustedProxies: ['127.0.0.1'] })
    const from = { 'x-forwarded-for': '192.0.2.77' }
    for (let n = 0; n < 5; n++) {
      expect((await site.visitor(from).signIn('nobody_at_all', 'wrong')).status).toBe(401)
    }
    expect((await site.visitor(from).signIn('nobody_at_all', 'wrong')).status).toBe(429)
  })

  it('is slowed down for the address after twenty, whatever the name, and others go on', async () => {
    await using site = await limited(database, { trustedProxies: ['127.0.0.1'] })
    await site.person('otto')
    const attacker = { 'x-forwarded-for': '198.51.100.7' }
    for (let n = 0; n < 20; n++) {
      expect((await site.visitor(attacker).signIn(`guess${n}`, 'wrong')).status).toBe(401)
    }
    expect((await site.visitor(attacker).signIn('otto')).status).toBe(429)
    expect((await site.visitor({ 'x-forwarded-for': '198.51.100.8' }).signIn('otto')).status).toBe(303)
  })

  it('forgets the attempts of whoever knew the password', async () => {
    await using site = await limited(database, { trustedProxies: ['127.0.0.1'] })
    await site.person('pia')
    const from = { 'x-forwarded-for': '198.51.100.9' }
    for (let n = 0; n < 3; n++) {
      for (let m = 0; m < 2; m++) await site.visitor(from).signIn('pia', 'wrong')
      expect((await site.visitor(from).signIn('pia')).status).toBe(303)
    }
  })

  it('does not write names into the table', async () => {
    const rows = await database.db.executeQuery<{ key: string }>({
      sql: 'select key from rate_limit',
      parameters: [],
      query: { kind: 'RawNode', sqlFragments: ['select key from rate_limit'], parameters: [] },
      queryId: { queryId: 'test' },
    })
    expect(rows.rows.length).toBeGreaterThan(5)
    expect(JSON.stringify(rows.rows)).not.toMatch(/nell|otto|guess|nobody/)
  })
})

describe('requests (S-140, S-141)', () => {
  it('are counted per address, and say how many are left', async () => {
    await using fresh = await testDatabase()
    await using site = await limited(fresh)
    const first = await site.visitor().get('/about')
    expect(first.headers.get('ratelimit-policy')).toBe('"read";q=900;w=300')
    expect(first.headers.get('ratelimit')).toMatch(/^"read";r=899;t=\d+$/)
    expect(remaining((await site.visitor().get('/')).headers)).toBe(898)
  })

  it('are counted for all processes together, and tell it in a second (S-140)', async () => {
    await using fresh = await testDatabase()
    await using other = connect({ url: fresh.url, maxConnections: 2, applicationName: 'weft test' })
    await using one = await limited(fresh)
    await using two = await startSite({ db: other, rateLimits: true })
    const statuses: number[] = []
    for (let n = 0; n < 130; n++) {
      const visitor = (n % 2 === 0 ? one : two).visitor()
      statuses.push((await visitor.post('/setup', {})).status)
    }
    // Sixty for both, and at most a tenth of that more.
    const given = statuses.filter((status) => status !== 429).length
    expect(given).toBeGreaterThanOrEqual(60)
    expect(given).toBeLessThanOrEqual(66)
    expect(statuses.slice(-50).filter((status) => status !== 429)).toEqual([])
  })

  it('twenty invented forwarding addresses change nothing without a trusted proxy; the log says once what that may mean', async () => {
    await using fresh = await testDatabase()
    await using site = await limited(fresh)
    for (let n = 0; n < 20; n++) {
      const { headers } = await site
        .visitor({
          'x-forwarded-for': `203.0.113.${n}`,
          'x-forwarded-host': 'evil.test',
          'x-forwarded-proto': 'https',
        })
        .get('/about')
      expect(remaining(headers)).toBe(899 - n)
    }
    expect(site.logged.filter(({ message }) => message.includes('WEFT_TRUSTED_PROXIES'))).toHaveLength(1)
    const { body } = await site.visitor({ 'x-forwarded-host': 'evil.test', host: 'evil.test' }).get('/@nell')
    expect(body).not.toContain('evil.test')
  })

  it('behind a trusted proxy count for whom it names, and what stands before that is not believed', async () => {
    await using fresh = await testDatabase()
    await using site = await limited(fresh, { trustedProxies: ['127.0.0.0/8'] })
    const ask = async (forwarded: string) =>
      remaining((await site.visitor({ 'x-forwarded-for': forwarded }).get('/about')).headers)
    expect(await ask('192.0.2.1')).toBe(899)
    expect(await ask('192.0.2.2')).toBe(899)
    expect(await ask('10.9.8.7, 192.0.2.1')).toBe(898)
    expect(await ask('192.0.2.99, 192.0.2.1')).toBe(897)
  })

  it('from one IPv6 network of 64 bits count together', async () => {
    await using fresh = await testDatabase()
    await using site = await limited(fresh, { trustedProxies: ['127.0.0.1'] })
    const ask = async (forwarded: string) =>
      remaining((await site.visitor({ 'x-forwarded-for': forwarded }).get('/about')).headers)
    expect(await ask('2001:db8:1:2::1')).toBe(899)
    expect(await ask('2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe(898)
    expect(await ask('2001:db8:1:3::1')).toBe(899)
    expect(await ask('::ffff:192.0.2.50')).toBe(899)
    expect(await ask('192.0.2.50')).toBe(898)
  })

  it('that write run out sooner, are refused with the time to wait, and leave reading alone', async () => {
    await using fresh = await testDatabase()
    await using site = await limited(fresh)
    const visitor = site.visitor()
    const fields = hiddenFields((await visitor.get('/sign-in')).body, '/sign-in')
    const statuses = []
    for (let n = 0; n < 62; n++) statuses.push((await visitor.post('/setup', fields)).status)
    expect(statuses.slice(0, 60)).not.toContain(429)
    expect(statuses.slice(60)).toEqual([429, 429])
    const last = await visitor.post('/setup', fields)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await visitor.get('/about')).status).toBe(200)
  })

  it('are not counted at all when limits are off', async () => {
    await using site = await startSite({ db: database.db })
    await site.person('quin')
    for (let n = 0; n < 8; n++) await site.visitor().signIn('quin', 'wrong')
    const { status, headers } = await site.visitor().signIn('quin', PASSWORD)
    expect([status, headers.get('ratelimit')]).toEqual([303, null])
  })
})
