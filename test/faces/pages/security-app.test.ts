import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  answer,
  asking,
  BACK,
  type ConsentSite,
  locationOf,
  open,
  startConsent,
  toldTo,
} from '../../c2s/consent.ts'
import { APP, codeAt, codesOn, giveCode, SECURITY, secretOn, setUpApp } from './factors.ts'
import { hiddenFields, PASSWORD } from './site.ts'

const HALF_MINUTE = 30_000
const SAME = { 'sec-fetch-site': 'same-origin' }
let site: ConsentSite
let people = 0

beforeAll(async () => {
  site = await startConsent()
})
afterAll(() => site?.[Symbol.asyncDispose]())
beforeEach(() => site.advance(5 * 60_000))

const now = () => site.clock.now()

async function person() {
  const name = `person${people++}`
  await site.person(name)
  const visitor = site.visitor()
  await visitor.signIn(name)
  const signIn = async (browser = site.visitor(), password = PASSWORD) => ({
    browser,
    reply: await browser.signIn(name, password),
  })
  return { name, visitor, signIn }
}

async function guarded() {
  const one = await person()
  return { ...one, ...(await setUpApp(one.visitor, now())) }
}

const isIn = async (browser: { get(path: string): Promise<{ status: number }> }) =>
  (await browser.get('/accounts')).status === 200

describe('an authenticator app', () => {
  it('is set up with a QR code that nothing but the page holds, and a key to type', async () => {
    const { visitor } = await person()
    const page = await visitor.get(APP)
    expect(page.headers.get('cache-control')).toBe('private, no-store')
    expect(page.body).toMatch(/<svg class="qr" viewBox="0 0 \d+ \d+" role="img" aria-label="[^"]+"/)
    expect(page.body).not.toMatch(/<img|<script|style=/)
    expect(secretOn(page)).toMatch(/^[A-Z2-7]{32}$/)
    const link = /href="(otpauth:[^"]+)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(new URL(link).searchParams.get('secret')).toBe(secretOn(page))
    expect(new URL(link).searchParams.get('issuer')).toBe('weft.test')
  })

  it('counts only once it has shown a right code', async () => {
    const { visitor, signIn } = await person()
    const page = await visitor.get(APP)
    const fields = hiddenFields(page.body, APP)
    const wrong = await visitor.post(APP, { ...fields, code: '000000' }, SAME)
    expect(wrong.status).toBe(401)
    expect(wrong.body).toMatch(/id="wrong" role="alert">That code does not hold/)
    expect(wrong.body).toMatch(/aria-invalid="true" aria-describedby="wrong code-hint"/)
    expect(secretOn(wrong), 'the same key, for the app has it by now').toBe(secretOn(page))
    expect((await signIn()).reply.headers.get('location')).toBe('/accounts')
    const right = await visitor.post(APP, { ...fields, code: codeAt(secretOn(page), now()) }, SAME)
    expect(right.status).toBe(200)
    expect((await signIn()).reply.headers.get('location')).toBe('/sign-in/second')
  })

  it('is not set up by a key from elsewhere, of somebody else, or of long ago', async () => {
    const [one, two] = [await person(), await person()]
    const page = await one.visitor.get(APP)
    const { sealed = '' } = hiddenFields(page.body, APP)
    const code = codeAt(secretOn(page), now())
    const send = async (visitor: typeof one.visitor, fields: Record<string, string>) =>
      (await visitor.send(APP, APP, { code, ...fields })).status
    expect(await send(two.visitor, { sealed })).toBe(422)
    expect(await send(one.visitor, { sealed: sealed.slice(0, -2) })).toBe(422)
    expect(await send(one.visitor, { sealed: '' })).toBe(422)
    site.advance(16 * 60_000)
    await one.visitor.send(`${SECURITY}/confirm`, `${SECURITY}/confirm`, { password: PASSWORD })
    expect(await send(one.visitor, { sealed, code: codeAt(secretOn(page), now()) })).toBe(422)
  })

  it('takes the code before and the one after, and no other', async () => {
    for (const [shift, taken] of [
      [-2, false],
      [-1, true],
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      const { secret, signIn } = await guarded()
      site.advance(10 * HALF_MINUTE)
      const { browser } = await signIn()
      const reply = await giveCode(browser, codeAt(secret, now(), shift))
      expect([shift, reply.status]).toEqual([shift, taken ? 303 : 401])
      expect(await isIn(browser)).toBe(taken)
    }
  })

  it('S-139: takes no code twice, nor one from before the last', async () => {
    const { secret, signIn } = await guarded()
    const setUp = codeAt(secret, now())
    const first = (await signIn()).browser
    expect((await giveCode(first, setUp)).status, 'the one that set it up').toBe(401)
    site.advance(2 * HALF_MINUTE)
    const code = codeAt(secret, now())
    expect((await giveCode(first, code)).status).toBe(303)
    const { browser } = await signIn()
    expect((await giveCode(browser, code)).status).toBe(401)
    expect((await giveCode(browser, codeAt(secret, now(), -1))).status).toBe(401)
    expect((await giveCode(browser, codeAt(secret, now(), 1))).status).toBe(303)
  })

  it('S-139: of many who send the same code at once, one gets in', async () => {
    const { secret, signIn } = await guarded()
    site.advance(2 * HALF_MINUTE)
    const browsers = await Promise.all(Array.from({ length: 5 }, async () => (await signIn()).browser))
    const code = codeAt(secret, now())
    const statuses = await Promise.all(browsers.map(async (each) => (await giveCode(each, code)).status))
    expect(statuses.sort()).toEqual([303, 401, 401, 401, 401])
  })

  it('can be turned off again, and then the password does', async () => {
    const { visitor, signIn } = await guarded()
    const off = await visitor.send(SECURITY, `${APP}/remove`, {})
    expect(off.headers.get('location')).toBe(`${SECURITY}?done=app-off`)
    expect((await signIn()).reply.headers.get('location')).toBe('/accounts')
    expect((await visitor.get(SECURITY)).body).not.toContain('Recovery codes')
  })
})

describe('recovery codes', () => {
  it('are ten, shown once with the first factor, and each lets in once', async () => {
    const { codes, signIn, visitor } = await guarded()
    expect(new Set(codes).size).toBe(10)
    expect(codesOn(await visitor.get(SECURITY))).toEqual([])
    const code = codes[3] ?? ''
    const { browser } = await signIn()
    expect((await giveCode(browser, ` ${code.toUpperCase().replaceAll('-', ' ')}`)).status).toBe(303)
    expect(await isIn(browser)).toBe(true)
    const again = (await signIn()).browser
    expect((await giveCode(again, code)).status).toBe(401)
    expect((await giveCode(again, codes[4] ?? '')).status).toBe(303)
    expect((await again.get(SECURITY)).body).toContain('8 of 10 left')
  })

  it('are somebody’s own', async () => {
    const [one, two] = [await guarded(), await guarded()]
    const { browser } = await one.signIn()
    expect((await giveCode(browser, two.codes[0] ?? '')).status).toBe(401)
  })

  it('are made anew on demand, and the old ones end', async () => {
    const { codes, visitor, signIn } = await guarded()
    const fresh = codesOn(await visitor.send(SECURITY, `${SECURITY}/codes`, {}))
    expect(fresh).toHaveLength(10)
    const { browser } = await signIn()
    expect((await giveCode(browser, codes[0] ?? '')).status).toBe(401)
    expect((await giveCode(browser, fresh[0] ?? '')).status).toBe(303)
  })

  it('are not for who has no second factor', async () => {
    const { visitor } = await person()
    const page = await visitor.get(SECURITY)
    const fields = hiddenFields(page.body, '/accounts/password')
    const reply = await visitor.post(`${SECURITY}/codes`, fields, SAME)
    expect([reply.status, reply.headers.get('location')]).toEqual([303, SECURITY])
  })

  it('S-160: neither they nor the app’s key stand in the database', async () => {
    const { codes, secret } = await guarded()
    const rows = JSON.stringify([
      await site.db.selectFrom('recovery_code').selectAll().execute(),
      await site.db.selectFrom('authenticator').selectAll().execute(),
      await site.db.selectFrom('second_step').selectAll().execute(),
    ])
    for (const text of [...codes, secret]) expect(rows).not.toContain(text)
  })
})

describe('the second step', () => {
  it('belongs to the browser in which the password was given, and opens nothing by itself', async () => {
    const { secret, signIn } = await guarded()
    site.advance(2 * HALF_MINUTE)
    const { browser } = await signIn()
    expect(browser.cookies.has('__Host-weft-step')).toBe(true)
    expect(browser.cookies.has('__Host-weft')).toBe(false)
    expect(await isIn(browser)).toBe(false)
    const stranger = site.visitor()
    await stranger.get('/sign-in')
    expect((await stranger.get('/sign-in/second')).status).toBe(401)
    const fields = hiddenFields((await stranger.get('/sign-in')).body, '/sign-in')
    const code = codeAt(secret, now())
    expect((await stranger.post('/sign-in/second', { ...fields, code }, SAME)).status).toBe(401)
    expect(await isIn(stranger)).toBe(false)
    expect((await giveCode(browser, code)).status).toBe(303)
    expect(browser.cookies.has('__Host-weft-step')).toBe(false)
  })

  it('S-139: ends after five wrong codes, for the right one too, and after ten minutes', async () => {
    const { secret, signIn } = await guarded()
    site.advance(2 * HALF_MINUTE)
    const { browser } = await signIn()
    for (let n = 0; n < 5; n++) expect((await giveCode(browser, '000000')).body).toContain('does not hold')
    const page = await browser.get('/sign-in/second')
    expect([page.status, /Please sign in again/.test(page.body)]).toEqual([401, true])
    const late = (await signIn()).browser
    const fields = hiddenFields((await late.get('/sign-in/second')).body, '/sign-in/second')
    site.advance(10 * 60_000)
    const reply = await late.post('/sign-in/second', { ...fields, code: codeAt(secret, now()) }, SAME)
    expect([reply.status, /Please sign in again/.test(reply.body)]).toEqual([401, true])
    expect(await isIn(late)).toBe(false)
  })

  it('S-134: ends with a new password, and lets nobody in who may not sign in any more', async () => {
    const { secret, signIn, visitor, name } = await guarded()
    site.advance(2 * HALF_MINUTE)
    const { browser } = await signIn()
    const changed = { current: PASSWORD, next: 'another long password' }
    expect((await visitor.send(SECURITY, '/accounts/password', changed)).status).toBe(303)
    expect((await giveCode(browser, codeAt(secret, now()))).status).not.toBe(303)
    const held = (await signIn(site.visitor(), 'another long password')).browser
    const fields = hiddenFields((await held.get('/sign-in/second')).body, '/sign-in/second')
    await site.db
      .updateTable('login')
      .set({ disabled_at: now() })
      .where('account_id', '=', site.db.selectFrom('account').select('id').where('name', '=', name))
      .execute()
    const reply = await held.post('/sign-in/second', { ...fields, code: codeAt(secret, now()) }, SAME)
    expect([reply.status, reply.body.includes('may not sign in')]).toEqual([403, true])
  })

  it('S-139: until the password was right nobody learns whether there is one', async () => {
    const [with2, without] = [await guarded(), await person()]
    const pages = await Promise.all(
      [with2.name, without.name].map(async (name) => {
        const { status, headers, body } = await site.visitor().signIn(name, 'wrong password')
        const said = body.replace(/value="[^"]*"|(?<=challenge&quot;:&quot;)[\w-]+/g, '')
        return [status, headers.get('location'), said]
      }),
    )
    expect(pages[0]).toEqual(pages[1])
  })

  it('S-125: needs the form’s token and our own page', async () => {
    const { secret, signIn } = await guarded()
    site.advance(2 * HALF_MINUTE)
    const { browser } = await signIn()
    const code = codeAt(secret, now())
    const fields = hiddenFields((await browser.get('/sign-in/second')).body, '/sign-in/second')
    expect((await browser.post('/sign-in/second', { code }, SAME)).status).toBe(403)
    const cross = { 'sec-fetch-site': 'cross-site' }
    expect((await browser.post('/sign-in/second', { ...fields, code }, cross)).status).toBe(403)
    expect((await browser.post('/sign-in/second', { ...fields, code }, SAME)).status).toBe(303)
  })

  it('leads from an app to the password, the code, the consent and back to the app', async () => {
    const { secret, name } = await guarded()
    site.advance(2 * HALF_MINUTE)
    const browser = site.visitor()
    const { path, page } = await open(browser, asking({ login_hint: name }))
    const signIn = locationOf(page)
    expect(signIn).toContain('/sign-in?')
    const sent = await browser.send(signIn, '/sign-in', { login: name, password: PASSWORD })
    const step = locationOf(sent)
    expect(step).toBe(`/sign-in/second?to=${encodeURIComponent(path)}`)
    expect((await giveCode(browser, '000000', step)).body).toContain(`name="to" value="${path}"`)
    const reply = await giveCode(browser, codeAt(secret, now()), step)
    expect([reply.status, locationOf(reply)]).toEqual([303, path])
    const allowed = await answer(browser, { path, page: await browser.get(path) })
    expect(toldTo(BACK, allowed).code).toBeDefined()
  })

  it('and when the app wants them to sign in anew, the code is asked for anew', async () => {
    const { secret, name, visitor } = await guarded()
    site.advance(2 * HALF_MINUTE)
    const { path, page } = await open(visitor, asking({ prompt: 'login', login_hint: name }))
    const signIn = locationOf(page)
    expect(signIn).toContain('again=1')
    const before = visitor.cookies.get('__Host-weft')
    const step = locationOf(await visitor.send(signIn, '/sign-in', { login: name, password: PASSWORD }))
    expect(locationOf(await visitor.get(path)), 'the password alone is not enough').toContain('/sign-in?')
    expect(locationOf(await giveCode(visitor, codeAt(secret, now()), step))).toBe(path)
    expect(visitor.cookies.get('__Host-weft')).not.toBe(before)
    expect(toldTo(BACK, await answer(visitor, { path, page: await visitor.get(path) })).code).toBeDefined()
  })

  it('leads to no other place than our own', async () => {
    const { secret, signIn } = await guarded()
    for (const to of ['https://evil.test/', '//evil.test', '/accounts/apps']) {
      site.advance(2 * HALF_MINUTE)
      const { browser } = await signIn()
      const fields = hiddenFields((await browser.get('/sign-in/second')).body, '/sign-in/second')
      const code = codeAt(secret, now())
      expect(locationOf(await browser.post('/sign-in/second', { ...fields, to, code }, SAME))).toBe(
        '/accounts',
      )
    }
  })
})
