import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PASSWORD } from '../faces/pages/site.ts'
import { appIn } from '../support/apps.ts'
import { asking, BACK, type ConsentSite, startConsent } from './consent.ts'

const CHROMIUM = process.env.WEFT_TEST_CHROMIUM ?? '/usr/bin/chromium'
/** Where to put pictures for people to look at; none are made without it. */
const PICTURES = process.env.WEFT_TEST_PICTURES
const missing = existsSync(CHROMIUM)
  ? false
  : `Chromium is not installed at ${CHROMIUM}: \`apt-get install chromium\`, or name another in WEFT_TEST_CHROMIUM.`
if (missing) console.log(`Letting apps in is not tested in a browser. ${missing}`)

describe.skipIf(missing)('c4: in a browser', { timeout: 120_000 }, () => {
  let site: ConsentSite
  let browser: Browser
  let local: Server
  const complaints: string[] = []

  beforeAll(async () => {
    site = await startConsent('')
    await site.person('mira', { displayName: 'Mira Holt', role: 'owner' })
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    local = createServer((_req, res) => res.end('back')).listen(0, '::')
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    local?.close()
    await site?.[Symbol.asyncDispose]()
  })

  async function signedIn(): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
        complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${site.url}/sign-in`)
    await page.getByLabel('Name or e-mail address').fill('mira')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${site.url}/accounts`)
    return page
  }

  const appAt = async (redirectUri: string, more: Record<string, string> = {}) => {
    const { id } = await appIn(site.world)
    await site.db
      .updateTable('client')
      .set({ redirect_uris: [redirectUri] })
      .where('id', '=', id)
      .execute()
    return site.url + asking({ client_id: id, redirect_uri: redirectUri, ...more })
  }

  it('somebody signs in, narrows what an app may do, and is back at the app', async () => {
    const page = await browser.newPage()
    await page.route('https://app.test/**', (route) =>
      route.fulfill({ body: 'back', contentType: 'text/plain' }),
    )
    await page.goto(site.url + asking({ login_hint: 'mira', scope: 'read write' }))
    expect(await page.getByLabel('Name or e-mail address').inputValue()).toBe('mira')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Threadbare asks for access' }).waitFor()
    await page.getByLabel('Do everything that you can do here').uncheck()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${BACK}?**`)
    expect(new URL(page.url()).searchParams.get('iss')).toBe(site.url)
    const [row] = await site.db.selectFrom('grant_code').select('scopes').execute()
    expect(row?.scopes).toBe('read')
    await page.close()
  })

  it.each(['127.0.0.1', '[::1]', 'localhost'])('and at a program on %s, whatever its port', async (host) => {
    const page = await signedIn()
    const { port } = local.address() as AddressInfo
    const address = await appAt(`http://${host}/back`)
    await page.goto(
      address.replace(
        encodeURIComponent(`http://${host}/back`),
        encodeURIComponent(`http://${host}:${port}/back`),
      ),
    )
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.waitForURL(`http://${host}:${port}/back?**`)
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
    await page.close()
    expect(complaints.splice(0)).toEqual([])
  })

  it.each(['com.example.app:/back', 'checkin:/back'])('and at an app at %s', async (uri) => {
    const page = await signedIn()
    await page.goto(await appAt(uri))
    const sent = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.getByRole('button', { name: 'Allow' }).click()
    expect((await sent).headers().location).toMatch(new RegExp(`^${uri}\\?code=`))
    await page.waitForTimeout(200)
    await page.close()
    expect(complaints.splice(0)).toEqual([])
  })

  it('the pages are no wider than a phone, can be hit with a finger, and load nothing from elsewhere', async () => {
    const page = await signedIn()
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).origin))
    const scope = 'readinbox createcontent admin:read write:sameorigin addressfollowers read:statuses'
    const client = await appAt('checkin:/back', { scope })
    await site.db
      .updateTable('client')
      .set({ name: 'Nameless'.repeat(12) })
      .execute()
    const pages = {
      consent: client,
      apps: `${site.url}/accounts/apps`,
      unknown: `${site.url}/oauth/authorize?client_id=x`,
    }
    for (const [name, address] of Object.entries(pages)) {
      await page.goto(address)
      for (const width of [320, 390, 1280]) {
        await page.setViewportSize({ width, height: 844 })
        expect(
          await page.evaluate('document.documentElement.scrollWidth'),
          `${name} at ${width}`,
        ).toBeLessThanOrEqual(width)
        expect(await page.evaluate(smallTargets), name).toEqual([])
        if (PICTURES) await picture(page, `${name}-${width}`)
      }
    }
    await page.close()
    expect(new Set(asked)).toEqual(new Set([site.url]))
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

/** WCAG 2.2 SC 2.5.8: targets of 24 px, except within a line of text. Runs in the page. */
const smallTargets = `[...document.querySelectorAll('a, button, input:not([type=hidden])')]
  .filter((target) => !target.closest('p, .skip') && target.getClientRects().length > 0)
  .map((target) => ({ text: target.textContent.trim() || target.name, box: target.getBoundingClientRect() }))
  .filter(({ box }) => box.height < 24 || box.width < 24)
  .map(({ text }) => text)`
