import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

/* FEP-3b86 in a real browser: Ben, who lives on two, sees Anna and her post on one, and acts from his own account. */

const CHROMIUM = process.env.WEFT_TEST_CHROMIUM ?? '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.log(`Intents are not tested: Chromium is not installed at ${CHROMIUM}.`)
const PASSWORD = 'correct horse battery staple'

describe.skipIf(missing)('from one server to another', { timeout: 90_000 }, () => {
  let one: Weft
  let two: Weft
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    ;[one, two, browser] = await Promise.all([
      startWeft(),
      startWeft(),
      chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] }),
    ])
    await Promise.all([
      one.cli('account', 'create', 'anna', '--display-name', 'Anna Ahle'),
      two.cliWith(PASSWORD, 'account', 'create', 'ben', '--password-stdin'),
    ])
    // Scripts are off: nothing of this may need one.
    page = await browser.newPage({ javaScriptEnabled: false })
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
        complaints.push(message.text())
    })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await Promise.all([one?.stop(), two?.stop()])
    expect(complaints).toEqual([])
  })

  /** On a page of one: says where Ben lives and presses the button; ends on the page of two. */
  async function goHome(summary: string, button: string): Promise<void> {
    await page.getByText(summary).click()
    await page.getByLabel('Your address').fill(`@ben@${two.host}`)
    await page.getByRole('button', { name: button, exact: true }).click()
    await page.waitForURL((url) => url.origin === two.origin)
  }

  test('FEP-3b86: a visitor follows from their own server: by their address, signing in there on the way', async () => {
    await page.goto(`${one.origin}/@anna`)
    await goHome('Follow from your server', 'Follow')
    await page.getByLabel('Name or e-mail address').fill('ben')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Anna Ahle' }).waitFor()
    await page.getByRole('button', { name: 'Follow', exact: true }).click()
    await page.getByRole('status').waitFor()
    await eventually(async () =>
      expect(await one.cli('follows', 'anna')).toMatchObject([{ handle: `@ben@${two.host}` }]),
    )
    // Back where they came from, by a link that says so.
    await page.getByRole('link', { name: `${one.origin}/@anna` }).click()
    await page.waitForURL(`${one.origin}/@anna`)
  })

  test('each server says what it knows of the other', async () => {
    await eventually(async () =>
      expect(await one.cli('hosts', two.host)).toMatchObject([
        { name: two.host, state: 'good', knock: 'cavage', accounts: 1, waiting: 0 },
      ]),
    )
    expect((await two.cli('hosts')).map(({ name }) => name)).toEqual([one.host])
  })

  test('FEP-3b86: likes, boosts and answers a post, and takes the like and the boost back', async () => {
    const [post] = await one.cli('post', 'anna', 'What do you say to this?')
    const address = String(post?.url)
    await page.goto(address)
    await goHome('Reply, boost or like from your server', 'Like')
    const counts = () => one.get(new URL(String(post?.uri)).pathname)
    await page.getByText('What do you say to this?').waitFor()
    await page.getByRole('button', { name: 'Like', exact: true }).click()
    await page.getByRole('button', { name: 'Take your like back' }).waitFor()
    await eventually(async () => expect(await counts()).toMatchObject({ likes: { totalItems: 1 } }))
    await page.getByRole('button', { name: 'Boost', exact: true }).click()
    await page.getByRole('button', { name: 'Take your boost back' }).waitFor()
    await eventually(async () => expect(await counts()).toMatchObject({ shares: { totalItems: 1 } }))
    await page.getByRole('button', { name: 'Take your like back' }).click()
    await page.getByRole('button', { name: 'Like', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Take your boost back' }).click()
    await page.getByRole('button', { name: 'Boost', exact: true }).waitFor()
    await eventually(async () =>
      expect(await counts()).toMatchObject({ likes: { totalItems: 0 }, shares: { totalItems: 0 } }),
    )
    await page.getByLabel('Reply to Anna Ahle').fill('I say yes')
    await page.getByRole('button', { name: 'Reply' }).click()
    await page.getByText('This is what you said.').waitFor()
    await eventually(async () =>
      expect((await page.goto(address)) && (await page.content())).toContain('I say yes'),
    )
  })

  test('S-125: nothing is done without a form of our own: neither by a link nor by another site’s form', async () => {
    const before = await one.cli('follows', 'anna')
    const target = `${two.origin}/authorize_interaction`
    await page.goto(`${target}?uri=${encodeURIComponent(`${one.origin}/@anna`)}&act=unfollow&intent=undo`)
    await page.getByRole('button', { name: 'Unfollow' }).waitFor()
    // The same form from another site: right session, but no token of ours.
    await page.setContent(
      `<form method="post" action="${target}"><input name="act" value="unfollow"><input name="uri" value="${one.origin}/@anna"><button>go</button></form>`,
    )
    await page.getByRole('button', { name: 'go' }).click()
    await page.getByText('form').first().waitFor()
    expect(await one.cli('follows', 'anna')).toEqual(before)
  })

  test('says so when nobody of that name is found, and leads nobody anywhere', async () => {
    await page.goto(`${one.origin}/@anna`)
    await page.getByText('Follow from your server').click()
    await page.getByLabel('Your address').fill(`@nobody@${two.host}`)
    await page.getByRole('button', { name: 'Follow', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expect(new URL(page.url()).origin).toBe(one.origin)
  })
})

describe('the page where strangers arrive', () => {
  let weft: Weft
  beforeAll(async () => {
    weft = await startWeft()
    await weft.cli('account', 'create', 'anna')
  }, 60_000)
  afterAll(() => weft?.stop())

  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(weft.origin + path, { redirect: 'manual', headers: { accept: 'text/html', ...headers } })

  test('asks who is not signed in to sign in, and comes back to no other page than itself', async () => {
    const path = `/authorize_interaction?uri=${encodeURIComponent(`${weft.origin}/@anna`)}`
    const answer = await ask(path)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(`/sign-in?to=${encodeURIComponent(path)}`)
    for (const to of [
      'https://evil.test/',
      '//evil.test/authorize_interaction?',
      '/accounts',
      '/authorize_interaction@evil.test',
    ])
      expect(await (await ask(`/sign-in?to=${encodeURIComponent(to)}`)).text()).not.toContain('name="to"')
  })

  test('the form for visitors asks no server because another site says so, nor about anything that is not ours', async () => {
    const actor = await weft.get('/@anna')
    const query = new URLSearchParams({
      uri: String(actor.id),
      handle: `@anna@${weft.host}`,
      intent: 'Follow',
    })
    const asked = await ask(`/interact?${query}`, { 'sec-fetch-site': 'cross-site' })
    expect([asked.status, asked.headers.get('refresh')]).toEqual([200, null])
    query.set('uri', 'https://far.test/users/a')
    expect((await ask(`/interact?${query}`)).status).toBe(404)
    query.set('uri', String(actor.id))
    const own = await ask(`/interact?${query}`)
    expect(own.headers.get('refresh')).toBe(
      `0; url=${weft.origin}/authorize_interaction?uri=${encodeURIComponent(String(actor.id))}`,
    )
  })
})
