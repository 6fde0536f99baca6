import { afterAll, beforeAll, expect, test } from 'vitest'
import { findPostByUri } from '../../../src/domain/posts/find.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import type { World } from '../../../src/domain/world.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere, testWorld } from '../../support/world.ts'

let database: TestDatabase
let world: World
beforeAll(async () => {
  database = await testDatabase()
  world = testWorld(database.db).world
})
afterAll(() => database[Symbol.asyncDispose]())

test.each(['followers', 'direct'] as const)(
  'S-053: a reply that comes before the %s post it answers joins it only if its author may see that',
  async (visibility) => {
    const [author, friend, stranger] = await Promise.all(
      ['author', 'friend', 'stranger'].map((name) => personElsewhere(world, name)),
    )
    if (!author || !friend || !stranger) throw new Error('nobody is there')
    const parent = incomingBy(author, {
      uri: `${author.uri}/${visibility}`,
      visibility,
      mentionUris: [friend.uri],
      recipientUris: [friend.uri],
    })
    const [wanted, found] = [{ wanted: true }, { wanted: true, found: true }]
    const replies = [
      { by: friend, joins: true, how: wanted },
      { by: author, joins: true, how: found },
      { by: stranger, joins: false, how: wanted },
      { by: stranger, joins: false, how: found },
    ].map((each, n) => ({
      ...each,
      incoming: incomingBy(each.by, { uri: `${each.by.uri}/${visibility}/${n}`, inReplyToUri: parent.uri }),
    }))
    for (const { by, incoming, how } of replies)
      expect(await receivePosts(world, [{ incoming, author: by, ...how }])).toEqual(['stored'])
    expect(await receivePosts(world, [{ incoming: parent, author, wanted: true }])).toEqual(['stored'])
    const known = await findPostByUri(world.db, parent.uri)
    for (const { incoming, joins } of replies) {
      const reply = await findPostByUri(world.db, incoming.uri)
      expect(reply?.inReplyToId ?? null).toBe(joins ? known?.id : null)
      expect(reply?.conversationId === known?.conversationId).toBe(joins)
    }
    // Nor does one that comes after it, and nor by being looked for.
    const late = incomingBy(stranger, { uri: `${stranger.uri}/${visibility}/late`, inReplyToUri: parent.uri })
    expect(await receivePosts(world, [{ incoming: late, author: stranger, ...found }])).toEqual([
      'parent-hidden',
    ])
  },
)

test('a post and the answer to it that are found at the same moment find each other', async () => {
  const [one, two] = await Promise.all(['one', 'two'].map((name) => personElsewhere(world, name)))
  if (!one || !two) throw new Error('nobody is there')
  for (let round = 0; round < 10; round++) {
    const parent = incomingBy(one, { uri: `${one.uri}/at-once/${round}` })
    const reply = incomingBy(two, { uri: `${two.uri}/at-once/${round}`, inReplyToUri: parent.uri })
    const quiet = { wanted: true, found: true }
    await Promise.all([
      receivePosts(world, [{ incoming: parent, author: one, ...quiet }]),
      receivePosts(world, [{ incoming: reply, author: two, ...quiet }]),
    ])
    const [above, below] = await Promise.all([
      findPostByUri(world.db, parent.uri),
      findPostByUri(world.db, reply.uri),
    ])
    expect(below?.inReplyToId).toBe(above?.id)
    expect(below?.conversationId).toBe(above?.conversationId)
  }
})
