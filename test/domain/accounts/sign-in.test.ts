import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { transact } from '../../../src/db/transact.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { changePassword } from '../../../src/domain/accounts/change-password.ts'
import { endEverywhere } from '../../../src/domain/accounts/end-everywhere.ts'
import { findLogin, updatePassword } from '../../../src/domain/accounts/login-store.ts'
import { hashPassword } from '../../../src/domain/accounts/password.ts'
import { registerAccount } from '../../../src/domain/accounts/register.ts'
import { putAuthenticator } from '../../../src/domain/accounts/second-factor-store.ts'
import { signIn } from '../../../src/domain/accounts/sign-in.ts'
import { testDatabase } from '../../support/database.ts'
import { testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db, clock } = world

const FORMER = 'seven small boats at dawn'
const next = await hashPassword('eight large boats at dusk')
let count = 0
let account: LocalAccount
beforeEach(async () => {
  account = await registerAccount(world, { name: `boat${++count}`, password: FORMER })
})

/** How it stands as soon as the password is another one, whatever the sign-in that was under way makes of it. */
async function leftAfterChange(): Promise<number> {
  const signing = signIn(world, { login: account.name, password: FORMER }).catch((error: unknown) => error)
  // It looks the password up; to check it takes longer than that.
  await sleep(5)
  await transact(db, async (tx) => {
    await updatePassword(tx, account.id, next)
    await endEverywhere(tx, account.id)
  })
  await signing
  const rows = [
    await db.selectFrom('session').select('account_id').where('account_id', '=', account.id).execute(),
    await db.selectFrom('second_step').select('account_id').where('account_id', '=', account.id).execute(),
  ]
  return rows.flat().length
}

test('who signs in while the password changes has nothing left of the former one', async () => {
  expect(await leftAfterChange()).toBe(0)
})

test('nor where a second factor is asked for after it', async () => {
  const secretSealed = Buffer.alloc(32)
  await transact(db, (tx) =>
    putAuthenticator(tx, { accountId: account.id, secretSealed, lastStep: 0, now: clock.now() }),
  )
  expect(await leftAfterChange()).toBe(0)
})

test('the same password opens many sessions at once', async () => {
  const signedIn = await Promise.all(
    Array.from({ length: 4 }, () => signIn(world, { login: account.name, password: FORMER })),
  )
  expect(signedIn.map(({ complete }) => complete)).toEqual([true, true, true, true])
})

test('who changes the password by the former one while it changes comes too late', async () => {
  const change = { current: FORMER, next: 'nine swift boats at noon' }
  const changing = changePassword(world, account, change).catch((error: unknown) => error)
  await sleep(5)
  await transact(db, (tx) => updatePassword(tx, account.id, next))
  expect(await changing).toMatchObject({ code: 'login.wrong' })
  expect((await findLogin(db, account.id))?.passwordHash).toBe(next)
})
