import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBearer } from '../../../src/domain/grants/find.ts'
import { issueToken } from '../../../src/domain/grants/issue.ts'
import { scopesFrom } from '../../../src/domain/grants/scopes.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { APP, SECURITY, setUpApp } from './factors.ts'
import { hiddenFields, PASSWORD, type Site, startSite } from './site.ts'

const MINUTE = 60_000
const SAME = { 'sec-fetch-site': 'same-origin' }
const CONFIRM = `${SECURITY}/confirm`
let database: TestDatabase
let site: Site
let people = 0

beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db })
})
afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

async function person(role: 'user' | 'owner' | 'admin' = 'user') {
  const name = `person${people++}`
  const account = await site.person(name, { role })
  const browser = async (userAgent?: string) => {
    const visitor = site.visitor(userAgent === undefined ? {} : { 'user-agent': userAgent })
    expect((await visitor.signIn(name)).status).toBe(303)
    return visitor
  }
  const token = async () =>
    (await issueToken(site.world, { accountId: account.id, scopes: scopesFrom('read write') })).accessToken
  return { account, name, browser, token, visitor: await browser() }
}

const isIn = async (visitor: { get(path: string): Promise<{ status: number }> }) =>
  (await visitor.get('/accounts')).status === 200
const holds = async (token: string) => (await findBearer(site.world, token)) !== undefined

describe('the page about what guards an account', () => {
  it('is linked from the account, needs a session, and is kept nowhere', async () => {
    const { visitor } = await person()
    expect((await visitor.get('/accounts')).body).toContain(`href="${SECURITY}"`)
    const page = await visitor.get(SECURITY)
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'private, no-store'])
    for (const title of ['Password', 'Authenticator app', 'Passkeys', 'Where you are signed in'])
      expect(page.body).toContain(`>${title}</h2>`)
    for (const path of [SECURITY, APP, CONFIRM, `${SECURITY}/passkeys/new`]) {
      const { status, headers } = await site.visitor().get(path)
      expect([path, status, headers.get('location')]).toEqual([path, 303, '/sign-in'])
    }
    const known = await site.visitor().get('/.well-known/change-password')
    expect(known.headers.get('location')).toBe(`${SECURITY}#password`)
  })

  it('S-137: no access token reaches it', async () => {
    const { token } = await person()
    const visitor = site.visitor({ authorization: `Bearer ${await token()}` })
    expect((await visitor.get(SECURITY)).headers.get('location')).toBe('/sign-in')
    const csrf = hiddenFields((await visitor.get('/sign-in')).body, '/sign-in')
    for (const path of ['codes', 'app', 'app/remove', 'passkeys', 'passkeys/remove', 'sessions/end-others']) {
      const { status, headers } = await visitor.post(`${SECURITY}/${path}`, csrf, SAME)
      expect([path, status, headers.get('location')]).toEqual([path, 303, '/sign-in'])
    }
    const change = { ...csrf, current: PASSWORD, next: 'another long password' }
    expect((await visitor.post('/accounts/password', change, SAME)).status).toBe(401)
  })

  it('warns whoever runs the server and has no second factor; when the last one goes that is noted', async () => {
    const { visitor, name } = await person('admin')
    expect((await visitor.get(SECURITY)).body).toContain('your password alone lets anybody in')
    await setUpApp(visitor, site.clock.now())
    expect((await visitor.get(SECURITY)).body).not.toContain('your password alone lets anybody in')
    site.logged.splice(0)
    await visitor.send(SECURITY, `${APP}/remove`, {})
    expect(site.logged).toEqual([
      { message: expect.stringContaining('no second factor any more'), properties: { name } },
    ])
  })
})

describe('changing something', () => {
  it('takes a password that was given in the last ten minutes', async () => {
    const { visitor } = await person()
    const other = { codes: {}, 'app/remove': {}, 'passkeys/remove': { id: 'x' }, 'sessions/end-others': {} }
    site.clock.advance(10 * MINUTE + 1)
    for (const path of [APP, `${SECURITY}/passkeys/new`]) {
      expect((await visitor.get(path)).headers.get('location')).toBe(
        `${CONFIRM}?to=${encodeURIComponent(path)}`,
      )
    }
    const csrf = hiddenFields((await visitor.get(SECURITY)).body, '/accounts/password')
    for (const [path, fields] of Object.entries(other)) {
      const { headers } = await visitor.post(`${SECURITY}/${path}`, { ...csrf, ...fields }, SAME)
      expect([path, headers.get('location')]).toEqual([path, `${CONFIRM}?to=${encodeURIComponent(SECURITY)}`])
    }
    const page = `${CONFIRM}?to=${encodeURIComponent(APP)}`
    const wrong = await visitor.send(page, CONFIRM, { password: 'wrong' })
    expect([wrong.status, /That is not your password/.test(wrong.body)]).toEqual([401, true])
    expect((await visitor.get(APP)).status).toBe(303)
    const right = await visitor.send(page, CONFIRM, { password: PASSWORD })
    expect([right.status, right.headers.get('location')]).toEqual([303, APP])
    expect((await visitor.get(APP)).status).toBe(200)
    site.clock.advance(10 * MINUTE + 1)
    expect((await visitor.get(APP)).status).toBe(303)
  })

  it('goes on to pages of this kind alone', async () => {
    const { visitor } = await person()
    for (const to of ['https://evil.test', '//evil.test', '/accounts/security/../apps']) {
      const reply = await visitor.send(`${CONFIRM}?to=${encodeURIComponent(to)}`, CONFIRM, {
        password: PASSWORD,
      })
      expect(reply.headers.get('location')).toBe(`${SECURITY}?done=confirmed`)
    }
  })

  it.each(['a new password', 'an app set up', 'an app turned off'])(
    'S-134: %s ends all other sessions, and all that apps were given; this browser has a new one',
    async (what) => {
      const { visitor, browser, token } = await person()
      if (what === 'an app turned off') await setUpApp(visitor, site.clock.now())
      const elsewhere = site.visitor()
      const before = visitor.cookies.get('weft') ?? ''
      elsewhere.cookies.set('weft', before)
      const other = what === 'an app turned off' ? undefined : await browser()
      const access = await token()
      expect(await holds(access)).toBe(true)
      if (what === 'a new password') {
        const change = { current: PASSWORD, next: 'another long password' }
        await visitor.send(SECURITY, '/accounts/password', change)
      } else if (what === 'an app set up') await setUpApp(visitor, site.clock.now())
      else await visitor.send(SECURITY, `${APP}/remove`, {})
      expect(await isIn(visitor)).toBe(true)
      expect(visitor.cookies.get('weft')).not.toBe(before)
      expect(await isIn(elsewhere), 'with the cookie of before').toBe(false)
      if (other) expect(await isIn(other)).toBe(false)
      expect(await holds(access)).toBe(false)
    },
  )
})

describe('where somebody is signed in', () => {
  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  const IPHONE =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1'
  const names = (body: string) =>
    [...body.matchAll(/name="session" value="([^"]+)"/g)].map(([, name = '']) => name)

  it('is listed by browser, with since when and last seen', async () => {
    const { browser } = await person()
    const here = await browser(FIREFOX)
    await browser(IPHONE)
    const { body } = await here.get(SECURITY)
    expect(body).toContain('<strong>Firefox on Linux</strong> <span class="badge">This browser</span>')
    expect(body).toContain('<strong>Safari on iPhone</strong>')
    expect(body).toMatch(/Since <time[^>]+>20 November 2026[^<]+<\/time> · last seen/)
    expect(names(body)).toHaveLength(2)
    const hashes = await database.db.selectFrom('session').select('token_hash').execute()
    for (const { token_hash } of hashes) expect(body).not.toContain(token_hash.toString('base64url'))
  })

  it('can be ended one by one, and nobody else’s', async () => {
    const [one, two] = [await person(), await person()]
    const other = await one.browser()
    const [name = ''] = names((await one.visitor.get(SECURITY)).body)
    const csrf = hiddenFields((await two.visitor.get(SECURITY)).body, '/accounts/password')
    await two.visitor.post(`${SECURITY}/sessions/end`, { ...csrf, session: name }, SAME)
    expect(await isIn(other)).toBe(true)
    const ended = await one.visitor.send(SECURITY, `${SECURITY}/sessions/end`, { session: name })
    expect(ended.headers.get('location')).toBe(`${SECURITY}?done=ended`)
    expect([await isIn(other), await isIn(one.visitor)]).toEqual([false, true])
  })

  it('can be ended everywhere else, or everywhere with all apps', async () => {
    const { visitor, browser, token } = await person()
    const others = [await browser(), await browser()]
    const access = await token()
    await visitor.send(SECURITY, `${SECURITY}/sessions/end-others`, {})
    expect([await isIn(visitor), ...(await Promise.all(others.map(isIn)))]).toEqual([true, false, false])
    expect(await holds(access)).toBe(true)
    const again = await browser()
    await again.send(SECURITY, '/sign-out/everywhere', {})
    expect([await isIn(visitor), await isIn(again), await holds(access)]).toEqual([false, false, false])
  })
})
