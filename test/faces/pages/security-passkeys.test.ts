import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSession } from '../../../src/domain/accounts/session.ts'
import { appIn } from '../../support/apps.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { codeAt, SECURITY } from './factors.ts'
import { PASSWORD, type Site, startSite } from './site.ts'

const CHROMIUM = process.env.WEFT_TEST_CHROMIUM ?? '/usr/bin/chromium'
/** Where to put pictures for people to look at; none are made without it. */
const PICTURES = process.env.WEFT_TEST_PICTURES
const missing = existsSync(CHROMIUM)
  ? false
  : `Chromium is not installed at ${CHROMIUM}: \`apt-get install chromium\`, or name another in WEFT_TEST_CHROMIUM.`
if (missing) console.log(`Passkeys are not tested. ${missing}`)

describe.skipIf(missing)('passkeys, in a browser with an authenticator', { timeout: 120_000 }, () => {
  let database: TestDatabase
  let site: Site
  let browser: Browser
  let people = 0
  const complaints: string[] = []

  beforeAll(async () => {
    database = await testDatabase()
    site = await startSite({ db: database.db, named: true })
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await site?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
  })
  beforeEach(() => site.clock.advance(60_000))

  /** A browser of its own, with a device that holds passkeys and knows its person. */
  async function device(isUserVerified = true) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
    const page = await context.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
        complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified,
        automaticPresenceSimulation: true,
      },
    })
    return { context, page, cdp, authenticatorId }
  }

  async function signIn(page: Page, name: string) {
    await page.goto(`${site.origin}/sign-in`)
    await page.getByLabel('Name or e-mail address').fill(name)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  /** Somebody with a passkey on a device, signed in there. */
  async function owner() {
    const name = `holder${people++}`
    const account = await site.person(name)
    const made = await device()
    await signIn(made.page, name)
    await made.page.waitForURL(`${site.origin}/accounts`)
    await addPasskey(made.page, 'My laptop')
    const codes = await made.page.locator('.codes code').allTextContents()
    return { name, account, codes, ...made }
  }

  async function addPasskey(page: Page, name: string) {
    await page.goto(`${site.origin}${SECURITY}/passkeys/new`)
    await page.getByLabel('What you call it').fill(name)
    await page.getByRole('button', { name: 'Make a passkey' }).click()
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor()
  }

  const stored = (accountId: string) =>
    database.db
      .selectFrom('passkey')
      .selectAll()
      .where('account_id', '=', accountId as never)
      .execute()
  const credentials = async ({ cdp, authenticatorId }: { cdp: CDPSession; authenticatorId: string }) =>
    (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials

  it('one is added, and with the first come recovery codes; it is discoverable and kept by its public half', async () => {
    const one = await owner()
    expect(one.codes).toHaveLength(10)
    const [row] = await stored(one.account.id)
    const [credential] = await credentials(one)
    expect(credential?.isResidentCredential).toBe(true)
    expect(credential?.rpId).toBe('localhost')
    expect(row).toMatchObject({ name: 'My laptop', transports: ['internal'] })
    expect(Buffer.from(credential?.credentialId ?? '', 'base64').toString('base64url')).toBe(
      row?.credential_id,
    )
    await one.page.getByRole('link', { name: 'I have kept them' }).click()
    expect(await one.page.getByLabel('Name', { exact: true }).inputValue()).toBe('My laptop')
    await one.context.close()
    expect(complaints.splice(0)).toEqual([])
  })

  it('lets somebody in by itself, without name or password', async () => {
    const { page, context, name, account } = await owner()
    await context.clearCookies()
    await page.goto(`${site.origin}/sign-in`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL(`${site.origin}/accounts`)
    expect(await page.locator('header.bar').textContent()).toContain(`@${name}`)
    expect((await stored(account.id))[0]?.used_at).not.toBeNull()
    await context.close()
    expect(complaints.splice(0)).toEqual([])
  })

  it('is asked for after the password, and leads back to an app that wants access', async () => {
    const { page, context, name } = await owner()
    await context.clearCookies()
    const { id } = await appIn(site.world)
    const back = 'https://app.test/back'
    await database.db
      .updateTable('client')
      .set({ redirect_uris: [back] })
      .where('id', '=', id)
      .execute()
    await page.route('https://app.test/**', (route) => route.fulfill({ body: 'back' }))
    const query = new URLSearchParams({
      client_id: id,
      redirect_uri: back,
      response_type: 'code',
      scope: 'read',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    })
    await page.goto(`${site.origin}/oauth/authorize?${query}`)
    await page.getByLabel('Name or e-mail address').fill(name)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'One more step' }).waitFor()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${back}?**`)
    expect(new URL(page.url()).searchParams.get('code')).toMatch(/./)
    await context.close()
    expect(complaints.splice(0)).toEqual([])
  })

  it('the recovery codes let in where it is not at hand', async () => {
    const { name, codes, context } = await owner()
    await context.close()
    const { page, context: other } = await device()
    await signIn(page, name)
    await page.getByLabel('Recovery code').fill(codes[0] ?? '')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL(`${site.origin}/accounts`)
    await other.close()
  })

  it('proves again who somebody is, gets another name, and goes', async () => {
    const { page, context, account } = await owner()
    site.clock.advance(11 * 60_000)
    await page.goto(`${site.origin}${SECURITY}/app`)
    await page.getByRole('heading', { name: 'Is it still you?' }).waitFor()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('heading', { name: 'Set up an authenticator app' }).waitFor()
    await page.goto(`${site.origin}${SECURITY}`)
    await page.getByLabel('Name', { exact: true }).fill('Old <laptop>')
    await page.getByRole('button', { name: /^Rename/ }).click()
    await page.getByText('has its new name').waitFor()
    expect((await stored(account.id))[0]?.name).toBe('Old <laptop>')
    await page.getByRole('button', { name: 'Remove Old <laptop>' }).click()
    await page.getByText('does not let anybody in any more').waitFor()
    expect(await stored(account.id)).toEqual([])
    await context.clearCookies()
    await page.goto(`${site.origin}/sign-in`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByText('That passkey does not work here').waitFor()
    await context.close()
    expect(complaints.splice(0)).toEqual([])
  })

  it('S-139: needs its person, not only its device', async () => {
    const { page, context, cdp, authenticatorId } = await owner()
    await context.clearCookies()
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await page.goto(`${site.origin}/sign-in`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByText('The passkey was not used').waitFor()
    // A page that asks for less gets an answer of the device alone, which counts for nothing here.
    await page.evaluate(changed({ userVerification: 'discouraged' }))
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByText('That passkey does not work here').waitFor()
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('weft')
    await context.close()
  })

  const countFrom = (counter: number, accountId: string) =>
    database.db
      .updateTable('passkey')
      .set({ counter })
      .where('account_id', '=', accountId as never)
      .execute()

  /** Lets the passkey answer, and keeps what it said instead of sending it. */
  async function answerOf(page: Page) {
    await page.goto(`${site.origin}/sign-in`)
    let body = ''
    await page.route('**/sign-in/passkey', (route) => {
      body = route.request().postData() ?? ''
      return route.abort()
    })
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await expect.poll(() => body).not.toBe('')
    await page.unroute('**/sign-in/passkey')
    return new URLSearchParams(body)
  }

  async function send(fields: URLSearchParams, cookies: readonly { name: string; value: string }[]) {
    const headers = {
      cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
      'sec-fetch-site': 'same-origin',
    }
    const reply = await fetch(`${site.url}/sign-in/passkey`, {
      method: 'POST',
      body: fields,
      headers,
      redirect: 'manual',
    })
    return reply.status
  }

  it('S-139: no answer is taken twice, in another browser, too late, for another site or with a counter that went back', async () => {
    const { page, context, account, cdp, authenticatorId } = await owner()
    await context.clearCookies()
    const first = await answerOf(page)
    const cookies = await context.cookies()
    const stranger = site.visitor()
    const { body } = await stranger.get('/sign-in')
    const csrf = /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? ''
    const elsewhere = new URLSearchParams({ ...Object.fromEntries(first), csrf })
    const theirs = [...stranger.cookies].map(([name, value]) => ({ name, value }))
    expect(await send(elsewhere, theirs), 'in another browser').toBe(401)

    const credential = JSON.parse(first.get('credential') ?? '')
    const said = JSON.parse(Buffer.from(credential.response.clientDataJSON, 'base64url').toString())
    expect(said.origin).toBe(site.origin)
    const lying = structuredClone(credential)
    lying.response.clientDataJSON = Buffer.from(
      JSON.stringify({ ...said, origin: 'https://evil.test' }),
    ).toString('base64url')
    const evil = new URLSearchParams({ ...Object.fromEntries(first), credential: JSON.stringify(lying) })
    expect(await send(evil, cookies), 'for another site').toBe(401)
    for (const broken of ['', '{}', 'null', '{"id":1}', JSON.stringify({ ...credential, id: 'other' })]) {
      const fields = new URLSearchParams({ ...Object.fromEntries(first), credential: broken })
      expect(await send(fields, cookies), broken).toBe(401)
    }

    expect(await send(first, cookies), 'the first time').toBe(303)
    // Passkeys that are copied between devices do not count, so it has to be the challenge that is used up.
    await countFrom(0, account.id)
    expect(await send(first, cookies), 'the second time').toBe(401)

    const late = await answerOf(page)
    site.clock.advance(15 * 60_000)
    expect(await send(late, await context.cookies()), 'too late').toBe(401)

    // A copy of the passkey has been used more often than this one.
    await countFrom(1000, account.id)
    expect(await send(await answerOf(page), await context.cookies()), 'a counter that went back').toBe(401)
    expect(await credentials({ cdp, authenticatorId })).toHaveLength(1)
    await context.close()
    complaints.splice(0)
  })

  it('S-139: one account’s passkey is no second factor of another', async () => {
    const [one, two] = [await owner(), await owner()]
    await two.context.clearCookies()
    await signIn(two.page, one.name)
    await two.page.getByRole('heading', { name: 'One more step' }).waitFor()
    // The page asks for the passkeys of the first alone; whoever asks for any still gets nothing.
    await two.page.evaluate(changed({ allowCredentials: [] }))
    await two.page.getByRole('button', { name: 'Use a passkey' }).click()
    await two.page.getByText('That passkey does not work here').waitFor()
    await one.context.close()
    await two.context.close()
  })

  it('S-106: the one script is a file of ours, and the policy lets nothing else run', async () => {
    const visitor = site.visitor()
    const { headers, body } = await visitor.get('/sign-in')
    const [script] = body.match(/<script[^>]*>[^<]*<\/script>/g) ?? []
    const path = /^<script src="(\/assets\/passkeys-[0-9a-f]{10}\.js)" defer><\/script>$/.exec(
      script ?? '',
    )?.[1]
    expect(headers.get('content-security-policy')?.split(';')).toEqual(
      expect.arrayContaining([
        `script-src ${site.origin}${path}`,
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        "default-src 'none'",
      ]),
    )
    const file = await visitor.get(path ?? '')
    expect(file.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect((await visitor.get('/about')).headers.get('content-security-policy')).toContain(
      "script-src 'none'",
    )
  })

  it('without JavaScript everything else works, and nobody sees a button that does nothing', async () => {
    const name = `plain${people++}`
    await site.person(name)
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${site.origin}/sign-in`)
    expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0)
    await signIn(page, name)
    await page.waitForURL(`${site.origin}/accounts`)
    await page.goto(`${site.origin}${SECURITY}/passkeys/new`)
    expect(await page.getByText('needs JavaScript').isVisible()).toBe(true)
    expect(await page.getByRole('button', { name: 'Make a passkey' }).count()).toBe(0)
    await context.close()
  })

  it('the pages are no wider than a phone, can be hit with a finger, and load nothing from elsewhere', async () => {
    const { page, context, codes, name, account } = await owner()
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    const look = async (title: string) => {
      for (const width of [320, 390, 1280]) {
        await page.setViewportSize({ width, height: 844 })
        expect(
          await page.evaluate('document.documentElement.scrollWidth'),
          `${title} at ${width}`,
        ).toBeLessThanOrEqual(width)
        expect(await page.evaluate(smallTargets), title).toEqual([])
        expect(await page.evaluate(nameless), title).toEqual([])
        if (PICTURES) await picture(page, `${title}-${width}`)
      }
    }
    await look('codes')
    for (const [title, path] of [
      ['security', SECURITY],
      ['app', `${SECURITY}/app`],
      ['passkey', `${SECURITY}/passkeys/new`],
      ['confirm', `${SECURITY}/confirm`],
      ['account', '/accounts'],
    ] as const) {
      await page.goto(site.origin + path)
      await look(title)
    }
    await page.goto(`${site.origin}${SECURITY}/app`)
    const secret = (await page.locator('.code code').textContent())?.replaceAll(' ', '') ?? ''
    await page.getByLabel('Code', { exact: true }).fill(codeAt(secret, site.clock.now()))
    await page.getByRole('button', { name: 'Turn it on' }).click()
    await page.getByText('Your authenticator app is set up').waitFor()
    await openSession(site.world, account.id, 'Mozilla/5.0 (Android 15; Mobile) Gecko/140.0 Firefox/140.0')
    await page.reload()
    await page.getByRole('button', { name: 'Sign out Firefox on Android' }).waitFor()
    await look('security-on')
    await page.goto(`${site.origin}${SECURITY}`)
    await page.getByLabel('Current password').fill('wrong')
    await page.getByLabel('New password').fill('another long password')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('That is not your current password.').waitFor()
    await look('password-wrong')
    await context.clearCookies()
    await page.goto(`${site.origin}/sign-in`)
    await look('sign-in')
    await signIn(page, name)
    await page.getByRole('heading', { name: 'One more step' }).waitFor()
    await look('second')
    await page.getByLabel('Code').fill('wrong')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('does not hold').waitFor()
    await look('second-wrong')
    expect(codes).toHaveLength(10)
    await context.close()
    expect(asked).toEqual(new Set([site.origin]))
    expect(complaints.splice(0)).toEqual([])
  })
})

async function picture(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES ?? '', { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: join(PICTURES ?? '', `${name}-${colorScheme}.png`), fullPage: true })
  }
}

/** Asks the passkey for something else than the page wants to. Runs in the page. */
const changed = (options: object) => `(() => {
  const { dataset } = document.querySelector('form[data-passkey]')
  dataset.passkey = JSON.stringify({ ...JSON.parse(dataset.passkey), ...${JSON.stringify(options)} })
})()`

/** WCAG 2.2 SC 2.5.8: targets of 24 px, except within a line of text. Runs in the page. */
const smallTargets = `[...document.querySelectorAll('a, button, input:not([type=hidden])')]
  .filter((target) => !target.closest('p, .skip') && target.getClientRects().length > 0)
  .map((target) => ({ text: target.textContent.trim() || target.name, box: target.getBoundingClientRect() }))
  .filter(({ box }) => box.height < 24 || box.width < 24)
  .map(({ text }) => text)`

/** WCAG 2.2 SC 3.3.2, 4.1.2: fields without a label, ids that are there twice, descriptions that are not. */
const nameless = `[
  ...[...document.querySelectorAll('input:not([type=hidden])')].filter((field) => field.labels.length === 0).map((field) => field.name),
  ...[...document.querySelectorAll('[id]')].filter(({ id }) => document.querySelectorAll('#' + CSS.escape(id)).length > 1).map(({ id }) => id),
  ...[...document.querySelectorAll('[aria-describedby]')].flatMap((field) => field.getAttribute('aria-describedby').split(' ')).filter((id) => !document.getElementById(id)),
]`
