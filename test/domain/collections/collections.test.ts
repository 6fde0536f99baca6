import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ObjectId } from '../../../src/base/ids.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { addMember, removeCollection, removeMember } from '../../../src/domain/collections/change.ts'
import { createCollection, MOST_COLLECTIONS, MOST_MEMBERS } from '../../../src/domain/collections/create.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
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

test('one holds ten thousand things and no more, until something is taken out', async () => {
  const id = await createCollection(world, anna, { ...empty, members: [thing(1)] })
  await sql`INSERT INTO collection_item (collection_id, id, uri, added_at)
    SELECT ${id}::bigint, n, 'https://far.test/things/' || n, now()
    FROM generate_series(2, ${MOST_MEMBERS}::int) AS n`.execute(world.db)
  const more = thing(MOST_MEMBERS + 1)
  await expect(addMember(world, anna, id, more)).rejects.toMatchObject({
    code: 'collection.full',
    details: { most: MOST_MEMBERS },
  })
  // What is in it already is said to be so, and nothing was changed.
  expect(await addMember(world, anna, id, thing(7))).toBe(false)
  expect(await countCollectionItems(world.db, id, undefined)).toBe(MOST_MEMBERS)
  expect(await removeMember(world, anna, id, thing(7))).toBe(true)
  expect(await addMember(world, anna, id, more)).toBe(true)
})

test('what is gone or not for a reader is not counted for them either', async () => {
  const post = async (visibility: 'public' | 'direct') =>
    publishPost(world, anna, { text: visibility, visibility }).then((id) => world.uris.post(id))
  const [open, closed, gone] = [await post('public'), await post('direct'), thing(900)]
  const objectId = world.ids.next<ObjectId>()
  await sql`INSERT INTO object (id, account_id, kind, visibility, body, published_at)
    VALUES (${objectId}::bigint, ${anna.id}::bigint, 'Place', 'direct', '{}', now())`.execute(world.db)
  const members = [
    open,
    closed,
    gone,
    world.uris.object(objectId),
    world.uris.object(world.ids.next()),
    thing(901),
  ]
  const id = await createCollection(world, anna, { ...empty, members })
  await sql`INSERT INTO tombstone (uri, account_uri, deleted_at)
    VALUES (${gone}, 'https://far.test/x', now())`.execute(world.db)
  for (const [reader, shown] of [
    [anna, 4],
    [ben, 2],
    [undefined, 2],
  ] as const) {
    const viewer = reader && { accountId: reader.id }
    expect(await countCollectionItems(world.db, id, viewer)).toBe(shown)
    expect(await listCollectionItems(world.db, id, viewer, { limit: 10 })).toHaveLength(shown)
  }
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
