import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Mailbox, startMailbox } from '../support/mailbox.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { staffAs } from '../support/mastodon/staff.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let mailbox: Mailbox
let server: Whole
let mod: Toot

beforeAll(async () => {
  mailbox = await startMailbox()
  server = await startWhole([], { WEFT_SMTP_URL: mailbox.url })
  mod = await staffAs(server, 'mona', 'moderator')
}, 120_000)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await mailbox?.[Symbol.asyncDispose]()
})

test('whoever cannot sign in any more learns why by e-mail, unless that is not wanted', async () => {
  const { account } = await tootAs(server, 'eve')
  await server.db
    .updateTable('login')
    .set({ email: 'eve@mail.test' })
    .where('account_id', '=', account.id)
    .execute()
  const path = `/api/v1/admin/accounts/${account.id}`
  const act = (more: object) => mod.post(`${path}/action`, { type: 'disable', ...more })
  await act({ text: 'no more', send_email_notification: false })
  await act({ text: 'Be kind.\n.\nPlease.' })
  await expect.poll(() => mailbox.to('eve@mail.test'), { timeout: 10_000 }).toHaveLength(1)
  const [letter] = mailbox.to('eve@mail.test')
  expect(letter?.headers.get('subject')).toBe('About your account at weft.test')
  expect(letter?.text).toMatch(/you cannot sign in for now[\s\S]*Be kind\.\r?\n\.\r?\nPlease\./)
  await server.settled()
  expect(mailbox.letters).toHaveLength(1)
})
