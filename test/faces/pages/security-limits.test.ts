import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { codeAt, giveCode, SECURITY, setUpApp } from './factors.ts'
import { hiddenFields, type Site, startSite } from './site.ts'

const SAME = { 'sec-fetch-site': 'same-origin' }
let database: TestDatabase
let people = 0

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.[Symbol.asyncDispose]())

const limited = () =>
  startSite({ db: database.db, rateLimits: true, named: true, trustedProxies: ['127.0.0.1'] })

/** From an address of their own each time, so that only the account's own budget counts. */
let addresses = 0
const from = () => ({ 'x-forwarded-for': `192.0.2.${1 + (addresses++ % 250)}` })

async function guarded(site: Site) {
  const name = `limited${people++}`
  const account = await site.person(name)
  const owner = site.visitor(from())
  await owner.signIn(name)
  const app = await setUpApp(owner, site.clock.now())
  site.clock.advance(5 * 60_000)
  const step = async (at = site, headers: Record<string, string> = from()) => {
    const browser = at.visitor(headers)
    expect((await browser.signIn(name)).headers.get('location')).toBe('/sign-in/second')
    return browser
  }
  return { name, account, owner, step, ...app }
}

describe('S-139: second factors, tried again and again', () => {
  it('are slowed down for the account after five, whatever browser, address or process; the right password forgives nothing', async () => {
    await using site = await limited()
    await using other = await limited()
    const { step, secret } = await guarded(site)
    for (let n = 0; n < 5; n++) expect((await giveCode(await step(), '000000')).status).toBe(401)
    for (const at of [site, other]) {
      const reply = await giveCode(await step(at), codeAt(secret, site.clock.now()))
      expect(reply.status).toBe(429)
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(reply.body).toMatch(/Too many attempts. Please wait \d+ seconds/)
    }
  })

  it('are counted for the address, whoever is meant', async () => {
    await using site = await limited()
    const headers = { 'x-forwarded-for': '198.51.100.20' }
    const passkey = async () => {
      const browser = site.visitor(headers)
      const fields = hiddenFields((await browser.get('/sign-in')).body, '/sign-in')
      const id = `guess${people++}`
      const response = { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA', userHandle: 'AA' }
      const credential = JSON.stringify({ id, rawId: id, type: 'public-key', response })
      return (await browser.post('/sign-in/passkey', { ...fields, credential }, SAME)).status
    }
    for (let n = 0; n < 20; n++) expect(await passkey()).toBe(401)
    expect(await passkey()).toBe(429)
  })

  it('are forgiven once the right one came', async () => {
    await using site = await limited()
    const { step, codes } = await guarded(site)
    for (const code of codes.slice(0, 3)) {
      const browser = await step()
      for (let n = 0; n < 3; n++) expect((await giveCode(browser, 'wrong')).status).toBe(401)
      expect((await giveCode(browser, code)).status).toBe(303)
    }
  })

  it('so is the password that is asked for anew', async () => {
    await using site = await limited()
    const { owner } = await guarded(site)
    const confirm = (password: string) =>
      owner.send(`${SECURITY}/confirm`, `${SECURITY}/confirm`, { password })
    for (let n = 0; n < 5; n++) expect((await confirm('wrong')).status).toBe(401)
    const reply = await confirm('wrong')
    expect([reply.status, Number(reply.headers.get('retry-after')) > 0]).toEqual([429, true])
  })

  it('and nobody’s name or id stands in the table that counts', async () => {
    await using site = await limited()
    const { account, name, step } = await guarded(site)
    await giveCode(await step(), '000000')
    const rows = await database.db
      .selectFrom('rate_limit' as never)
      .selectAll()
      .execute()
    expect(JSON.stringify(rows)).toContain('sign-in factor')
    for (const text of [account.id, name]) expect(JSON.stringify(rows)).not.toContain(text)
  })
})
