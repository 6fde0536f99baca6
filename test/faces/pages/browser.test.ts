import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import { ownerSetupToken } from '../../../src/domain/accounts/setup.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { faintTexts, smallTargets } from './looks.ts'
import { PASSWORD, SECRET, type Site, startSite } from './site.ts'

const CHROMIUM = process.env.WEFT_TEST_CHROMIUM ?? '/usr/bin/chromium'
/** Where to put pictures for people to look at; none are made without it. */
const PICTURES = process.env.WEFT_TEST_PICTURES
const missing = existsSync(CHROMIUM)
  ? false
  : `Chromium is not installed at ${CHROMIUM}: \`apt-get install chromium\`, or name another in WEFT_TEST_CHROMIUM.`
if (missing) console.log(`The pages are not tested in a browser. ${missing}`)

describe.skipIf(missing)('in a browser', { timeout: 120_000 }, () => {
  let database: TestDatabase
  let site: Site
  let browser: Browser
  const complaints: string[] = []

  beforeAll(async () => {
    database = await testDatabase()
    site = await startSite({ db: database.db })
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await site?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
  })

  const open = async (options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> => {
    const page = await browser.newPage(options)
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
        complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    return page
  }

  it('the one-time link leads to an account, signed in, on the accounts page; and works once', async () => {
    const page = await open()
    const link = `${site.url}/setup?token=${ownerSetupToken(SECRET)}`
    await page.goto(link)
    await page.getByLabel('Name', { exact: true }).fill('mira')
    await page.getByLabel('Shown as').fill('Mira Holt')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL(`${site.url}/accounts`)
    expect(await page.getByRole('heading', { name: 'Accounts on this server' }).isVisible()).toBe(true)
    expect(await page.getByText('Owner', { exact: true }).isVisible()).toBe(true)

    const again = await page.goto(link)
    expect(again?.status()).toBe(410)

    await page.goto(`${site.url}/accounts`)
    await page.getByRole('button', { name: 'Sign out here' }).click()
    await page.waitForURL(`${site.url}/`)
    await page.goto(`${site.url}/accounts`)
    await page.waitForURL(`${site.url}/sign-in`)
    await page.getByLabel('Name or e-mail address').fill('@Mira')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${site.url}/accounts`)
    await page.close()
  })

  it('no page breaks its own content policy, loads anything from elsewhere, or is wider than a phone', async () => {
    const { paths, login } = await fill(site)
    const asked: string[] = []
    const page = await open({ viewport: { width: 390, height: 844 } })
    page.on('request', (request) => asked.push(new URL(request.url()).origin))
    await login(page)
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(site.url + path)
      for (const width of [320, 390, 1280]) {
        await page.setViewportSize({ width, height: 844 })
        const wide = await page.evaluate('document.documentElement.scrollWidth')
        expect(wide, `${path} at ${width} px`).toBeLessThanOrEqual(width)
        if (PICTURES) await pictures(page, `${name}-${width}`)
      }
    }
    await page.close()
    expect(new Set(asked)).toEqual(new Set([site.url]))
    expect(complaints).toEqual([])
  })

  it('everything on a page can be hit with a finger and told from its ground', async () => {
    const page = await open({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' })
    for (const path of ['/', '/sign-in', '/@mira', '/about']) {
      await page.goto(site.url + path)
      expect(await page.evaluate(smallTargets), path).toEqual([])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await page.evaluate(faintTexts), `${path}, ${colorScheme}`).toEqual([])
      }
    }
    await page.close()
  })
})

async function pictures(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES ?? '', { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: join(PICTURES ?? '', `${name}-${colorScheme}.png`), fullPage: true })
  }
}

/** People and posts of every kind that a page shows. */
async function fill(site: Site) {
  const { world, clock } = site
  const mira = (await world.db
    .selectFrom('account')
    .selectAll()
    .where('name', '=', 'mira')
    .executeTakeFirst())!
  const say = async (
    author: Parameters<typeof publishPost>[1],
    text: string,
    more: Partial<Parameters<typeof publishPost>[2]> = {},
  ) => {
    clock.advance(7 * 60_000)
    return publishPost(world, author, { text, visibility: 'public', language: 'en', ...more })
  }
  const { findLocalAccount } = await import('../../../src/domain/accounts/find.ts')
  const owner = (await findLocalAccount(world.db, mira.name))!
  const jon = await site.person('jon', { displayName: 'Jón Þórsson 🐦' })
  const noor = await site.person('noor', { displayName: 'نور الهدى' })
  await world.db
    .updateTable('account')
    .set({
      bio_html:
        '<p>Weaver, walker, keeper of three unruly bees. I write about looms, slow software and the sea.</p><p>Based in Tromsø.</p>',
      fields: JSON.stringify([
        {
          name: 'Website',
          value:
            '<a href="https://mira.example/a/rather/long/address/that/goes/on" rel="me nofollow noopener noreferrer">mira.example/a/rather/long/address/that/goes/on</a>',
        },
        { name: 'Pronouns', value: 'she/her' },
      ]),
    })
    .where('id', '=', mira.id)
    .execute()
  await say(owner, 'Good morning from the workshop.')
  const warned = await say(
    owner,
    'The pattern is a trap: count to eight, not to six. https://looms.example.org/patterns/eight-shaft/undulating-twill?variant=long',
    { summary: 'Spoilers for the weaving course' },
  )
  await say(noor, 'صباح الخير من البحر. #weaving', { language: 'ar' })
  const question = await say(
    jon,
    'Does anybody here know how to read an old drafting notation? I found a notebook from 1923 in my grandmother’s attic, and half of it looks like music.',
  )
  const answer = await say(
    owner,
    '@jon Yes! The squares above are the threading, the ones at the side the treadling.\n\nSend me a picture and I will have a look at it tonight. #weaving #looms',
    { replyTo: question },
  )
  const thanks = await say(jon, '@mira You are the best. I will put it under the good lamp.', {
    replyTo: answer,
  })
  await say(owner, 'Deal.', { replyTo: thanks, visibility: 'followers' })
  await say(
    noor,
    'Some of it may well be music: weavers sang the drafts to each other so as not to lose count.',
    { replyTo: answer },
  )
  await say(
    owner,
    'A long post, to see how it reads.\n\nFive hundred characters are not many, but they are enough for a thought and its reason, if one leaves out the throat-clearing. What I like about a limit is what it does to the second half of a sentence: it has to earn its place.\n\n- no preamble\n- no apology\n- one thought\n\n<script>alert("not today")</script>',
  )
  clock.advance(3 * 3_600_000)
  return {
    paths: {
      home: '/',
      profile: '/@mira',
      thread: `/@mira/${answer}`,
      warned: `/@mira/${warned}`,
      arabic: '/@noor',
      tag: '/tags/weaving',
      about: '/about',
      privacy: '/privacy',
      terms: '/terms',
      accounts: '/accounts',
      missing: '/@nobody',
    },
    async login(page: Page) {
      await page.goto(`${site.url}/sign-in`)
      if (PICTURES) await pictures(page, 'sign-in-390')
      await page.getByLabel('Name or e-mail address').fill('mira')
      await page.getByLabel('Password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL(`${site.url}/accounts`)
    },
    answer: answer as PostId,
  }
}
