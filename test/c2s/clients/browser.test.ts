import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD, type SecureWeft, startSecureWeft } from '../../support/secure.ts'

/*
 * An app that is nothing but a page of another origin: a browser brings somebody to the real pages and back, and all else
 * the page does itself, by fetch: it finds the server, registers, gets its token, posts, uploads and listens.
 */

const CHROMIUM = process.env.WEFT_TEST_CHROMIUM ?? '/usr/bin/chromium'
const missing = existsSync(CHROMIUM)
  ? false
  : `Chromium is not installed at ${CHROMIUM}: \`apt-get install chromium\`, or name another in WEFT_TEST_CHROMIUM.`
if (missing) console.log(`An app on a page of another origin is not tested. ${missing}`)

interface Told {
  readonly token: Readonly<Record<string, unknown>>
  readonly posted: { readonly status: number; readonly location: string }
  readonly uploaded: { readonly status: number; readonly location: string; readonly type: string }
  readonly pictured: { readonly status: number; readonly location: string }
  readonly heard: { readonly id: string; readonly type: string; readonly object: string }
  readonly refused: { readonly status: number; readonly challenge: string; readonly type: string }
  readonly cookies: string
}

describe.skipIf(missing)('a page of another origin', { timeout: 120_000 }, () => {
  let server: SecureWeft
  let actor: string
  let site: Server
  let app: string
  let browser: Browser
  let context: BrowserContext

  beforeAll(async () => {
    server = await startSecureWeft()
    actor = await server.person('mira')
    const script = await readFile(join(import.meta.dirname, 'page-app.js'), 'utf8')
    const page = `<!doctype html><title>Heddle</title><script type="module">${script}</script>`
    site = createServer((_req, res) => res.setHeader('content-type', 'text/html').end(page))
    site.listen(0, '127.0.0.1')
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    context = await browser.newContext({ ignoreHTTPSErrors: true })
    app = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    site?.close()
    await server?.[Symbol.asyncDispose]()
  })

  test('is let in, gets its token, posts a note, uploads a picture and hears of what happens', async () => {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${app}?actor=${encodeURIComponent(actor)}`)

    await page.getByLabel('Name or e-mail address').fill('mira')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Heddle asks for access' }).waitFor()
    await page.getByRole('button', { name: 'Allow' }).click()

    await page.waitForURL(`${app}?code=**`)
    await page.waitForFunction('window.told || window.failed', undefined, { timeout: 60_000 })
    expect([await page.evaluate('window.failed'), complaints]).toEqual([undefined, []])
    const told = (await page.evaluate('window.told')) as Told

    expect(told.token).toMatchObject({ token_type: 'Bearer', activitypub_actor_id: actor })
    expect(told.posted).toEqual({ status: 201, location: expect.stringContaining('/ap/activities/') })
    expect(told.uploaded).toMatchObject({ status: 201, type: 'Image' })
    expect(told.pictured.status).toBe(201)
    expect(told.heard).toMatchObject({ type: 'Add', id: expect.stringMatching(/^\d+$/) })
    expect(told.refused).toEqual({
      status: 401,
      challenge: expect.stringContaining('error="invalid_token"'),
      type: expect.stringMatching(/^application\/problem\+json/),
    })
    const create = await read(told.pictured.location)
    expect(create).toMatchObject({
      object: {
        content: '<p>With a picture</p>',
        attachment: [{ mediaType: 'image/png', name: 'a red square' }],
      },
    })
    expect(told.heard.object).toBe(told.pictured.location)
    await page.close()
  })

  test('has nothing of the session that its browser has there', async () => {
    const page = await context.newPage()
    await page.goto(`${app}?idle`)
    const asked = (path: string, init: object) =>
      page.evaluate(
        `fetch(${JSON.stringify(server.origin + path)}, ${JSON.stringify(init)}).then((it) => it.status, () => 'shut')`,
      )
    const signedIn = await context.cookies(server.origin)
    expect(signedIn.map(({ name }) => name)).toContain('__Host-weft')
    const { pathname } = new URL(actor)
    // With cookies no answer may be read at all, for `*` holds only without; and without a token nobody is anybody.
    expect(await asked(`${pathname}/inbox`, { credentials: 'include' })).toBe('shut')
    expect(await asked(`${pathname}/inbox`, {})).toBe(401)
    expect(await asked('/accounts', { credentials: 'include' })).toBe('shut')
    expect(await asked('/accounts', {})).toBe('shut')
    expect(await asked('/oauth/authorize', {})).toBe('shut')
    await page.close()
  })

  async function read(url: string): Promise<unknown> {
    const answer = await server.fetch(url, { headers: { accept: 'application/activity+json' } })
    return answer.json()
  }
})
