import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { ownerSetupToken } from '../../../src/domain/accounts/setup.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { hiddenFields, PASSWORD, SECRET, type Site, startSite } from './site.ts'

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

describe('signing in', () => {
  it.each(['eve', 'EVE', '@eve', ' eve '])(
    'by the name written as %j leads to the accounts page',
    async (name) => {
      const visitor = site.visitor()
      const { status, headers } = await visitor.signIn(name)
      expect([status, headers.get('location')]).toEqual([303, '/accounts'])
      expect((await visitor.get('/accounts')).body).toContain('Your account')
    },
  )

  it('works by the whole address and by e-mail', async () => {
    await database.db
      .updateTable('login')
      .set({ email: 'Eve@Example.org' })
      .where('account_id', '=', eve.id)
      .execute()
    expect((await site.visitor().signIn(`@eve@${new URL(site.origin).host}`)).status).toBe(303)
    expect((await site.visitor().signIn('eve@example.ORG')).status).toBe(303)
    expect((await site.visitor().signIn('eve@elsewhere.test')).status).toBe(401)
  })

  it('a wrong password, an unknown name and a name without password get the very same page', async () => {
    await database.db
      .insertInto('login')
      .values({ account_id: (await site.person('mute')).id })
      .onConflict((c) => c.doNothing())
      .execute()
    await database.db
      .updateTable('login')
      .set({ password_hash: null })
      .where('account_id', '!=', eve.id)
      .execute()
    const pages = await Promise.all(
      [
        ['eve', 'not the password'],
        ['nobody', PASSWORD],
        ['mute', PASSWORD],
        ['mute', ''],
      ].map(async ([name = '', password = '']) => {
        const { status, body } = await site.visitor().signIn(name, password)
        const said = body.replace(/value="[^"]*"/g, '')
        return { status, said }
      }),
    )
    expect(pages[0]?.status).toBe(401)
    expect(pages[0]?.said).toContain('do not match')
    for (const page of pages) expect(page).toEqual(pages[0])
  })

  it('an unknown name takes as long as a wrong password', async () => {
    const timed = async (name: string) => {
      const visitor = site.visitor()
      const fields = hiddenFields((await visitor.get('/sign-in')).body, '/sign-in')
      const start = performance.now()
      await visitor.post('/sign-in', { ...fields, login: name, password: 'some password' })
      return performance.now() - start
    }
    const times = { known: [] as number[], unknown: [] as number[] }
    for (let n = 0; n < 7; n++) {
      times.known.push(await timed('eve'))
      times.unknown.push(await timed(`nobody${n}`))
    }
    const quickest = { known: Math.min(...times.known), unknown: Math.min(...times.unknown) }
    // Without the work of a password it would be a tenth; noise cannot make it so.
    expect(quickest.unknown).toBeGreaterThan(quickest.known * 0.6)
    expect(quickest.known).toBeGreaterThan(quickest.unknown * 0.6)
  })

  it('a login that was disabled, or whose account is suspended, ends at once and may not begin (S-134)', async () => {
    const fay = await site.person('fay')
    const visitor = site.visitor()
    await visitor.signIn('fay')
    expect((await visitor.get('/accounts')).status).toBe(200)
    await database.db
      .updateTable('login')
      .set({ disabled_at: new Date() })
      .where('account_id', '=', fay.id)
      .execute()
    expect((await visitor.get('/accounts')).headers.get('location')).toBe('/sign-in')
    expect((await site.visitor().signIn('fay')).status).toBe(403)
    expect((await site.visitor().signIn('fay', 'not the password')).status).toBe(401)
    await database.db
      .updateTable('login')
      .set({ disabled_at: null })
      .where('account_id', '=', fay.id)
      .execute()
    await database.db
      .updateTable('account')
      .set({ suspended_at: new Date() })
      .where('id', '=', fay.id)
      .execute()
    expect((await visitor.get('/accounts')).headers.get('location')).toBe('/sign-in')
    expect((await site.visitor().signIn('fay')).status).toBe(403)
  })
})

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
      here.send('/accounts', '/accounts/password', { current, next })
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

describe('the one-time link of the owner', () => {
  const link = `/setup?token=${ownerSetupToken(SECRET)}`
  const owner = { name: 'olive', displayName: 'Olive', password: PASSWORD }

  it('opens for nobody who guesses', async () => {
    for (const path of [
      '/setup',
      '/setup?token=',
      '/setup?token=x',
      `${link}x`,
      `/setup?token=${ownerSetupToken('other')}`,
    ]) {
      expect((await site.visitor().get(path)).status, path).toBe(410)
    }
    const visitor = site.visitor()
    const fields = hiddenFields((await visitor.get('/sign-in')).body, '/sign-in')
    expect((await visitor.post('/setup', { ...fields, ...owner, token: 'x' })).status).toBe(410)
  })

  it('says what is wrong with a form and keeps what was typed, but the password', async () => {
    const attempt = (change: object) => site.visitor().send(link, '/setup', { ...owner, ...change })
    for (const [change, sentence] of [
      [{ name: 'not a name' }, /letters, digits or underscores/],
      [{ name: 'EVE' }, /That name is taken/],
      [{ password: 'seven 7' }, /at least 8/],
      [{ password: 'x'.repeat(129) }, /at most 128/],
      [{ password: 'Password123!' }, /anybody would try/],
      [{ password: 'OLIVE2026', name: 'olive' }, /anybody would try/],
    ] as const) {
      const { status, body } = await attempt(change)
      expect([status, JSON.stringify(change)]).toEqual([422, JSON.stringify(change)])
      expect(body).toMatch(sentence)
      expect(body).toContain('value="Olive"')
      expect(body).not.toContain(PASSWORD)
    }
    expect(await database.db.selectFrom('login').selectAll().where('role', '=', 'owner').execute()).toEqual(
      [],
    )
  })

  it('makes one owner however many use it at once, signs them in, and is dead from then on', async () => {
    const visitors = Array.from({ length: 5 }, () => site.visitor())
    const answers = await Promise.all(
      visitors.map((visitor, n) => visitor.send(link, '/setup', { ...owner, name: `olive${n}` })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410, 410])
    const owners = await database.db.selectFrom('login').selectAll().where('role', '=', 'owner').execute()
    expect(owners).toHaveLength(1)
    const left = await database.db
      .selectFrom('account')
      .select('name')
      .where('name', 'like', 'olive%')
      .execute()
    expect(left).toHaveLength(1)
    const winner = visitors[answers.findIndex(({ status }) => status === 303)]
    const { body } = (await winner?.get('/accounts')) ?? {}
    expect(body).toContain('Accounts on this server')
    expect((await site.visitor().get(link)).status).toBe(410)
    expect(
      (
        await site
          .visitor()
          .send('/sign-in', '/setup', { ...owner, name: 'olga', token: ownerSetupToken(SECRET) })
      ).status,
    ).toBe(403)
  })
})

describe('the accounts page', () => {
  it('shows everybody to owner and admins, and oneself to everyone else', async () => {
    await site.person('ida', { role: 'admin' })
    const [admin, user] = [site.visitor(), site.visitor()]
    await admin.signIn('ida')
    await user.signIn('eve')
    const all = (await admin.get('/accounts')).body
    expect(all).toContain('href="/@eve"')
    expect(all).toContain('<span class="badge">Owner</span>')
    expect(all).toContain('<span class="badge">Admin</span>')
    const own = (await user.get('/accounts')).body
    expect(own).toContain('href="/@eve"')
    expect(own).not.toContain('href="/@ida"')
    expect(own).not.toContain('Accounts on this server')
  })

  it('is for nobody who is not signed in', async () => {
    const { status, headers } = await site.visitor().get('/accounts')
    expect([status, headers.get('location')]).toEqual([303, '/sign-in'])
    expect(
      (await site.visitor().send('/sign-in', '/accounts/password', { current: 'x', next: 'y' })).status,
    ).toBe(403)
  })
})
