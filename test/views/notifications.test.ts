import { afterAll, expect, test } from 'vitest'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { suspendAccount } from '../../src/domain/moderation/suspend.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { listNotifications } from '../../src/views/notifications.ts'
import { testDatabase } from '../support/database.ts'
import { personHere, testWorld } from '../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world

const kinds = async (id: Parameters<typeof listNotifications>[1]) =>
  (await listNotifications(db, id, { limit: 20 })).items.map(({ kind, postId }) => ({ kind, postId }))

test('S-086: what was deleted stands in nobody’s notifications', async () => {
  const [ann, bob] = [await personHere(world, 'ann'), await personHere(world, 'bob')]
  const postId = await publishPost(world, ann, { text: 'For @bob alone', visibility: 'direct' })
  expect(await kinds(bob.id)).toEqual([{ kind: 'mention', postId }])
  await removePost(world, ann, postId)
  expect(await kinds(bob.id)).toEqual([])
})

test('S-086: a block and a suspension take away what was told of whom they concern', async () => {
  const [eve, fay, gus] = [
    await personHere(world, 'eve'),
    await personHere(world, 'fay'),
    await personHere(world, 'gus'),
  ]
  const postId = await publishPost(world, eve, { text: 'Open', visibility: 'public' })
  await likePost(world, fay, postId)
  await boostPost(world, gus, postId)
  expect(await kinds(eve.id)).toHaveLength(2)
  await blockAccount(world, eve, fay)
  expect((await kinds(eve.id)).map(({ kind }) => kind)).toEqual(['boost'])
  await suspendAccount(world, gus)
  expect(await kinds(eve.id)).toEqual([])
})
