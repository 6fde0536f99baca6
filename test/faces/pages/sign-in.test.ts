import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { hiddenFields, PASSWORD, type Site, startSite } from './site.ts'

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

describe('the accounts page', () => {
  it('shows everybody to owner and admins, and oneself to everyone else', async () => {
    await site.person('olive', { role: 'owner' })
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
