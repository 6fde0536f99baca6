import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createVisitor } from '../faces/pages/site.ts'
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.ts'
import { eventually } from '../support/weft.ts'
import { breakGround, type Ground } from './support/ground.ts'

const PASSWORD = 'seven small boats at dawn'
const NEW_PASSWORD = 'eight larger boats at dusk'
const MAIL_PASSWORD = 'what the mail server wants to hear'

let mailbox: Mailbox
let ground: Ground
beforeAll(async () => {
  mailbox = await startMailbox()
  const place = mailbox.url.replace('smtp://', `smtp://postman:${encodeURIComponent(MAIL_PASSWORD)}@`)
  ground = await breakGround({
    env: { WEFT_REGISTRATION: 'open', WEFT_SMTP_URL: place, WEFT_LOG_LEVEL: 'debug' },
  })
}, 60_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await mailbox?.[Symbol.asyncDispose]()
})

test('a mail server that is away holds nobody up, no letter is lost, and no secret of one lies anywhere', {
  timeout: 120_000,
}, async () => {
  const secrets = [PASSWORD, NEW_PASSWORD, MAIL_PASSWORD, encodeURIComponent(MAIL_PASSWORD)]
  mailbox.open(false)
  let server = await ground.start()
  const visitor = createVisitor(ground.origin)
  const wish = { name: 'eve', email: 'eve@mail.test', password: PASSWORD, agree: 'on' }
  const began = performance.now()
  expect((await visitor.send('/sign-up', '/sign-up', wish)).status).toBe(303)
  expect(performance.now() - began).toBeLessThan(5000)
  await eventually(async () => expect(server.stderr() + server.stdout()).toContain('did not take a letter'))
  // Killed in between, too.
  await server.end('SIGKILL')
  const first = server.stderr() + server.stdout()
  mailbox.open(true)
  server = await ground.start()
  await ground.db.updateTable('job').set({ due_at: new Date() }).where('kind', '=', 'mail').execute()
  const toEve = async () => mailbox.to('eve@mail.test').at(-1) ?? Promise.reject(new Error('no letter'))
  const link = linkIn(await eventually(toEve))
  secrets.push(tokenIn(link))
  expect((await visitor.send(link, '/sign-up/confirm', {})).status).toBe(200)
  expect((await visitor.signIn('eve', PASSWORD)).status).toBe(303)

  const other = createVisitor(ground.origin)
  mailbox.letters.length = 0
  await other.send('/password/forgot', '/password/forgot', { email: 'eve@mail.test' })
  const reset = linkIn(await eventually(toEve))
  secrets.push(tokenIn(reset))
  const dumped = await everyRow()
  expect((await other.send(reset, '/password/reset', { password: NEW_PASSWORD })).status).toBe(303)
  expect((await other.signIn('eve', NEW_PASSWORD)).status).toBe(303)
  await eventually(async () => expect((await toEve()).headers.get('subject')).toContain('was changed'))

  await server.end('SIGTERM')
  const seen = [dumped, await everyRow(), first, server.stderr(), server.stdout()].join('\n')
  expect(seen).toContain('eve')
  expect(secrets.filter((secret) => secret === '' || seen.includes(secret))).toEqual([])
})

const tokenIn = (link: string) => new URL(link, 'http://x').searchParams.get('token') ?? ''

async function everyRow(): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`.execute(ground.db)
  const texts = await Promise.all(
    rows.map(async ({ name }) => {
      const all = await sql<{ row: string }>`SELECT t::text AS row FROM ${sql.table(name)} AS t`.execute(
        ground.db,
      )
      return all.rows.map(({ row }) => `${name} ${row}`).join('\n')
    }),
  )
  return texts.join('\n')
}
