import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import type { MailJob } from '../../../src/domain/accounts/jobs.ts'
import { letterFor } from '../../../src/domain/accounts/letters.ts'
import { signUp } from '../../../src/domain/accounts/sign-up.ts'
import { createInvite } from '../../../src/domain/invites/invite.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { faintTexts, smallTargets } from './looks.ts'
import { PASSWORD, SECRET, type Site, startSite } from './site.ts'

const CHROMIUM = process.env.WEFT_TEST_CHROMIUM ?? '/usr/bin/chromium'
/** Where to put pictures for people to look at; none are made without it. */
const PICTURES = process.env.WEFT_TEST_PICTURES
const missing = !existsSync(CHROMIUM)

describe.skipIf(missing)('coming in by a browser', { timeout: 120_000 }, () => {
  let database: TestDatabase
  let lettered: Site
  let approval: Site
  let invite: Site
  let browser: Browser
  beforeAll(async () => {
    database = await testDatabase()
    lettered = await startSite({ db: database.db, registration: 'open', mail: true })
    approval = await startSite({ db: database.db, registration: 'approval', mail: true })
    invite = await startSite({ db: database.db, registration: 'invite' })
    await lettered.person('owner', { role: 'owner' })
    const rules = [
      'Be kind.',
      'No harassment, no hatred of people for what they are.',
      'Say so if an account is automated.',
    ]
    for (const [at, text] of rules.entries())
      await database.db
        .insertInto('server_rule')
        .values({
          id: String(at + 1),
          text,
          hint: at === 1 ? 'It does not matter whether you find it funny.' : '',
          position: at,
        } as never)
        .execute()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    for (const site of [lettered, approval, invite]) await site?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
  })

  const nextLink = async (site: Site) => {
    const [row] = await database.db
      .deleteFrom('job')
      .where('kind', '=', 'mail')
      .returning('payload')
      .execute()
    const vault = { config: { secret: new Secret(SECRET) } }
    const letter = row && (await letterFor(site.world, vault, JSON.parse(row.payload) as MailJob))
    return /(https?:\/\/\S+\?token=\S+)/.exec(letter?.text ?? '')?.[1] ?? expect.fail('no letter')
  }

  it('somebody signs up, confirms the address by the letter, signs in, and forgets the password', async () => {
    const page = await browser.newPage()
    await page.goto(lettered.url)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('Name', { exact: true }).fill('mira')
    await page.getByLabel('E-mail address').fill('mira@mail.test')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Create account' }).click()
    expect(await page.getByRole('heading', { name: 'One more step' }).isVisible()).toBe(true)
    await page.goto(await nextLink(lettered))
    await page.getByRole('button', { name: 'It is mine' }).click()
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByLabel('E-mail address').fill('mira@mail.test')
    await page.getByRole('button', { name: 'Send the link' }).click()
    expect(await page.getByRole('heading', { name: 'Look into your mailbox' }).isVisible()).toBe(true)
    await page.goto(await nextLink(lettered))
    await page.getByLabel('New password').fill('eight larger boats at dusk')
    await page.getByRole('button', { name: 'Take this password' }).click()
    expect(await page.getByRole('status').textContent()).toContain('You have a new password')
    await page.getByLabel('Name or e-mail address').fill('mira@mail.test')
    await page.getByLabel('Password').fill('eight larger boats at dusk')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL(`${lettered.url}/accounts`)
    await page.close()
  })

  it('the pages fit small and large windows, in light and dark', async () => {
    if (PICTURES) await mkdir(PICTURES, { recursive: true })
    const { code } = await createInvite(invite.world, { by: null })
    const pages: readonly [string, string, ((page: Page) => Promise<void>)?][] = [
      ['sign-up', `${lettered.url}/sign-up`],
      ['sign-up-approval', `${approval.url}/sign-up`],
      ['sign-up-wrong', `${approval.url}/sign-up`, sendNothing],
      ['sign-up-invited', `${invite.url}/invite/${code}`],
      ['sign-up-by-invitation', `${invite.url}/sign-up`],
      ['sign-up-done', `${lettered.url}/sign-up/done?waits=confirmation`],
      ['forgot', `${lettered.url}/password/forgot`],
      ['forgot-done', `${lettered.url}/password/forgot?done`],
      ['sign-in', `${lettered.url}/sign-in`],
      ['home', `${approval.url}/`],
      ['invite-over', `${invite.url}/invite/none`],
    ]
    await signUp(
      approval.world,
      {
        name: 'finn',
        password: PASSWORD,
        agreed: true,
        reason: 'I weave, and would like to show what I make.',
      },
      { door: { registration: 'approval', mail: false }, emailNeeded: false, spend: async () => undefined },
    )
    const staff: readonly [string, string, ((page: Page) => Promise<void>)?][] = [
      ['accounts', `${approval.url}/accounts`, signIn],
      ['waiting', `${approval.url}/accounts/waiting`],
      ['invites', `${approval.url}/accounts/invites`, makeInvite],
      ['security', `${approval.url}/accounts/security`],
    ]
    for (const [width, colorScheme] of [
      [320, 'light'],
      [320, 'dark'],
      [1280, 'light'],
      [1280, 'dark'],
    ] as const) {
      const page = await browser.newPage({
        reducedMotion: 'reduce',
        viewport: { width, height: 800 },
        colorScheme,
      })
      for (const [name, url, act] of [...pages, ...staff]) {
        await page.goto(url)
        await act?.(page)
        const overflow = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        )
        expect(overflow, `${name} at ${width}`).toBeLessThanOrEqual(0)
        expect(await page.evaluate(smallTargets), name).toEqual([])
        expect(await page.evaluate(faintTexts), `${name}, ${colorScheme}`).toEqual([])
        if (PICTURES)
          await page.screenshot({
            path: join(PICTURES, `${name}-${width}-${colorScheme}.png`),
            fullPage: true,
          })
      }
      await page.close()
    }
  })
})

async function sendNothing(page: Page): Promise<void> {
  await page.evaluate('for (const form of document.forms) form.noValidate = true')
  await page.getByLabel('Name', { exact: true }).fill('a b')
  await page.getByLabel('E-mail address').fill('nobody')
  await page.getByRole('main').getByRole('button').click()
  await page.getByRole('alert').waitFor()
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Name or e-mail address').fill('owner')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL('**/accounts')
}

async function makeInvite(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Make a link' }).click()
  await page.getByText('Your invitation').waitFor()
}
