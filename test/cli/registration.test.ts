import { afterAll, expect, test } from 'vitest'
import { findWaitingByName } from '../../src/domain/accounts/registration-find.ts'
import { signUp } from '../../src/domain/accounts/sign-up.ts'
import { findInvite, isOpen } from '../../src/domain/invites/find.ts'
import { testDatabase } from '../support/database.ts'
import { runCli } from '../support/weft.ts'
import { testWorld } from '../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const env = { DATABASE_URL: database.url, WEFT_SECRET: 'a secret of the tests, long enough' }
const { world, clock } = testWorld(database.db)
clock.set(new Date())

const asks = (name: string, reason: string) =>
  signUp(
    world,
    { name, password: 'seven small boats at dawn', agreed: true, reason },
    { door: { registration: 'approval', mail: false }, emailNeeded: false, spend: async () => undefined },
  )

test('an invitation is made, shown without its link, and taken back', async () => {
  const [made] = await runCli(env, ['invite', 'create', '--uses', '3', '--expires', '7d'])
  const link = String(made?.link)
  const code = /\/invite\/([\w-]{24})$/.exec(link)?.[1] ?? expect.fail(link)
  const invite = (await findInvite(database.db, code)) ?? expect.fail('no such invitation')
  expect([invite.mostUses, isOpen(invite, new Date())]).toEqual([3, true])
  expect(Math.round(((invite.expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000)).toBe(7)
  const listed = await runCli(env, ['invite', 'list'])
  expect(listed).toMatchObject([{ id: invite.id, by: null, uses: 0, mostUses: 3, open: true }])
  expect(JSON.stringify(listed)).not.toContain(code)
  await runCli(env, ['invite', 'revoke', String(invite.id)])
  expect(isOpen((await findInvite(database.db, code)) ?? invite, new Date())).toBe(false)
  await expect(runCli(env, ['invite', 'revoke', String(invite.id)])).rejects.toThrow('no such invitation')
}, 60_000)

test.each([
  [['invite', 'create', '--uses', '0'], '0 is no number'],
  [['invite', 'create', '--uses', '999999999'], 'a number of people from 1 to'],
  [['invite', 'create', '--expires', 'soon'], 'looks like 30m'],
  [['invite', 'create', '--expires', '0d'], 'in the future'],
  [['invite', 'revoke', 'x'], 'x is no number'],
  [['account', 'approve', 'nobody'], 'Nobody called nobody waits'],
] as const)(
  'weft %j is told in one sentence',
  async (args, sentence) => {
    await expect(runCli(env, args)).rejects.toThrow(sentence)
  },
  60_000,
)

test('where nobody comes in, no invitation is made', async () => {
  const closed = { ...env, WEFT_REGISTRATION: 'closed' }
  await expect(runCli(closed, ['invite', 'create'])).rejects.toThrow('WEFT_REGISTRATION is closed')
}, 60_000)

test('who waits is listed with their reason, and let in or turned away', async () => {
  await asks('finn', 'I weave.')
  await asks('gudrun', 'Buy\u001b[2J my wool.')
  const waiting = await runCli(env, ['account', 'list', '--waiting'])
  expect(waiting).toMatchObject([
    { name: 'gudrun', waitsFor: 'approval' },
    { name: 'finn', waitsFor: 'approval', reason: 'I weave.' },
  ])
  await runCli(env, ['account', 'approve', 'Finn'])
  await runCli(env, ['account', 'reject', '@gudrun'])
  expect(await findWaitingByName(database.db, 'finn')).toBeUndefined()
  expect(await runCli(env, ['account', 'list'])).toMatchObject([{ name: 'finn', role: 'user' }])
  expect(await runCli(env, ['account', 'list', '--waiting'])).toEqual([])
}, 60_000)
