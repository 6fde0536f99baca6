import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { acceptFollow } from '../../../src/domain/follows/answer.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { findPostByUri, findTombstone } from '../../../src/domain/posts/find.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { forgetTombstones, receiveDelete, removePost } from '../../../src/domain/posts/remove.ts'
import { testDatabase } from '../../support/database.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world, clock } = testWorld(database.db)
const { db } = world
const anna = await personHere(world, 'anna')
const carl = await personElsewhere(world, 'carl')
await requestFollow(world, anna, carl)
await acceptFollow(world, { followerId: anna.id, followedId: carl.id })

/** Waits until so many transactions wait for a lock. */
async function waiting(wanted: number): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ n: number }>`
      SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(db)
    if ((rows[0]?.n ?? 0) >= wanted) return
  }
}

test('S-044: a Delete that comes while its Create is being stored is not overtaken by it', async () => {
  const incoming = incomingBy(carl)
  let storing: Promise<unknown> = Promise.resolve()
  let deleting: Promise<unknown> = Promise.resolve()
  // Whoever stores a post counts it, and so has to wait here, with the post inserted and not committed.
  await db.transaction().execute(async (tx) => {
    await sql`SELECT 1 FROM account_stat WHERE account_id = ${carl.id}::bigint FOR UPDATE`.execute(tx)
    storing = receivePosts(world, [{ author: carl, incoming }])
    await waiting(1)
    deleting = receiveDelete(world, carl, incoming.uri)
    await Promise.race([deleting, waiting(2)])
  })
  await Promise.all([storing, deleting])
  expect(await findTombstone(db, incoming.uri)).toBeDefined()
  expect(await findPostByUri(db, incoming.uri)).toBeUndefined()
})

test('S-044: a Create that was judged before the Delete came is not stored after it', async () => {
  const incoming = incomingBy(carl)
  let storing: Promise<unknown> = Promise.resolve()
  await db.transaction().execute(async (tx) => {
    // As a Delete holds it: the author's row, and the tombstone not yet committed.
    await sql`SELECT 1 FROM account WHERE id = ${carl.id}::bigint FOR UPDATE`.execute(tx)
    storing = receivePosts(world, [{ author: carl, incoming }])
    await waiting(1)
    await sql`INSERT INTO tombstone (uri, account_uri) VALUES (${incoming.uri}, ${carl.uri})`.execute(tx)
  })
  await storing
  expect(await findPostByUri(db, incoming.uri)).toBeUndefined()
})

test('what was deleted elsewhere is forgotten after a week, what was deleted here is not', async () => {
  const mine = await publishPost(world, anna, { text: 'gone soon', visibility: 'public' })
  await removePost(world, anna, mine)
  const theirs = `${carl.uri}/notes/gone`
  await receiveDelete(world, carl, theirs)
  clock.advance(6 * 86_400_000)
  await forgetTombstones(world)
  expect(await findTombstone(db, theirs)).toBeDefined()
  clock.advance(2 * 86_400_000)
  await forgetTombstones(world)
  expect(await findTombstone(db, theirs)).toBeUndefined()
  expect(await findTombstone(db, world.uris.post(mine))).toBeDefined()
})
