import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { hiddenFields, PASSWORD, type Site, startSite } from './site.ts'

const DAY = 86_400_000
let database: TestDatabase
let site: Site
let eve: LocalAccount

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db })
  eve = await site.person('eve', { displayName: 'Eve' })
})

afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

const sessions = () => database.db.selectFrom('session').selectAll().execute()

describe('a session', () => {
  it('is kept as the SHA-256 of its token only (S-128)', async () => {
    const visitor = site.visitor()
    await visitor.signIn('eve')
    const token = visitor.cookies.get('weft') ?? ''
    expect(token).toMatch(/^[\w-]{43}$/)
    const rows = await sessions()
    const hash = createHash('sha256').update(token).digest()
    expect(rows.some((row) => row.token_hash.equals(hash))).toBe(true)
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  it('gets a new token at every sign-in, and the one before is dead (S-127)', async () => {
    const visitor = site.visitor()
    await visitor.signIn('eve')
    const before = visitor.cookies.get('weft') ?? ''
    visitor.cookies.set('weft', before)
    const fields = hiddenFields((await visitor.get('/accounts')).body, '/sign-out')
    await visitor.post('/sign-in', { ...fields, login: 'eve', password: PASSWORD })
    const after = visitor.cookies.get('weft') ?? ''
    expect(after).not.toBe(before)
    const old = site.visitor()
    old.cookies.set('weft', before)
    expect((await old.get('/accounts')).headers.get('location')).toBe('/sign-in')
    expect((await visitor.get('/accounts')).status).toBe(200)
  })

  it('is not what a visitor brings along (fixation)', async () => {
    const visitor = site.visitor()
    visitor.cookies.set('weft', 'A'.repeat(43))
    await visitor.signIn('eve')
    expect(visitor.cookies.get('weft')).not.toBe('A'.repeat(43))
  })

  it('lives on with visits and ends 30 days after the last', async () => {
    const visitor = site.visitor()
    await visitor.signIn('eve')
    for (let n = 0; n < 3; n++) {
      site.clock.advance(29 * DAY)
      expect((await visitor.get('/accounts')).status).toBe(200)
    }
    site.clock.advance(30 * DAY + 1)
    expect((await visitor.get('/accounts')).headers.get('location')).toBe('/sign-in')
  })

  it('ends by signing out, here or everywhere', async () => {
    const [one, two] = [site.visitor(), site.visitor()]
    await one.signIn('eve')
    await two.signIn('eve')
    const token = one.cookies.get('weft') ?? ''
    expect((await one.send('/sign-out', '/sign-out', {})).headers.get('location')).toBe('/')
    expect(one.cookies.has('weft')).toBe(false)
    one.cookies.set('weft', token)
    expect((await one.get('/accounts')).headers.get('location')).toBe('/sign-in')
    expect((await two.get('/accounts')).status).toBe(200)
    const three = site.visitor()
    await three.signIn('eve')
    await three.send('/accounts', '/sign-out/everywhere', {})
    expect((await two.get('/accounts')).headers.get('location')).toBe('/sign-in')
    expect(
      await database.db.selectFrom('session').selectAll().where('account_id', '=', eve.id).execute(),
    ).toEqual([])
  })

  it('ends everywhere else when the password changes, and the new one holds (S-134)', async () => {
    await site.person('gus')
    const [here, elsewhere] = [site.visitor(), site.visitor()]
    await here.signIn('gus')
    await elsewhere.signIn('gus')
    const change = (current: string, next: string) =>
      here.send('/accounts/security', '/accounts/password', { current, next })
    expect((await change('wrong', 'a much better one')).status).toBe(401)
    expect((await change(PASSWORD, 'short')).status).toBe(422)
    expect((await change(PASSWORD, 'gus')).status).toBe(422)
    expect((await elsewhere.get('/accounts')).status).toBe(200)
    expect((await change(PASSWORD, 'a much better one')).status).toBe(303)
    expect((await here.get('/accounts')).status).toBe(200)
    expect((await elsewhere.get('/accounts')).headers.get('location')).toBe('/sign-in')
    expect((await site.visitor().signIn('gus')).status).toBe(401)
    expect((await site.visitor().signIn('gus', 'a much better one')).status).toBe(303)
  })

  it('over https travels in a cookie that only this host, over https, and no script has (S-127)', async () => {
    await using secure = await startSite({ db: database.db, origin: 'https://weft.test' })
    const visitor = secure.visitor({ origin: 'https://weft.test' })
    const form = await visitor.get('/sign-in')
    const answer = await visitor.post('/sign-in', {
      ...hiddenFields(form.body, '/sign-in'),
      login: 'eve',
      password: PASSWORD,
    })
    const cookies = [...form.headers.getSetCookie(), ...answer.headers.getSetCookie()]
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['__Host-weft-form', '__Host-weft'])
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
      expect(cookie).not.toMatch(/domain/i)
    }
    expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/)
  })
})
