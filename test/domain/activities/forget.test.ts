import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ActivityId, PostId } from '../../../src/base/ids.ts'
import { transact } from '../../../src/db/transact.ts'
import { forgetPassing } from '../../../src/domain/activities/forget.ts'
import { insertActivity } from '../../../src/domain/activities/store.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { personHere, testWorld } from '../../support/world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.[Symbol.asyncDispose]())

test('answers to follows are forgotten after a month; what is public or about a post is kept', async () => {
  const { world, clock } = testWorld(database.db)
  const anna = await personHere(world, 'anna')
  const say = (kind: string, more: { public?: boolean; postId?: PostId } = {}) =>
    transact(world.db, async (tx) => {
      const id = world.ids.next<ActivityId>()
      const activity = { id, accountId: anna.id, kind, postId: null, public: false, body: '{}', ...more }
      await insertActivity(tx, activity, clock.now())
      return id
    })
  await say('Accept')
  const kept = [await say('Update', { public: true }), await say('Create', { postId: '7' as PostId })]
  clock.advance(31 * 86_400_000)
  kept.push(await say('Undo'))
  await forgetPassing(world)
  const left = await world.db.selectFrom('activity').select('id').where('account_id', '=', anna.id).execute()
  expect(left.map(({ id }) => id).sort()).toEqual(kept.sort())
})
