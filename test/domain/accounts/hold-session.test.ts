import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { transact } from '../../../src/db/transact.ts'
import { signOutEverywhere } from '../../../src/domain/accounts/end-everywhere.ts'
import { holdSession, openSession } from '../../../src/domain/accounts/session.ts'
import { testDatabase } from '../../support/database.ts'
import { personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db, clock } = world

test('what is done in a session is done before it ends, or not at all', async () => {
  const anna = await personHere(world, 'anna')
  const ben = await personHere(world, 'ben')
  const token = await openSession(world, anna.id, undefined)
  const order: string[] = []
  const doing = transact(db, async (tx) => {
    await holdSession(tx, anna.id, token, clock.now())
    await sleep(150)
    order.push('done')
  })
  await sleep(50)
  await signOutEverywhere(world, anna.id)
  order.push('ended')
  await doing
  expect(order).toEqual(['done', 'ended'])
  const late = transact(db, (tx) => holdSession(tx, anna.id, token, clock.now()))
  await expect(late).rejects.toMatchObject({ code: 'login.required' })
  const theirs = await openSession(world, ben.id, undefined)
  const foreign = transact(db, (tx) => holdSession(tx, anna.id, theirs, clock.now()))
  await expect(foreign).rejects.toMatchObject({ code: 'login.required' })
})
