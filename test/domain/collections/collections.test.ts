import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { addMember, removeCollection, removeMember } from '../../../src/domain/collections/change.ts'
import { createCollection, MOST_COLLECTIONS } from '../../../src/domain/collections/create.ts'
import {
  countCollectionItems,
  findCollectionItem,
  listCollectionItems,
} from '../../../src/views/collections.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { personHere, testWorld } from '../../support/world.ts'

let database: TestDatabase
let world: ReturnType<typeof testWorld>['world']
let anna: LocalAccount
let ben: LocalAccount

beforeAll(async () => {
  database = await testDatabase()
  world = testWorld(database.db).world
  anna = await personHere(world, 'anna')
  ben = await personHere(world, 'ben')
})
afterAll(() => database?.[Symbol.asyncDispose]())

const empty = { ordered: true, body: '{}', visibility: 'public', recipients: [], members: [] } as const
const thing = (number: number) => `https://far.test/things/${number}`
const from = (first: number, last: number) =>
  Array.from({ length: first - last + 1 }, (_, index) => thing(first - index))

test('what is in one is read in pages from either side, the last first, and a page stays what it is', async () => {
  const id = await createCollection(world, anna, { ...empty, members: from(30, 1).reverse() })
  const read = async (range: { before?: string; after?: string }) =>
    listCollectionItems(world.db, id, undefined, { ...range, limit: 10 } as never)
  const newest = await read({})
  expect(newest.map(({ uri }) => uri)).toEqual(from(30, 21))
  const next = await read({ before: newest.at(-1)?.id ?? '' })
  expect(next.map(({ uri }) => uri)).toEqual(from(20, 11))

  expect(await addMember(world, anna, id, thing(31))).toBe(true)
  expect(await addMember(world, anna, id, thing(5))).toBe(false)
  expect(await removeMember(world, anna, id, thing(15))).toBe(true)
  expect(await removeMember(world, anna, id, thing(15))).toBe(false)
  const again = await read({ before: newest.at(-1)?.id ?? '' })
  expect(again.map(({ uri }) => uri)).toEqual([...from(20, 16), ...from(14, 10)])
  const back = await read({ after: next[0]?.id ?? '' })
  expect(back.map(({ uri }) => uri)).toEqual(from(30, 21))
  expect(await countCollectionItems(world.db, id, undefined)).toBe(30)
  expect(await findCollectionItem(world.db, id, undefined, thing(20))).toMatchObject({ uri: thing(20) })
  expect(await findCollectionItem(world.db, id, undefined, thing(15))).toBeUndefined()
})

test('nobody keeps more than can be listed, and only whoever keeps one changes it', async () => {
  const first = await createCollection(world, ben, empty)
  for (let count = 1; count < MOST_COLLECTIONS; count++) await createCollection(world, ben, empty)
  await expect(createCollection(world, ben, empty)).rejects.toMatchObject({ code: 'collection.too-many' })
  await expect(addMember(world, anna, first, thing(1))).rejects.toMatchObject({
    code: 'collection.not-yours',
  })
  await removeCollection(world, ben, first)
  await expect(addMember(world, ben, first, thing(1))).rejects.toMatchObject({ code: 'collection.not-found' })
  await createCollection(world, ben, empty)
})
