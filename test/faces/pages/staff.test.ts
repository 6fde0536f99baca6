import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findWaitingByName } from '../../../src/domain/accounts/registration-find.ts'
import { signUp } from '../../../src/domain/accounts/sign-up.ts'
import { findInvite } from '../../../src/domain/invites/find.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { PASSWORD, type Site, startSite } from './site.ts'

let database: TestDatabase
let site: Site
beforeAll(async () => {
  database = await testDatabase()
  site = await startSite({ db: database.db, registration: 'approval' })
  await site.person('boss', { role: 'owner' })
  await site.person('ada')
})
afterAll(async () => {
  await site?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

const asks = (name: string, reason: string) =>
  signUp(
    site.world,
    { name, password: PASSWORD, agreed: true, reason },
    { door: { registration: 'approval', mail: false }, emailNeeded: false, spend: async () => undefined },
  )
const signedIn = async (name: string) => {
  const visitor = site.visitor()
  expect((await visitor.signIn(name)).status).toBe(303)
  return visitor
}
const idOf = async (name: string) =>
  (await findWaitingByName(database.db, name))?.id ?? expect.fail(`${name} does not wait`)

describe('those who look after the server', () => {
  it('see who waits and why, let them in, or turn them away', async () => {
    await asks('finn', 'I <weave>.')
    await asks('gudrun', 'Buy my wool.')
    const boss = await signedIn('boss')
    expect((await boss.get('/accounts')).body).toContain('Waits for approval')
    const { body } = await boss.get('/accounts/waiting')
    for (const text of ['@finn', 'I &lt;weave&gt;.', '@gudrun']) expect(body).toContain(text)
    const approve = await boss.send('/accounts/waiting', '/accounts/waiting/approve', {
      id: await idOf('finn'),
    })
    expect([approve.status, approve.headers.get('location')]).toEqual([303, '/accounts/waiting'])
    const gudrun = await idOf('gudrun')
    expect((await boss.send('/accounts/waiting', '/accounts/waiting/reject', { id: gudrun })).status).toBe(
      303,
    )
    expect((await boss.get('/accounts/waiting')).body).toContain('Nobody waits')
    expect((await site.visitor().signIn('finn')).status).toBe(303)
    expect((await site.visitor().signIn('gudrun')).status).toBe(401)
    const acts = await database.db
      .selectFrom('moderation_act')
      .select(['act', 'details'])
      .orderBy('id')
      .execute()
    expect(acts.map(({ act }) => act)).toEqual(['account.approve', 'account.reject'])
    const csrf = /name="csrf" value="([^"]+)"/.exec((await boss.get('/accounts/invites')).body)?.[1] ?? ''
    for (const id of [gudrun, '404', 'x', ''])
      expect(
        (await boss.post('/accounts/waiting/reject', { csrf, id }, { 'sec-fetch-site': 'same-origin' }))
          .status,
      ).toBeGreaterThanOrEqual(400)
  })

  it('make invitations, whose link is shown once, and take them back', async () => {
    const boss = await signedIn('boss')
    const made = await boss.send('/accounts/invites', '/accounts/invites', { uses: '2', days: '' })
    const code = /\/invite\/([\w-]{24})/.exec(made.body)?.[1] ?? expect.fail(made.body)
    expect(await findInvite(database.db, code)).toMatchObject({ by: 'boss', mostUses: 2, expiresAt: null })
    const { body } = await boss.get('/accounts/invites')
    expect([body.includes('0 of 2 came by it'), body.includes(code)]).toEqual([true, false])
    const id = String((await findInvite(database.db, code))?.id)
    expect((await boss.send('/accounts/invites', '/accounts/invites/revoke', { id })).status).toBe(303)
    expect((await site.visitor().get(`/invite/${code}`)).status).toBe(403)
    for (const wrong of [
      { uses: '0', days: '' },
      { uses: 'x', days: '' },
      { uses: '1', days: '-1' },
    ])
      expect((await boss.send('/accounts/invites', '/accounts/invites', wrong)).status).toBe(400)
  })

  it('are nobody else', async () => {
    await asks('hedda', 'I sing.')
    const id = await idOf('hedda')
    const ada = await signedIn('ada')
    expect((await ada.get('/accounts')).body).not.toContain('/accounts/waiting')
    const csrf = /name="csrf" value="([^"]+)"/.exec((await ada.get('/accounts/security')).body)?.[1] ?? ''
    const how = { 'sec-fetch-site': 'same-origin' }
    const before = await database.db.selectFrom('invite').selectAll().execute()
    const replies = [
      await ada.get('/accounts/waiting'),
      await ada.get('/accounts/invites'),
      await ada.post('/accounts/waiting/approve', { csrf, id }, how),
      await ada.post('/accounts/waiting/reject', { csrf, id }, how),
      await ada.post('/accounts/invites', { csrf, uses: '1', days: '1' }, how),
      await ada.post('/accounts/invites/revoke', { csrf, id: '1' }, how),
    ]
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 403))
    expect((await site.visitor().get('/accounts/waiting')).status).toBe(401)
    expect(await findWaitingByName(database.db, 'hedda')).toBeDefined()
    expect(await database.db.selectFrom('invite').selectAll().execute()).toEqual(before)
  })
})
