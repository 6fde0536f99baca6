import { afterAll, expect, test } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import { findPostByUri } from '../../../src/domain/posts/find.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { viewThread } from '../../../src/views/threads.ts'
import { testDatabase } from '../../support/database.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world

test('a thread that another server closed to a circle is read once around', async () => {
  const anna = await personHere(world, 'anna')
  const carl = await personElsewhere(world, 'carl')
  // Carl answers what nobody knows, Anna answers Carl, and the unknown turns out to answer Anna.
  const unknown = incomingBy(carl)
  const first = incomingBy(carl, { inReplyToUri: unknown.uri, mentionUris: [anna.uri] })
  await receivePosts(world, [{ author: carl, incoming: first }])
  const parent = await findPostByUri(db, first.uri)
  const id = await publishPost(world, anna, {
    text: 'between the two',
    visibility: 'public',
    replyTo: parent?.id as PostId,
  })
  const last = { ...unknown, inReplyToUri: world.uris.post(id) }
  await receivePosts(world, [{ author: carl, incoming: last }])

  const thread = await viewThread(db, id, undefined)
  expect(thread?.ancestors.map((post) => post.uri)).toEqual([unknown.uri, first.uri])
  const all = [...(thread?.ancestors ?? []), ...(thread?.replies ?? [])].map((post) => post.id)
  expect(all).not.toContain(id)
  expect(new Set(thread?.replies.map((post) => post.id)).size).toBe(thread?.replies.length)
})
