import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

const CHROMIUM = process.env.WEFT_TEST_CHROMIUM ?? '/usr/bin/chromium'
const missing = existsSync(CHROMIUM)
  ? false
  : `Chromium is not installed at ${CHROMIUM}: \`apt-get install chromium\`, or name another in WEFT_TEST_CHROMIUM.`
if (missing) console.log(`Streams are not tested in a browser. ${missing}`)

describe.skipIf(missing)('b8: EventSource on a page of another origin', { timeout: 60_000 }, () => {
  let whole: Whole
  let browser: Browser
  let site: Server
  let page: Page
  let anna: LocalAccount
  let token: string
  let base: string
  beforeAll(async () => {
    whole = await startWhole()
    anna = await personHere(whole.world, 'anna')
    token = await tokenFor(whole.world, anna, { scope: 'read' })
    base = `http://127.0.0.1:${whole.port}`
    site = createServer((_req, res) => res.setHeader('content-type', 'text/html').end('<title>app</title>'))
    site.listen(0, 'localhost')
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage()
    await page.goto(`http://localhost:${await portOf(site)}/`)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    site?.close()
    await whole?.[Symbol.asyncDispose]()
  })

  /** What the page hears of the next change, by the name that is in it. */
  async function nextName(open: string, displayName: string): Promise<unknown> {
    await page.evaluate(`void (window.heard = new Promise((told, failed) => {
      const source = new EventSource(${JSON.stringify(open)})
      window.opened = new Promise((done) => { source.onopen = done })
      source.onerror = () => failed(new Error('no stream'))
      source.addEventListener('Update', (event) => {
        source.close()
        told({ id: event.lastEventId, name: JSON.parse(event.data).object.name })
      })
    }))`)
    await page.evaluate('window.opened')
    await updateAccount(whole.world, anna, { displayName })
    return page.evaluate('window.heard')
  }

  test('opens a stream by a ticket that the page got with its token', async () => {
    const ticket = (await page.evaluate(`fetch(${JSON.stringify(`${base}/ap/streams/tickets`)}, {
      method: 'POST',
      headers: { authorization: 'Bearer ${token}', 'content-type': 'application/json' },
      body: JSON.stringify({ stream: ${JSON.stringify(whole.world.uris.events(anna.uri))} }),
    }).then((answer) => answer.json())`)) as { stream: string }
    const url = ticket.stream.replace('https://weft.test', base)
    expect(await nextName(url, 'By ticket')).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'By ticket',
    })
  })

  test('opens one by the token in its address', async () => {
    const url = `${base}/ap/actors/${anna.id}/events?access_token=${token}`
    expect(await nextName(url, 'By token')).toMatchObject({ name: 'By token' })
  })

  test('reads one by fetch, with the token in a header', async () => {
    const said = page.evaluate(`fetch(${JSON.stringify(`${base}/ap/actors/${anna.id}/events`)}, {
      headers: { authorization: 'Bearer ${token}', 'last-event-id': '0' },
    }).then(async (answer) => {
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
      const { value } = await reader.read()
      await reader.cancel()
      return value
    })`)
    expect(await said).toMatch(/^retry: 3000\nid: \d+\n\n/)
  })
})

async function portOf(server: Server): Promise<number> {
  while (!server.listening) await new Promise((turn) => setTimeout(turn, 5))
  return (server.address() as AddressInfo).port
}
