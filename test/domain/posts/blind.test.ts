import { afterAll, expect, test } from 'vitest'
import { blockAccount } from '../../../src/domain/blocks/block.ts'
import { editPost } from '../../../src/domain/posts/edit.ts'
import type { Draft, NamedAudience } from '../../../src/domain/posts/post.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { removePost } from '../../../src/domain/posts/remove.ts'
import { viewPost } from '../../../src/views/posts.ts'
import { testDatabase } from '../../support/database.ts'
import { rowsNaming } from '../../support/dump.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world
const anna = await personHere(world, 'anna')
const ben = await personHere(world, 'ben')
const quentin = await personHere(world, 'quentin')
const xavier = await personElsewhere(world, 'xavier')
const alice = await personElsewhere(world, 'alice')

const say = (audience: Partial<NamedAudience>, more: Partial<Draft> = {}) =>
  publishPost(world, anna, {
    text: 'hush',
    visibility: 'direct',
    audience: { named: [], silent: [], blind: [], ...audience },
    ...more,
  })
const notified = async (owner: typeof anna) =>
  (await db.selectFrom('notification').select('post_id').where('owner_id', '=', owner.id).execute()).map(
    (row) => row.post_id,
  )

test('whom nobody may know of is named in no row but by the flag: not in a job, nor after edits and the end', async () => {
  const id = await say({ named: [alice], blind: [xavier, quentin] })
  for (const { uri } of [xavier, quentin]) expect(await rowsNaming(db, uri)).toEqual({})
  expect(Object.keys(await rowsNaming(db, alice.uri))).toContain('job')
  await editPost(world, anna, id, { text: 'hush, hush' })
  for (const { uri } of [xavier, quentin]) expect(await rowsNaming(db, uri)).toEqual({})
  for (const viewer of [xavier, quentin]) {
    const post = await viewPost(db, id, { accountId: viewer.id })
    expect(post?.mentions.map(({ name }) => name)).toEqual(['alice'])
  }
  expect(await viewPost(db, id, { accountId: ben.id })).toBeUndefined()
  await removePost(world, anna, id)
  for (const { uri } of [xavier, quentin]) expect(await rowsNaming(db, uri)).toEqual({})
})

test('who is addressed without being named may read it and is told of it', async () => {
  const id = await say({ silent: [ben], blind: [quentin] })
  expect(await notified(ben)).toContain(id)
  expect(await notified(quentin)).toContain(id)
  const post = await viewPost(db, id, { accountId: ben.id })
  expect(post?.mentions.map(({ name, silent }) => [name, silent])).toEqual([['ben', true]])
})

test('words name nobody whom the app did not address', async () => {
  const id = await say({ named: [] }, { text: 'about @ben' })
  expect(await viewPost(db, id, { accountId: ben.id })).toBeUndefined()
  const post = await viewPost(db, id, { accountId: anna.id })
  expect(post?.contentHtml).toContain('h-card')
  expect(post?.mentions).toEqual([])
})

test('whoever an edit names is known from then on, and whoever could read it still can', async () => {
  const id = await say({ named: [alice], silent: [ben], blind: [quentin] })
  await editPost(world, anna, id, { text: 'aloud', audience: { named: [quentin], silent: [], blind: [] } })
  const post = await viewPost(db, id, { accountId: anna.id })
  const names = Object.fromEntries(post?.mentions.map(({ name, silent }) => [name, silent]) ?? [])
  expect(names).toEqual({ alice: true, ben: true, quentin: false })
})

test('a block shuts out whom nobody knows of as well', async () => {
  const id = await say({ blind: [quentin] })
  await blockAccount(world, quentin, anna)
  expect(await viewPost(db, id, { accountId: quentin.id })).toBeUndefined()
})
