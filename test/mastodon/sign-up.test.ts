import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { changeEmail } from '../../src/domain/accounts/confirm-email.ts'
import { findLocalAccount } from '../../src/domain/accounts/find.ts'
import { approveRegistration, rejectRegistration } from '../../src/domain/accounts/registration.ts'
import { findWaitingByName } from '../../src/domain/accounts/registration-find.ts'
import { createInvite } from '../../src/domain/invites/invite.ts'
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.ts'
import { type ApiClient, apiClient, type Fields, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { openSocket } from '../support/mastodon/sockets.ts'
import { staffAs } from '../support/mastodon/staff.ts'
import { bearing } from '../support/tokens.ts'
import { eventually } from '../support/weft.ts'
import { startWhole, type Whole } from '../support/whole.ts'

const PASSWORD = 'seven small boats at dawn'

let mailbox: Mailbox
let open: Whole
let plain: Whole
let approval: Whole
let invite: Whole
beforeAll(async () => {
  mailbox = await startMailbox()
  open = await startWhole([], { WEFT_REGISTRATION: 'open', WEFT_SMTP_URL: mailbox.url })
  plain = await startWhole([], { WEFT_REGISTRATION: 'open' })
  approval = await startWhole([], { WEFT_REGISTRATION: 'approval', WEFT_SMTP_URL: mailbox.url })
  invite = await startWhole([], { WEFT_REGISTRATION: 'invite' })
}, 240_000)
afterAll(async () => {
  for (const server of [open, plain, approval, invite]) await server?.[Symbol.asyncDispose]()
  await mailbox?.[Symbol.asyncDispose]()
})

/** An app as itself, with the client id that it has. */
async function appOn(
  server: Whole,
  scopes = 'read write',
): Promise<{ app: ApiClient; asSomebody: (token: string) => ApiClient }> {
  const anyone = apiClient(server)
  const { json } = await anyone.post('/api/v1/apps', {
    client_name: 'Loom',
    redirect_uris: 'app://x',
    scopes,
  })
  const token = await anyone.post('/oauth/token', {
    grant_type: 'client_credentials',
    client_id: json.client_id,
    client_secret: json.client_secret,
    scope: scopes,
  })
  return {
    app: apiClient(server, bearing(token.json.access_token)),
    asSomebody: (access) => apiClient(server, bearing(access)),
  }
}

const wish = (name: string, more: Fields = {}): Fields => ({
  username: name,
  email: `${name}@mail.test`,
  password: PASSWORD,
  agreement: true,
  locale: 'en',
  ...more,
})

describe('where anybody may come in, and no letters are sent', () => {
  test('an app makes an account, and may use it at once with all that it may ask for', async () => {
    const { app, asSomebody } = await appOn(plain)
    const reply = await app.post(
      '/api/v1/accounts',
      wish('Uma', { date_of_birth: '2001-01-01', role: 'owner', confirmed: true }),
    )
    expect(reply.status, reply.text).toBe(200)
    expect(reply.json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      scope: 'read write',
      created_at: expect.any(Number),
    })
    const uma = asSomebody(reply.json.access_token)
    const own = await uma.get('/api/v1/accounts/verify_credentials')
    expect(own.status, own.text).toBe(200)
    expectEntity('CredentialAccount', own.json)
    expect([own.json.username, own.json.role?.name ?? '']).toEqual(['Uma', ''])
    expect((await uma.get('/api/v1/emails/check_confirmation')).json).toBe(true)
    expect((await uma.post('/api/v1/emails/confirmations')).json.error).toContain('awaiting confirmation')
    expect((await uma.post('/api/v1/statuses', { status: 'here I am' })).status).toBe(200)
  })

  test('an address that nobody has confirmed gives no right to anything', async () => {
    const { db } = plain
    const row = await db
      .selectFrom('login')
      .select(['email', 'unconfirmed_email', 'role'])
      .where('unconfirmed_email', '=', 'Uma@mail.test')
      .executeTakeFirst()
    expect(row).toEqual({ email: null, unconfirmed_email: 'Uma@mail.test', role: 'user' })
  })

  test('what is wrong is said of each field, and nothing is made', async () => {
    const { app } = await appOn(plain)
    const before = await countAccounts(plain)
    const nothing = await app.post('/api/v1/accounts', {})
    expect(nothing.status).toBe(422)
    expect(nothing.json.error).toMatch(/^Validation failed: Username can’t be blank, /)
    expect(
      Object.fromEntries(
        Object.entries(nothing.json.details).map(([field, list]) => [
          field,
          (list as { error: string }[]).map(({ error }) => error),
        ]),
      ),
    ).toEqual({
      username: ['ERR_BLANK'],
      email: ['ERR_BLANK'],
      password: ['ERR_BLANK'],
      agreement: ['ERR_ACCEPTED'],
    })
    const cases: readonly [Fields, string, string][] = [
      [{ username: 'uma' }, 'username', 'ERR_TAKEN'],
      [{ username: 'admin' }, 'username', 'ERR_RESERVED'],
      [{ username: 'a b' }, 'username', 'ERR_INVALID'],
      [{ username: 'ä' }, 'username', 'ERR_INVALID'],
      [{ username: 'x'.repeat(31) }, 'username', 'ERR_TOO_LONG'],
      [{ email: 'nobody' }, 'email', 'ERR_INVALID'],
      [{ email: 'a@b.test\r\nBcc: c@d.test' }, 'email', 'ERR_INVALID'],
      [{ email: 'a@b.test, c@d.test' }, 'email', 'ERR_INVALID'],
      [{ email: `a@${'b'.repeat(250)}.test` }, 'email', 'ERR_INVALID'],
      [{ password: 'short' }, 'password', 'ERR_TOO_SHORT'],
      [{ password: 'x'.repeat(129) }, 'password', 'ERR_TOO_LONG'],
      [{ password: 'password1' }, 'password', 'ERR_INVALID'],
      [{ agreement: 'false' }, 'agreement', 'ERR_ACCEPTED'],
      [{ reason: 'x'.repeat(2001) }, 'reason', 'ERR_TOO_LONG'],
    ]
    for (const [field, name, error] of cases) {
      const reply = await app.post('/api/v1/accounts', wish('vera', field), 'form')
      expect([reply.status, reply.json.details], JSON.stringify(field)).toEqual([
        422,
        { [name]: [{ error, description: expect.any(String) }] },
      ])
    }
    expect(await countAccounts(plain)).toBe(before)
  })

  test('only an app as itself may, and only with leave to write accounts', async () => {
    const { app } = await appOn(plain, 'read')
    expect((await app.post('/api/v1/accounts', wish('vera'))).status).toBe(403)
    expect((await apiClient(plain).post('/api/v1/accounts', wish('vera'))).status).toBe(401)
    const somebody = await tootAs(plain, 'ada')
    const reply = await somebody.post('/api/v1/accounts', wish('vera'))
    expect([reply.status, reply.json.error]).toEqual([
      403,
      'This method requires an client credentials authentication',
    ])
  })

  test('of two who want one name at once, one gets it', async () => {
    const { app } = await appOn(plain)
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => app.post('/api/v1/accounts', wish('twin'))),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422])
    for (const { status, json } of replies)
      if (status === 422) expect(json.details.username).toMatchObject([{ error: 'ERR_TAKEN' }])
  })
})

describe('where an address has to be confirmed', () => {
  test('the account is not there until it is, and the app is told so', async () => {
    const { app, asSomebody } = await appOn(open)
    const made = await app.post('/api/v1/accounts', wish('ines'))
    expect(made.status, made.text).toBe(200)
    const ines = asSomebody(made.json.access_token)
    const own = await ines.get('/api/v1/accounts/verify_credentials')
    expect([own.status, own.json]).toEqual([
      403,
      { error: 'Your login is missing a confirmed e-mail address' },
    ])
    expect((await ines.post('/api/v1/statuses', { status: 'x' })).status).toBe(403)
    expect((await ines.get('/api/v1/emails/check_confirmation')).json).toBe(false)
    await expectUnseen(open, 'ines')

    await open.settled()
    const link = linkIn(mailbox.to('ines@mail.test').at(-1))
    expect(link).toMatch(/^\/sign-up\/confirm\?token=/)
    await confirm(open, link)
    await eventually(async () =>
      expect((await ines.get('/api/v1/accounts/verify_credentials')).status).toBe(200),
    )
    expect((await ines.get('/api/v1/emails/check_confirmation')).json).toBe(true)
    expect((await apiClient(open).get('/api/v1/accounts/lookup', { acct: 'ines' })).status).toBe(200)
    expect((await open.ask('/@ines')).status).toBe(200)
    // Once is enough.
    expect((await open.ask(link)).status).toBe(410)
  })

  test('the letter is sent again, to another address as well; the first link holds no more then', async () => {
    const { app, asSomebody } = await appOn(open)
    const { json } = await app.post('/api/v1/accounts', wish('jana'))
    const jana = asSomebody(json.access_token)
    await open.settled()
    const first = linkIn(mailbox.to('jana@mail.test').at(-1))
    expect((await jana.post('/api/v1/emails/confirmations')).json).toEqual({})
    await open.settled()
    expect(mailbox.to('jana@mail.test')).toHaveLength(2)
    expect((await jana.post('/api/v1/emails/confirmations', { email: 'no address' })).status).toBe(422)
    expect((await jana.post('/api/v1/emails/confirmations', { email: 'other@mail.test' })).json).toEqual({})
    await open.settled()
    expect((await open.ask(first)).status).toBe(410)
    await confirm(open, linkIn(mailbox.to('other@mail.test').at(-1)))
    expect((await jana.post('/api/v1/emails/confirmations')).status).toBe(403)
    await eventually(async () =>
      expect((await jana.get('/api/v1/accounts/verify_credentials')).status).toBe(200),
    )
  })

  test('an app does not turn the address of somebody who is here already to another', async () => {
    const { app, asSomebody } = await appOn(open)
    const { json } = await app.post('/api/v1/accounts', wish('jory'))
    const jory = asSomebody(json.access_token)
    await open.settled()
    await confirm(open, linkIn(mailbox.to('jory@mail.test').at(-1)))
    const account = (await findLocalAccount(open.db, 'jory')) ?? expect.fail('there is no jory')
    await changeEmail(open.world, account.id, 'jory.new@mail.test')
    await eventually(async () => {
      const reply = await jory.post('/api/v1/emails/confirmations', { email: 'thief@mail.test' })
      expect([reply.status, reply.json.error]).toEqual([
        403,
        'This method is only available while the e-mail is awaiting confirmation',
      ])
    })
    await open.settled()
    expect(mailbox.to('thief@mail.test')).toEqual([])
    // The letter itself may be sent once more.
    expect((await jory.post('/api/v1/emails/confirmations')).json).toEqual({})
    await open.settled()
    expect(mailbox.to('jory.new@mail.test')).toHaveLength(2)
  })

  test('only the app in which they signed up may ask for another letter', async () => {
    const { app } = await appOn(open)
    await app.post('/api/v1/accounts', wish('kaya'))
    const waiting = (await findWaitingByName(open.db, 'kaya')) ?? expect.fail('kaya does not wait')
    await open.db
      .updateTable('login')
      .set({ client_id: 'another' })
      .where('account_id', '=', waiting.id)
      .execute()
    const { app: other, asSomebody } = await appOn(open)
    const mine = await other.post('/api/v1/accounts', wish('lola'))
    await open.db
      .updateTable('login')
      .set({ client_id: 'another' })
      .where('unconfirmed_email', '=', 'lola@mail.test')
      .execute()
    const reply = await asSomebody(mine.json.access_token).post('/api/v1/emails/confirmations')
    expect([reply.status, reply.json.error]).toEqual([
      403,
      'This method is only available to the application the user originally signed-up with',
    ])
  })

  test('S-139: nothing tells an address that is somebody’s from one that is nobody’s, but what is sent there', async () => {
    const { app } = await appOn(open)
    const known = await app.post('/api/v1/accounts', wish('mara', { email: 'INES@mail.test' }))
    const unknown = await app.post('/api/v1/accounts', wish('nora'))
    expect(known.status).toBe(unknown.status)
    expect(Object.keys(known.json)).toEqual(Object.keys(unknown.json))
    const jobs = await open.db.selectFrom('job').select('payload').execute()
    await open.settled()
    const letter = mailbox.to('INES@mail.test').at(-1)
    expect(letter?.text).toContain('@ines')
    expect(linkIn(letter)).toBe('')
    for (const { payload } of jobs) expect(payload).not.toMatch(/mail\.test|token/)
  })

  test('what is never confirmed is gone after a week, and the name is free again', async () => {
    const { app, asSomebody } = await appOn(open)
    const { json } = await app.post('/api/v1/accounts', wish('olga'))
    await open.settled()
    await open.db
      .updateTable('login')
      .set({ created_at: new Date(Date.now() - 8 * 86_400_000) })
      .where('unconfirmed_email', '=', 'olga@mail.test')
      .execute()
    const { forgetUnconfirmed } = await import('../../src/domain/accounts/registration.ts')
    await forgetUnconfirmed(open.world)
    expect(await findWaitingByName(open.db, 'olga')).toBeUndefined()
    expect((await asSomebody(json.access_token).get('/api/v1/emails/check_confirmation')).status).toBe(401)
    expect((await app.post('/api/v1/accounts', wish('olga'))).status).toBe(200)
  })
})

describe('where accounts are approved', () => {
  test('somebody says why, waits, and comes in once both are done; those who look after the server are told once', async () => {
    const boss = await tootAs(approval, 'boss')
    await approval.db
      .updateTable('login')
      .set({ role: 'moderator' })
      .where('account_id', '=', boss.account.id)
      .execute()
    const { app, asSomebody } = await appOn(approval)
    const without = await app.post('/api/v1/accounts', wish('pia'))
    expect([without.status, Object.keys(without.json.details)]).toEqual([422, ['reason']])
    const made = await app.post('/api/v1/accounts', wish('pia', { reason: 'I weave.' }))
    const pia = asSomebody(made.json.access_token)
    expect((await boss.get('/api/v1/notifications')).json).toEqual([])
    await approval.settled()
    const page = await confirm(approval, linkIn(mailbox.to('pia@mail.test').at(-1)))
    expect(page).toContain('look at')
    const waiting = await pia.get('/api/v1/accounts/verify_credentials')
    expect([waiting.status, waiting.json]).toEqual([
      403,
      { error: 'Your login is currently pending approval' },
    ])
    await expectUnseen(approval, 'pia')
    const [told] = (await boss.get('/api/v1/notifications')).json
    expectEntity('Notification', told)
    expect([told.type, told.account.acct]).toEqual(['admin.sign_up', 'pia'])

    const { id } = (await findWaitingByName(approval.db, 'pia')) ?? expect.fail('pia does not wait')
    await approveRegistration(approval.world, id, boss.account.id)
    await expect(approveRegistration(approval.world, id, boss.account.id)).rejects.toMatchObject({
      code: 'account.not-waiting',
    })
    await eventually(async () =>
      expect((await pia.get('/api/v1/accounts/verify_credentials')).status).toBe(200),
    )
    expect((await boss.get('/api/v1/notifications')).json).toHaveLength(1)
    await approval.settled()
    expect(mailbox.to('pia@mail.test').at(-1)?.headers.get('subject')).toContain('is ready')
  })

  test('apps of those who look after the server hear of who waits, see them, and let them in or turn them away', async () => {
    const mona = await staffAs(approval, 'mona', 'moderator')
    const socket = await openSocket(approval.port, { access_token: mona.token, stream: 'user' })
    onTestFinished(() => socket.close())
    socket.say({ type: 'subscribe', stream: 'nothing like it' })
    expect(await socket.next()).toMatchObject({ status: 400 })
    const { app } = await appOn(approval)
    const ids: Record<string, string> = {}
    for (const name of ['uri', 'vera', 'wim']) {
      await app.post('/api/v1/accounts', wish(name, { reason: 'I sew.' }))
      ids[name] = (await findWaitingByName(approval.db, name))?.id ?? expect.fail(`${name} does not wait`)
    }
    await approval.settled()
    await confirm(approval, linkIn(mailbox.to('uri@mail.test').at(-1)))
    const heard = await socket.next()
    const told = JSON.parse(heard.payload ?? 'null')
    expectEntity('Notification', told)
    expect([heard.event, told.type, told.account.acct]).toEqual(['notification', 'admin.sign_up', 'uri'])

    const path = '/api/v1/admin/accounts'
    const waiting = await mona.get(path, { pending: true })
    expectEntities('Admin::Account', waiting.json)
    expect(waiting.json.map(({ username }: { username: string }) => username)).toEqual(['wim', 'vera', 'uri'])
    expect((await mona.get(`${path}/${ids.uri}`)).json).toMatchObject({
      username: 'uri',
      email: 'uri@mail.test',
      invite_request: 'I sew.',
      confirmed: true,
      approved: false,
      suspended: false,
    })
    const byAddress = await mona.get(path, { email: 'Vera@' })
    expect(byAddress.json.map(({ id }: { id: string }) => id)).toEqual([ids.vera])
    const letIn = await mona.post(`${path}/${ids.uri}/approve`)
    expect([letIn.status, letIn.json.approved]).toEqual([200, true])
    // Who has yet to confirm their address goes on to wait for that.
    const early = await mona.post(`${path}/${ids.vera}/approve`)
    expect([early.status, early.json.approved, early.json.confirmed]).toEqual([200, true, false])
    const away = await mona.post(`${path}/${ids.wim}/reject`)
    expectEntity('Admin::Account', away.json)
    expect([away.status, away.json.username]).toEqual([200, 'wim'])
    expect((await mona.get(`${path}/${ids.wim}`)).status).toBe(404)
    expect((await mona.get(path, { pending: true })).json).toEqual([])
  })

  test('who is turned away leaves nothing, not even the name', async () => {
    const { app, asSomebody } = await appOn(approval)
    const made = await app.post('/api/v1/accounts', wish('rosa', { reason: 'spam' }))
    const { id } = (await findWaitingByName(approval.db, 'rosa')) ?? expect.fail('rosa does not wait')
    await rejectRegistration(approval.world, id, null)
    await expect(rejectRegistration(approval.world, id, null)).rejects.toMatchObject({
      code: 'account.not-waiting',
    })
    expect((await asSomebody(made.json.access_token).get('/api/v1/emails/check_confirmation')).status).toBe(
      401,
    )
    const rows = await approval.db.selectFrom('account').select('id').where('name', '=', 'rosa').execute()
    expect(rows).toEqual([])
    expect((await app.post('/api/v1/accounts', wish('rosa', { reason: 'again' }))).status).toBe(200)
  })

  test('somebody who is there already can be turned away by nobody', async () => {
    const ada = await tootAs(approval, 'ada')
    await expect(rejectRegistration(approval.world, ada.account.id, null)).rejects.toMatchObject({
      code: 'account.not-waiting',
    })
    expect((await ada.get('/api/v1/accounts/verify_credentials')).status).toBe(200)
  })
})

describe('where people come in by invitation', () => {
  test('nobody comes in without one, nor with one that does not hold', async () => {
    const { app } = await appOn(invite)
    const over = await createInvite(invite.world, { by: null, expiresAt: new Date(Date.now() + 3_600_000) })
    await invite.db
      .updateTable('invite')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where('id', '=', over.id)
      .execute()
    for (const code of [undefined, '', 'x', 'A'.repeat(24), over.code, "' OR 1=1 --"]) {
      const reply = await app.post('/api/v1/accounts', wish('sara', { invite_code: code }))
      expect([reply.status, reply.json], String(code)).toEqual([403, { error: 'This action is not allowed' }])
    }
  })

  test('one for two lets in two of many who come at once', async () => {
    const { app } = await appOn(invite)
    const { code } = await createInvite(invite.world, { by: null, mostUses: 2 })
    const replies = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        app.post('/api/v1/accounts', wish(`sara${n}`, { invite_code: code })),
      ),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 403, 403, 403])
    const row = await invite.db
      .selectFrom('invite')
      .select('uses')
      .where('most_uses', '=', 2)
      .executeTakeFirst()
    expect(row).toEqual({ uses: 2 })
    const text = JSON.stringify(await invite.db.selectFrom('invite').selectAll().execute())
    expect(text).not.toContain(code)
  })

  test('a name that is taken uses none up', async () => {
    const { app } = await appOn(invite)
    const { code, id } = await createInvite(invite.world, { by: null, mostUses: 1 })
    await tootAs(invite, 'tilda')
    expect((await app.post('/api/v1/accounts', wish('Tilda', { invite_code: code }))).status).toBe(422)
    const row = await invite.db.selectFrom('invite').select('uses').where('id', '=', id).executeTakeFirst()
    expect(row).toEqual({ uses: 0 })
  })
})

test('the server says truly how people come in', async () => {
  const said = await Promise.all(
    [open, approval, invite].map(async (server) => {
      const v2 = (await apiClient(server).get('/api/v2/instance')).json
      const v1 = (await apiClient(server).get('/api/v1/instance')).json
      expectEntity('Instance', v2)
      const nodeInfo = JSON.parse((await server.ask('/nodeinfo/2.1')).text)
      const { enabled, approval_required, reason_required } = v2.registrations
      return [
        enabled,
        approval_required,
        reason_required,
        v1.registrations,
        v1.approval_required,
        nodeInfo.openRegistrations,
      ]
    }),
  )
  expect(said).toEqual([
    [true, false, false, true, false, true],
    [true, true, true, true, true, false],
    [false, false, false, false, false, false],
  ])
})

async function countAccounts({ db }: Whole): Promise<number> {
  const row = await db
    .selectFrom('account')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Opens a link as a browser does, and sends the form that is there. */
async function confirm(server: Whole, link: string): Promise<string> {
  const page = await server.ask(link)
  expect(page.status, page.text).toBe(200)
  const cookie = String(page.headers['set-cookie']).split(';')[0] ?? ''
  const fields = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  const reply = await server.ask('/sign-up/confirm', {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(
      fields.map(([, name = '', value = '']) => [name, value] as [string, string]),
    ).toString(),
  })
  expect(reply.status, reply.text).toBe(200)
  return reply.text
}

/** Nobody learns of somebody who waits. */
async function expectUnseen(server: Whole, name: string): Promise<void> {
  const { id } = (await findWaitingByName(server.db, name)) ?? expect.fail(`${name} does not wait`)
  const anyone = apiClient(server)
  const ada = await tootAs(server, 'ada')
  const activity = { headers: { accept: 'application/activity+json' } }
  const replies = [
    await server.ask(`/@${name}`),
    await server.ask(`/ap/actors/${id}`, activity),
    await server.ask(`/ap/actors/${id}/outbox`, activity),
    await server.ask(`/.well-known/webfinger?resource=acct:${name}@weft.test`),
    await anyone.get('/api/v1/accounts/lookup', { acct: name }),
    await anyone.get(`/api/v1/accounts/${id}`),
    await ada.get(`/api/v1/accounts/${id}`),
    await ada.get(`/api/v1/accounts/${id}/statuses`),
  ]
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 404))
  expect(
    (await ada.get('/api/v2/search', { q: name, type: 'accounts', resolve: true })).json.accounts,
  ).toEqual([])
  expect((await ada.get('/api/v1/accounts', { 'id[]': id })).json).toEqual([])
  expect((await ada.post(`/api/v1/accounts/${id}/follow`)).status).toBeGreaterThanOrEqual(400)
}
