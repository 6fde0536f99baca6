import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { hiddenFields, PASSWORD, type Site, startSite } from './site.ts'

let database: TestDatabase
let site: Site

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db })
  await site.person('eve', { displayName: 'Eve' })
})

afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

describe('a form (S-125, S-126)', () => {
  const fields = async (visitor: ReturnType<Site['visitor']>) =>
    hiddenFields((await visitor.get('/sign-in')).body, '/sign-in')
  const login = { login: 'eve', password: PASSWORD }

  it('sent by another site is refused, whatever it knows', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', origin: site.origin },
    ] as Record<string, string>[]) {
      const visitor = site.visitor()
      const { status } = await visitor.post('/sign-in', { ...(await fields(visitor)), ...login }, headers)
      expect(status, JSON.stringify(headers)).toBe(403)
      expect(visitor.cookies.has('weft')).toBe(false)
    }
  })

  it('without its token, with another’s, or without the cookie it belongs to is refused', async () => {
    const [visitor, other] = [site.visitor(), site.visitor()]
    const [mine, theirs] = [await fields(visitor), await fields(other)]
    expect((await visitor.post('/sign-in', login)).status).toBe(403)
    expect((await visitor.post('/sign-in', { ...theirs, ...login })).status).toBe(403)
    expect((await visitor.post('/sign-in', { csrf: 'x', ...login })).status).toBe(403)
    expect((await site.visitor().post('/sign-in', { ...mine, ...login })).status).toBe(403)
    expect((await visitor.post('/sign-in', { ...mine, ...login })).status).toBe(303)
  })

  it('of a session is of no use in another session', async () => {
    const [eves, others] = [site.visitor(), site.visitor()]
    await site.person('hal')
    await eves.signIn('eve')
    await others.signIn('hal')
    const stolen = hiddenFields((await others.get('/sign-out')).body, '/sign-out')
    for (const action of ['/sign-out', '/sign-out/everywhere', '/accounts/password']) {
      expect((await eves.post(action, { ...stolen, current: PASSWORD, next: 'a new long one' })).status).toBe(
        403,
      )
    }
    expect((await eves.get('/accounts')).status).toBe(200)
  })

  it('is refused as JSON, too large, with too many fields, with a field twice, or with NUL in it', async () => {
    const visitor = site.visitor()
    const mine = await fields(visitor)
    const send = async (body: string, type = 'application/x-www-form-urlencoded') => {
      const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await fetch(`${site.url}/sign-in`, {
        method: 'POST',
        body,
        headers: { 'content-type': type, cookie },
      })
      return answer.status
    }
    const good = new URLSearchParams({ ...mine, ...login }).toString()
    expect(await send(JSON.stringify({ ...mine, ...login }), 'application/json')).toBe(403)
    expect(await send(`${good}&x=${'y'.repeat(70_000)}`)).toBe(413)
    expect(await send(`${good}${'&a=b'.repeat(120)}`)).toBe(413)
    expect(await send(`${good}&login=other`)).toBe(400)
    expect(await send(good.replace('login=eve', 'login=e%00ve'))).toBe(400)
    expect(await send(good.replace(/&?password=[^&]*/, ''))).toBe(400)
    expect(await send(good, 'application/x-www-form-urlencoded; charset=utf-7')).toBe(415)
  })
})
