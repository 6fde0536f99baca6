import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccountId } from '../../../src/base/ids.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { MailJob } from '../../../src/domain/accounts/jobs.ts'
import { type Letter, letterFor } from '../../../src/domain/accounts/letters.ts'
import { approveRegistration } from '../../../src/domain/accounts/registration.ts'
import { findWaitingByName } from '../../../src/domain/accounts/registration-find.ts'
import { findBearer } from '../../../src/domain/grants/find.ts'
import { issueToken } from '../../../src/domain/grants/issue.ts'
import { scopesFrom } from '../../../src/domain/grants/scopes.ts'
import { createInvite } from '../../../src/domain/invites/invite.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { PASSWORD, SECRET, type Site, type SiteOptions, startSite } from './site.ts'

const NEW_PASSWORD = 'eight larger boats at dusk'
const vault = { config: { secret: new Secret(SECRET) } }

let database: TestDatabase
const sites: Site[] = []
const siteWith = async (options: Omit<SiteOptions, 'db'>): Promise<Site> => {
  const site = await startSite({ db: database.db, ...options })
  sites.push(site)
  return site
}
let open: Site
let lettered: Site
let approval: Site
let invite: Site
let closed: Site
beforeAll(async () => {
  database = await testDatabase()
  open = await siteWith({ registration: 'open' })
  lettered = await siteWith({ registration: 'open', mail: true })
  approval = await siteWith({ registration: 'approval' })
  invite = await siteWith({ registration: 'invite' })
  closed = await siteWith({ registration: 'closed', mail: true })
}, 60_000)
afterAll(async () => {
  for (const site of sites) await site[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

/** The letters that are asked for and were not looked at yet, as a worker would make them. */
async function letters(site: Site): Promise<Letter[]> {
  const rows = await database.db.deleteFrom('job').where('kind', '=', 'mail').returning('payload').execute()
  const made = await Promise.all(
    rows.map(({ payload }) => letterFor(site.world, vault, JSON.parse(payload) as MailJob)),
  )
  return made.filter((letter) => letter !== undefined)
}

const linkIn = (letter: Letter | undefined) =>
  /https?:\/\/[^/\s]+(\/\S+\?token=\S+)/.exec(letter?.text ?? '')?.[1] ?? ''
const wish = (name: string) => ({ name, password: PASSWORD, agree: 'on' })

describe('the sign-up page', () => {
  it('makes an account and lets its owner in where there is nothing to wait for', async () => {
    const visitor = open.visitor()
    const page = await visitor.get('/sign-up')
    expect(page.body).not.toMatch(/name="(?:email|reason)"|<script/)
    const reply = await visitor.send('/sign-up', '/sign-up', {
      ...wish('nils'),
      role: 'owner',
      confirmed: '1',
    })
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/accounts'])
    expect((await visitor.get('/accounts')).body).toContain('@nils')
    const row = await database.db
      .selectFrom('login')
      .innerJoin('account', 'account.id', 'login.account_id')
      .select('role')
      .where('name', '=', 'nils')
      .executeTakeFirst()
    expect(row).toEqual({ role: 'user' })
    expect((await visitor.get('/sign-up')).headers.get('location')).toBe('/accounts')
  })

  it('shows the rules, and says what is wrong with what was typed, all of it at once', async () => {
    await database.db
      .insertInto('server_rule')
      .values({ id: '1' as never, text: 'Be <kind>', hint: 'To all', position: 1 } as never)
      .execute()
    const visitor = lettered.visitor()
    expect((await visitor.get('/sign-up')).body).toContain('Be &lt;kind&gt;')
    const reply = await visitor.send('/sign-up', '/sign-up', {
      name: 'nils',
      email: '"><b>@x',
      password: 'short',
    })
    expect(reply.status).toBe(422)
    for (const text of [
      'name is taken',
      'looks like name@example.org',
      'at least 8 characters',
      'agree to them',
    ])
      expect(reply.body).toContain(text)
    expect(reply.body).toContain('value="&quot;&gt;&lt;b&gt;@x"')
    expect(reply.body).not.toContain('value="short"')
    expect(await letters(lettered)).toEqual([])
  })

  it.each([
    'a@b.test\r\nBcc: c@d.test',
    'a@b.test\nX: y',
    'a@b.test,c@d.test',
    'a@b.test c@d.test',
    '<a@b.test>',
    'a@b',
  ])('takes %j for no address', async (email) => {
    const reply = await lettered.visitor().send('/sign-up', '/sign-up', { ...wish('odd'), email })
    expect([reply.status, await letters(lettered)]).toEqual([422, []])
  })

  it('asks for the address to be confirmed, which a look at the link does not do', async () => {
    const visitor = lettered.visitor()
    const reply = await visitor.send('/sign-up', '/sign-up', { ...wish('oda'), email: 'oda@mail.test' })
    expect(reply.headers.get('location')).toBe('/sign-up/done?waits=confirmation')
    expect((await visitor.get('/sign-up/done?waits=confirmation')).body).toContain('e-mail is on its way')
    const waiting = await visitor.signIn('oda')
    expect([waiting.status, waiting.body.includes('not confirmed yet')]).toEqual([403, true])
    expect((await visitor.signIn('oda', 'a wrong password')).status).toBe(401)
    const [letter] = await letters(lettered)
    expect(letter).toMatchObject({ to: 'oda@mail.test', what: 'confirm' })
    const link = linkIn(letter)
    const scanner = lettered.visitor()
    expect((await scanner.get(link)).status).toBe(200)
    expect((await scanner.head(link)).status).toBe(200)
    expect(await findWaitingByName(database.db, 'oda')).toBeDefined()
    for (const spoiled of [
      link.slice(0, -1),
      `${link}x`,
      link.replace(/=\d+/, '=1'),
      '/sign-up/confirm?token=',
      '/sign-up/confirm',
    ])
      expect((await scanner.get(spoiled)).status, spoiled).toBe(410)
    const done = await scanner.send(link, '/sign-up/confirm', {})
    expect([done.status, done.body.includes('Your account is ready')]).toEqual([200, true])
    expect((await visitor.signIn('oda')).status).toBe(303)
    expect((await lettered.visitor().signIn('ODA@mail.test')).status).toBe(303)
  })

  it('sends the link again to who signs in with the right password, not more often than every ten minutes', async () => {
    const visitor = lettered.visitor()
    await visitor.send('/sign-up', '/sign-up', { ...wish('per'), email: 'per@mail.test' })
    expect(await letters(lettered)).toHaveLength(1)
    await visitor.signIn('per')
    expect(await letters(lettered)).toHaveLength(0)
    lettered.clock.advance(11 * 60_000)
    await visitor.signIn('per', 'a wrong password')
    expect(await letters(lettered)).toHaveLength(0)
    await Promise.all([visitor.signIn('per'), visitor.signIn('per'), visitor.signIn('per')])
    expect(await letters(lettered)).toHaveLength(1)
  })

  it('a confirmation link holds for two days', async () => {
    const visitor = lettered.visitor()
    await visitor.send('/sign-up', '/sign-up', { ...wish('quin'), email: 'quin@mail.test' })
    const link = linkIn((await letters(lettered))[0])
    lettered.clock.advance(2 * 86_400_000 - 1000)
    expect((await visitor.get(link)).status).toBe(200)
    lettered.clock.advance(2000)
    expect((await visitor.get(link)).status).toBe(410)
  })

  it('of two who want one address, whoever confirms it first has it', async () => {
    for (const name of ['rolf', 'runa'])
      await lettered.visitor().send('/sign-up', '/sign-up', { ...wish(name), email: 'one@mail.test' })
    const links = (await letters(lettered)).map(linkIn)
    const replies = await Promise.all(
      links.map((link) => lettered.visitor().send(link, '/sign-up/confirm', {})),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 422])
  })

  it('where accounts are approved, asks why, and says who decides', async () => {
    const visitor = approval.visitor()
    const without = await visitor.send('/sign-up', '/sign-up', wish('siri'))
    expect([without.status, without.body.includes('say why you want to join')]).toEqual([422, true])
    const reply = await visitor.send('/sign-up', '/sign-up', { ...wish('siri'), reason: 'I weave.' })
    expect(reply.headers.get('location')).toBe('/sign-up/done?waits=approval')
    const waiting = await visitor.signIn('siri')
    expect([waiting.status, waiting.body.includes('waits for the people')]).toEqual([403, true])
    expect((await visitor.get('/@siri')).status).toBe(404)
    const { id } = (await findWaitingByName(database.db, 'siri')) ?? expect.fail('siri does not wait')
    await approveRegistration(approval.world, id, null)
    expect((await visitor.signIn('siri')).status).toBe(303)
    expect((await visitor.get('/@siri')).status).toBe(200)
  })

  it('by invitation, begins at a link; who has none is told so', async () => {
    const visitor = invite.visitor()
    expect((await visitor.get('/sign-up')).body).toContain('by invitation')
    const guard = await visitor.send('/sign-in', '/sign-in', { login: 'x', password: 'y' })
    expect(guard.status).toBe(401)
    const without = await visitor.send('/sign-in', '/sign-in', { login: 'x', password: 'y' })
    expect(without.status).toBe(401)
    const { code } = await createInvite(invite.world, { by: null, mostUses: 1 })
    const json = await visitor.get(`/invite/${code}`, { accept: 'application/json' })
    expect(JSON.parse(json.body)).toEqual({
      invite_code: code,
      instance_api_url: `${invite.origin}/api/v2/instance`,
    })
    const reply = await visitor.send(`/invite/${code}`, '/sign-up', wish('tove'))
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/accounts'])
    for (const path of [`/invite/${code}`, '/invite/x', '/invite/%27', `/invite/${'A'.repeat(24)}`])
      expect((await invite.visitor().get(path)).status, path).toBe(403)
  })

  it('an invitation spares the wait for approval', async () => {
    const { code } = await createInvite(approval.world, { by: null })
    const visitor = approval.visitor()
    expect((await visitor.get(`/invite/${code}`)).body).not.toContain('name="reason"')
    const reply = await visitor.send(`/invite/${code}`, '/sign-up', wish('ulla'))
    expect(reply.headers.get('location')).toBe('/accounts')
  })

  it('where nobody comes in, says so, and lets nobody in', async () => {
    const { code } = await createInvite(open.world, { by: null })
    const visitor = closed.visitor()
    expect((await visitor.get('/sign-up')).body).toContain('no new accounts')
    expect((await visitor.get(`/invite/${code}`)).status).toBe(403)
    // A form from a time when it was otherwise.
    const fields = await visitor
      .get('/sign-in')
      .then(({ body }) => /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '')
    const reply = await visitor.post(
      '/sign-up',
      { csrf: fields, ...wish('vigo'), code },
      { 'sec-fetch-site': 'same-origin' },
    )
    expect(reply.status).toBe(403)
    expect((await visitor.get('/sign-in')).body).not.toContain('/sign-up')
  })

  it('does nothing for a form from another site', async () => {
    const reply = await open
      .visitor()
      .send('/sign-up', '/sign-up', wish('wim'), { 'sec-fetch-site': 'cross-site' })
    expect(reply.status).toBe(403)
  })

  it('lets five in from one address, and tells the sixth to wait', async () => {
    const limited = await siteWith({ registration: 'open', rateLimits: true })
    const visitor = limited.visitor()
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) {
      visitor.cookies.clear()
      statuses.push((await visitor.send('/sign-up', '/sign-up', wish(`many${n}`))).status)
    }
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429])
  })
})

describe('a forgotten password', () => {
  let yrsa: AccountId
  beforeAll(async () => {
    yrsa = (await lettered.person('yrsa')).id
    await database.db
      .updateTable('login')
      .set({ email: 'yrsa@mail.test' })
      .where('account_id', '=', yrsa)
      .execute()
  })
  const ask = (email: string, site = lettered) =>
    site.visitor().send('/password/forgot', '/password/forgot', { email })

  it('is asked for on a page that the sign-in page leads to, where letters can be sent', async () => {
    expect((await lettered.visitor().get('/sign-in')).body).toContain('/password/forgot')
    expect((await open.visitor().get('/sign-in')).body).not.toContain('/password/forgot')
    expect((await open.visitor().get('/password/forgot')).status).toBe(404)
  })

  it('S-139: the answer and the work are the same for an address that is nobody’s', async () => {
    await letters(lettered)
    const [known, unknown] = [await ask('YRSA@mail.test'), await ask('nobody@mail.test')]
    expect([known.status, known.headers.get('location'), known.body]).toEqual([
      unknown.status,
      unknown.headers.get('location'),
      unknown.body,
    ])
    const jobs = await database.db
      .selectFrom('job')
      .select('payload')
      .where('kind', '=', 'mail')
      .orderBy('id')
      .execute()
    expect(jobs.map(({ payload }) => JSON.parse(payload))).toEqual([
      { what: 'reset', accountId: yrsa },
      { what: 'nothing' },
    ])
    expect(await letters(lettered)).toMatchObject([{ what: 'reset', to: 'yrsa@mail.test' }])
  })

  it('S-139: takes as long for either', async () => {
    const timed = async (email: string) => {
      const visitor = lettered.visitor()
      const csrf = /name="csrf" value="([^"]+)"/.exec((await visitor.get('/password/forgot')).body)?.[1] ?? ''
      const began = performance.now()
      await visitor.post('/password/forgot', { csrf, email }, { 'sec-fetch-site': 'same-origin' })
      return performance.now() - began
    }
    const times = { known: [] as number[], unknown: [] as number[] }
    for (let n = 0; n < 12; n++) {
      times.known.push(await timed('yrsa@mail.test'))
      times.unknown.push(await timed(`nobody${n}@mail.test`))
    }
    const quickest = { known: Math.min(...times.known), unknown: Math.min(...times.unknown) }
    // One statement more or less would be a fifth or so; noise of the least of many is not as much.
    expect(quickest.unknown).toBeGreaterThan(quickest.known * 0.5)
    expect(quickest.known).toBeGreaterThan(quickest.unknown * 0.5)
    await letters(lettered)
  })

  it('is replaced once, and all else ends', async () => {
    const inside = lettered.visitor()
    expect((await inside.signIn('yrsa')).status).toBe(303)
    const { accessToken } = await issueToken(lettered.world, { accountId: yrsa, scopes: scopesFrom('read') })
    await ask('yrsa@mail.test')
    const [letter] = await letters(lettered)
    const link = linkIn(letter)
    const visitor = lettered.visitor()
    const weak = await visitor.send(link, '/password/reset', { password: 'password1' })
    expect([weak.status, weak.body.includes('among the first')]).toEqual([422, true])
    const replies = await Promise.all(
      [0, 1, 2].map(() => lettered.visitor().send(link, '/password/reset', { password: NEW_PASSWORD })),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([303, 410, 410])
    expect((await visitor.get(link)).status).toBe(410)
    expect((await inside.get('/accounts')).headers.get('location')).toBe('/sign-in')
    expect(await findBearer(lettered.world, accessToken)).toBeUndefined()
    expect((await visitor.signIn('yrsa')).status).toBe(401)
    expect((await visitor.signIn('yrsa', NEW_PASSWORD)).status).toBe(303)
    expect(await letters(lettered)).toMatchObject([{ what: 'changed', to: 'yrsa@mail.test' }])
  })

  it('the link holds for an hour, for one thing, and for one account', async () => {
    await ask('yrsa@mail.test')
    const link = linkIn((await letters(lettered))[0])
    const visitor = lettered.visitor()
    const token = new URL(link, 'https://x').searchParams.get('token') ?? ''
    const other = await lettered.person('zita')
    expect((await visitor.get(`/sign-up/confirm?token=${token}`)).status).toBe(410)
    expect((await visitor.get(`/password/reset?token=${token.replace(yrsa, other.id)}`)).status).toBe(410)
    lettered.clock.advance(3_599_000)
    expect((await visitor.get(link)).status).toBe(200)
    lettered.clock.advance(2000)
    expect((await visitor.get(link)).status).toBe(410)
  })

  it('of an account that may not sign in is not replaced', async () => {
    await ask('yrsa@mail.test')
    const link = linkIn((await letters(lettered))[0])
    await database.db
      .updateTable('login')
      .set({ disabled_at: new Date() })
      .where('account_id', '=', yrsa)
      .execute()
    expect((await lettered.visitor().get(link)).status).toBe(410)
    await ask('yrsa@mail.test')
    expect(await letters(lettered)).toEqual([])
    await database.db.updateTable('login').set({ disabled_at: null }).where('account_id', '=', yrsa).execute()
  })

  it('S-139: five letters an hour go to one address, be it somebody’s or nobody’s', async () => {
    const limited = await siteWith({
      registration: 'open',
      mail: true,
      rateLimits: true,
      trustedProxies: ['127.0.0.1'],
    })
    const statuses = async (email: string, from: string) => {
      const list: number[] = []
      for (let n = 0; n < 6; n++) {
        const visitor = limited.visitor({ 'x-forwarded-for': from })
        list.push((await visitor.send('/password/forgot', '/password/forgot', { email })).status)
      }
      return list
    }
    const known = await statuses('yrsa@mail.test', '203.0.113.5')
    expect(known).toEqual([303, 303, 303, 303, 303, 429])
    expect(await statuses('somebody@mail.test', '203.0.113.6')).toEqual(known)
    await letters(limited)
  })
})

describe('the address of somebody who is here', () => {
  it('is another one once that is confirmed; whoever reads the old one is told, and all else ends', async () => {
    await lettered.person('zora')
    const visitor = lettered.visitor()
    await visitor.signIn('zora')
    await letters(lettered)
    const set = async (email: string, by = visitor) =>
      by.send('/accounts/security', '/accounts/security/email', { email })
    expect((await set('no address')).status).toBe(422)
    expect((await set('zora@mail.test')).headers.get('location')).toBe('/accounts/security?done=email')
    expect((await visitor.get('/accounts/security')).body).toContain('waits to be confirmed')
    const [first, ...none] = await letters(lettered)
    expect(none).toEqual([])
    const done = await lettered.visitor().send(linkIn(first), '/sign-up/confirm', {})
    expect([done.status, done.body.includes('signed out everywhere')]).toEqual([200, true])
    expect((await visitor.get('/accounts')).headers.get('location')).toBe('/sign-in')

    const again = lettered.visitor()
    expect((await again.signIn('zora@mail.test')).status).toBe(303)
    await set('other@mail.test', again)
    const sent = await letters(lettered)
    expect(sent.map(({ what, to }) => [what, to]).sort()).toEqual([
      ['confirm', 'other@mail.test'],
      ['moving', 'zora@mail.test'],
    ])
    const link = linkIn(sent.find(({ what }) => what === 'confirm'))
    expect((await lettered.visitor().send(link, '/sign-up/confirm', {})).status).toBe(200)
    expect((await lettered.visitor().signIn('zora@mail.test')).status).toBe(401)
    expect((await lettered.visitor().signIn('other@mail.test')).status).toBe(303)
  })

  it('is changed only by who has just given the password', async () => {
    const visitor = lettered.visitor()
    await visitor.signIn('zora')
    const csrf = /name="csrf" value="([^"]+)"/.exec((await visitor.get('/accounts/security')).body)?.[1] ?? ''
    lettered.clock.advance(11 * 60_000)
    const reply = await visitor.post(
      '/accounts/security/email',
      { csrf, email: 'evil@mail.test' },
      { 'sec-fetch-site': 'same-origin' },
    )
    expect(reply.headers.get('location')).toContain('/accounts/security/confirm')
    expect(await letters(lettered)).toEqual([])
  })
})
