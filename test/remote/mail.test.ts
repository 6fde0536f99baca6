import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { type MailPlace, mailPlaceFrom } from '../../src/base/mail-place.ts'
import { Secret } from '../../src/base/secret.ts'
import { Transient } from '../../src/base/transient.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { registerAccount } from '../../src/domain/accounts/register.ts'
import { mailHandler } from '../../src/remote/mail/mail-job.ts'
import { createMailer } from '../../src/remote/mail/mailer.ts'
import { testDatabase } from '../support/database.ts'
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.ts'
import { testWorld } from '../support/world.ts'

const database = await testDatabase()
const { world } = testWorld(database.db)
let mailbox: Mailbox
let eve: LocalAccount
beforeAll(async () => {
  mailbox = await startMailbox()
  eve = await registerAccount(world, { name: 'eve', email: 'eve@mail.test', password: 'seven small boats' })
})
afterAll(async () => {
  await mailbox?.[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})
beforeEach(() => {
  mailbox.letters.length = 0
})

const config = (mail: MailPlace | undefined) => ({
  secret: new Secret('a secret of the tests, long enough'),
  origin: 'https://weft.test',
  mail,
})
const placeOf = (url: string) => mailPlaceFrom(url) as MailPlace
const send = (payload: unknown, mail: MailPlace | null = placeOf(mailbox.url)) =>
  mailHandler({ world, config: config(mail ?? undefined), log: silentLog })(
    payload,
    new AbortController().signal,
    async () => undefined,
  )
const reset = () => send({ what: 'reset', accountId: eve.id })

test('a letter arrives, in our name, to one address, and no robot need answer it', async () => {
  await reset()
  const [letter] = mailbox.letters
  expect(letter).toMatchObject({ from: 'weft@weft.test', to: ['eve@mail.test'] })
  expect(letter?.headers.get('from')).toBe('"weft.test" <weft@weft.test>')
  expect(letter?.headers.get('auto-submitted')).toBe('auto-generated')
  expect(letter?.headers.get('subject')).toBe('A new password for weft.test')
  expect(linkIn(letter)).toMatch(/^\/password\/reset\?token=\d+\.\w+\.[\w-]{43}$/)
})

test('nothing in an address becomes a header or a second address', async () => {
  const mailer = createMailer({ place: placeOf(mailbox.url), host: 'weft.test' })
  const odd = ['a@b.test\r\nBcc: c@d.test', 'a@b.test, c@d.test', 'a@b.test> RCPT TO:<c@d.test']
  for (const to of odd) {
    await mailer.send({ what: 'reset', to, subject: 'x\r\nBcc: c@d.test', text: 'y' }).catch(() => false)
  }
  for (const { raw, to } of mailbox.letters) {
    expect(raw).not.toMatch(/^Bcc:/im)
    expect(to).not.toContain('c@d.test')
  }
})

test('what the mail server does not take now is tried again, and tells nobody’s address', async () => {
  for (const line of ['421 too busy', '452 no room for eve@mail.test', '554 5.7.1 eve@mail.test is spam']) {
    mailbox.answer('MAIL FROM', line)
    const error = await reset().catch((thrown: unknown) => thrown)
    expect(error, line).toBeInstanceOf(Transient)
    expect(`${(error as Error).message} ${String((error as Error).cause)}`).not.toContain('eve')
  }
  mailbox.answer('MAIL FROM', undefined)
  mailbox.open(false)
  await expect(reset()).rejects.toBeInstanceOf(Transient)
  mailbox.open(true)
  await reset()
  expect(mailbox.letters).toHaveLength(1)
})

test('a mailbox that there is not is not tried again', async () => {
  mailbox.answer('RCPT TO', '550 5.1.1 no such user')
  await reset()
  mailbox.answer('RCPT TO', '451 ask later')
  await expect(reset()).rejects.toBeInstanceOf(Transient)
  mailbox.answer('RCPT TO', undefined)
  expect(mailbox.letters).toEqual([])
})

test('nobody is dialled for an address that is nobody’s, nor for somebody who is gone', async () => {
  const before = mailbox.connections
  await send({ what: 'nothing' })
  await send({ what: 'confirm', accountId: '404' })
  await send({ what: 'confirm', accountId: eve.id })
  expect(mailbox.connections).toBe(before)
})

test('without a mail server a letter waits for one', async () => {
  await expect(send({ what: 'reset', accountId: eve.id }, null)).rejects.toBeInstanceOf(Transient)
  await send({ what: 'nothing' }, null)
})

test('a password goes over no line that is not encrypted', async () => {
  const { place, said, stop } = await eavesdropper()
  const mailer = createMailer({ place: { ...place, host: 'localhost.localdomain' }, host: 'weft.test' })
  await mailer.send({ what: 'reset', to: 'eve@mail.test', subject: 'x', text: 'y' }).catch(() => undefined)
  expect(said()).not.toMatch(/AUTH|hunter2|aHVudGVyMg/)
  await stop()
})

/** A mail server without TLS that would take a password. */
async function eavesdropper() {
  let heard = ''
  const server = createServer((socket) => {
    socket.on('error', () => undefined).write('220 x ESMTP\r\n')
    socket.on('data', (data) => {
      heard += data
      socket.write(/^EHLO/i.test(String(data)) ? '250-x\r\n250 AUTH PLAIN LOGIN\r\n' : '250 ok\r\n')
    })
  })
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const place = placeOf(`smtp://user:hunter2@127.0.0.1:${port}`)
  return { place, said: () => heard, stop: async () => void server.close() }
}
