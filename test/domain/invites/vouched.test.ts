import { afterAll, expect, test } from 'vitest'
import { transact } from '../../../src/db/transact.ts'
import type { Role } from '../../../src/domain/accounts/account.ts'
import { findInvite, hashOfCode, isOpen } from '../../../src/domain/invites/find.ts'
import { createInvite } from '../../../src/domain/invites/invite.ts'
import { countUse } from '../../../src/domain/invites/store.ts'
import { testDatabase } from '../../support/database.ts'
import { personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db, clock } = world
const maker = await personHere(world, 'mia')
const become = (set: { role?: Role; disabled_at?: Date | null }) =>
  db.updateTable('login').set(set).where('account_id', '=', maker.id).execute()

/** Whether it is said to hold, and does. */
async function holds(code: string): Promise<readonly [said: boolean, does: boolean]> {
  const invite = await findInvite(db, code)
  const used = await transact(db, (tx) => countUse(tx, hashOfCode(code) as Buffer, clock.now()))
  return [invite !== undefined && isOpen(invite, clock.now()), used !== undefined]
}

test('an invitation holds as long as whoever made it looks after the server', async () => {
  await become({ role: 'moderator' })
  const { code } = await createInvite(world, { by: maker.id })
  expect(await holds(code)).toEqual([true, true])
  await become({ role: 'user' })
  expect(await holds(code)).toEqual([false, false])
  await become({ role: 'admin', disabled_at: clock.now() })
  expect(await holds(code)).toEqual([false, false])
  await become({ disabled_at: null })
  expect(await holds(code)).toEqual([true, true])
  await db.updateTable('account').set({ suspended_at: clock.now() }).where('id', '=', maker.id).execute()
  expect(await holds(code)).toEqual([false, false])
})

test('one of the command line is the operator’s', async () => {
  const { code } = await createInvite(world, { by: null })
  expect(await holds(code)).toEqual([true, true])
})
