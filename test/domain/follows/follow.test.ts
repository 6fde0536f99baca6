import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Account, LocalAccount } from '../../../src/domain/accounts/account.ts'
import { acceptFollow, rejectFollow, undoFollow } from '../../../src/domain/follows/answer.ts'
import { findFollow } from '../../../src/domain/follows/find.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { viewAccount } from '../../../src/views/accounts.ts'
import { listNotifications } from '../../../src/views/notifications.ts'
import { listFollowers } from '../../../src/views/relationships.ts'
import { listHome } from '../../../src/views/timelines.ts'
import { testDatabase } from '../../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world

let n = 0
let anna: LocalAccount
let locked: LocalAccount
let carl: Account
beforeEach(async () => {
  n += 1
  anna = await personHere(world, `anna${n}`)
  locked = await personHere(world, `locked${n}`, { manuallyApprovesFollowers: true })
  carl = await personElsewhere(world, `carl${n}`)
})

async function lastSaid(by: Account) {
  const row = await db
    .selectFrom('activity')
    .select('body')
    .where('account_id', '=', by.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && JSON.parse(row.body)
}
const followersOf = async (account: Account) => (await viewAccount(db, account.id))?.counts.followers
const pair = (follower: Account, followed: Account) => ({ followerId: follower.id, followedId: followed.id })

describe('being followed from elsewhere', () => {
  test('is accepted at once by an open account, and the Accept holds the whole Follow', async () => {
    expect(await requestFollow(world, carl, anna, 'https://far.test/f/1')).toBe('accepted')
    expect(await followersOf(anna)).toBe(1)
    expect(await lastSaid(anna)).toMatchObject({
      type: 'Accept',
      actor: anna.uri,
      object: { id: 'https://far.test/f/1', type: 'Follow', actor: carl.uri, object: anna.uri },
    })
    expect((await listNotifications(db, anna.id, { limit: 5 })).items).toMatchObject([{ kind: 'follow' }])
  })

  test('waits for its answer where followers are approved by hand', async () => {
    expect(await requestFollow(world, carl, locked, 'https://far.test/f/2')).toBe('requested')
    expect(await followersOf(locked)).toBe(0)
    expect(await lastSaid(locked)).toBeUndefined()
    expect((await listNotifications(db, locked.id, { limit: 5 })).items).toMatchObject([
      { kind: 'follow_request' },
    ])
    expect((await listFollowers(db, locked.id, { limit: 5, state: 'requested' })).items).toHaveLength(1)

    await acceptFollow(world, pair(carl, locked))
    expect(await followersOf(locked)).toBe(1)
    expect(await lastSaid(locked)).toMatchObject({ type: 'Accept', object: { id: 'https://far.test/f/2' } })
    expect((await listNotifications(db, locked.id, { limit: 5 })).items).toMatchObject([{ kind: 'follow' }])
  })

  test('that is turned down leaves nothing but a Reject', async () => {
    await requestFollow(world, carl, locked, 'https://far.test/f/3')
    await rejectFollow(world, pair(carl, locked))
    expect(await findFollow(db, carl.id, locked.id)).toBeUndefined()
    expect(await lastSaid(locked)).toMatchObject({ type: 'Reject', object: { id: 'https://far.test/f/3' } })
    expect((await listNotifications(db, locked.id, { limit: 5 })).items).toEqual([])
  })

  test('that comes again is counted once and answered again, under its newest id', async () => {
    await requestFollow(world, carl, anna, 'https://far.test/f/4')
    expect(await requestFollow(world, carl, anna, 'https://far.test/f/5')).toBe('accepted')
    expect(await followersOf(anna)).toBe(1)
    expect(await lastSaid(anna)).toMatchObject({ type: 'Accept', object: { id: 'https://far.test/f/5' } })
  })

  test('ends by an Undo, and the count with it', async () => {
    await requestFollow(world, carl, anna, 'https://far.test/f/6')
    await undoFollow(world, pair(carl, anna))
    expect(await followersOf(anna)).toBe(0)
    await expect(undoFollow(world, pair(carl, anna))).rejects.toMatchObject({ code: 'follow.not-found' })
    expect(await followersOf(anna)).toBe(0)
  })

  test('by ten equal requests at once makes one follower', async () => {
    await Promise.all(
      Array.from({ length: 10 }, () => requestFollow(world, carl, anna, 'https://far.test/f/7')),
    )
    expect(await followersOf(anna)).toBe(1)
  })
})

describe('following somebody elsewhere', () => {
  test('is only asked for until their Accept comes (S-047)', async () => {
    expect(await requestFollow(world, anna, carl)).toBe('requested')
    const follow = await findFollow(db, anna.id, carl.id)
    expect(await lastSaid(anna)).toMatchObject({ type: 'Follow', id: follow?.uri, object: carl.uri })
    expect(await followersOf(carl)).toBe(0)
    await acceptFollow(world, pair(anna, carl))
    expect(await followersOf(carl)).toBe(1)
  })

  test('that is undone sends the whole Follow back in an Undo', async () => {
    await requestFollow(world, anna, carl)
    const follow = await findFollow(db, anna.id, carl.id)
    await undoFollow(world, pair(anna, carl))
    expect(await lastSaid(anna)).toMatchObject({
      type: 'Undo',
      object: { id: follow?.uri, type: 'Follow', object: carl.uri },
    })
  })

  test('oneself is refused', async () => {
    await expect(requestFollow(world, anna, anna)).rejects.toMatchObject({ code: 'follow.self' })
  })
})

test('a new follow brings what was said lately into the home, and its end takes it out', async () => {
  const ben = await personHere(world, `ben${n}`)
  const id = await publishPost(world, anna, { text: 'before', visibility: 'public' })
  await requestFollow(world, ben, anna)
  expect((await listHome(db, ben.id, { limit: 5 })).items.map((post) => post.id)).toEqual([id])
  await undoFollow(world, pair(ben, anna))
  expect((await listHome(db, ben.id, { limit: 5 })).items).toEqual([])
})
