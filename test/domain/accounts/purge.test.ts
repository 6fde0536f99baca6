import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetAccount } from '../../../src/domain/accounts/forget.ts'
import { purgeAccount } from '../../../src/domain/accounts/purge.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { remarkOn } from '../../../src/domain/remarks/remark.ts'
import type { World } from '../../../src/domain/world.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

let database: TestDatabase
let world: World
beforeAll(async () => {
  database = await testDatabase()
  world = testWorld(database.db).world
})
afterAll(() => database?.[Symbol.asyncDispose]())

const postsOf = async (id: string) =>
  (
    await world.db
      .selectFrom('post')
      .select('id')
      .where('account_id', '=', id as never)
      .execute()
  ).length

async function someoneWith(name: string, count: number) {
  const account = await personElsewhere(world, name)
  await receivePosts(
    world,
    Array.from({ length: count }, () => ({ incoming: incomingBy(account), author: account, wanted: true })),
  )
  return account
}

test('what was cut short is gone on with: some hundred rows at a time, to the last', async () => {
  const carl = await personHere(world, 'carl')
  const fay = await someoneWith('fay', 250)
  await requestFollow(world, fay, carl, `${fay.uri}/follows/1`)
  await remarkOn(world, carl, fay, 'from the train')
  await forgetAccount(world, fay)
  await expect(purgeAccount(world, fay.id, AbortSignal.abort())).rejects.toThrow()
  expect(await postsOf(fay.id)).toBe(150)
  await purgeAccount(world, fay.id, new AbortController().signal)
  expect(await postsOf(fay.id)).toBe(0)
  expect(await world.db.selectFrom('follow').select('id').execute()).toEqual([])
  expect(await world.db.selectFrom('account_remark').select('text').execute()).toEqual([])
  const stat = await world.db
    .selectFrom('account_stat')
    .select(['posts', 'followers'])
    .where('account_id', '=', carl.id)
    .executeTakeFirst()
  expect(stat).toEqual({ posts: 0, followers: 0 })
  await purgeAccount(world, fay.id, new AbortController().signal)
})

test('an account that is there again keeps what is left of it', async () => {
  const gus = await someoneWith('gus', 150)
  await forgetAccount(world, gus)
  await expect(purgeAccount(world, gus.id, AbortSignal.abort())).rejects.toThrow()
  await personElsewhere(world, 'gus')
  await purgeAccount(world, gus.id, new AbortController().signal)
  expect(await postsOf(gus.id)).toBe(50)
})

test('an account of ours cannot be forgotten', async () => {
  await expect(forgetAccount(world, await personHere(world, 'dora'))).rejects.toThrow()
})
