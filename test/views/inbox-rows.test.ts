import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { InboxItemId, PostId } from '../../src/base/ids.ts'
import { visibilities } from '../../src/base/visibility.ts'
import type { Account, LocalAccount } from '../../src/domain/accounts/account.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import type { World } from '../../src/domain/world.ts'
import { nextRows } from '../../src/views/inbox-rows.ts'
import { viewReceivedById, viewReceivedPosts } from '../../src/views/inboxes.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../support/world.ts'

let database: TestDatabase
let world: World
let anna: LocalAccount
let people: Account[]
beforeAll(async () => {
  database = await testDatabase()
  world = testWorld(database.db).world
  anna = await personHere(world, 'anna')
  people = [
    await personHere(world, 'ben'),
    await personHere(world, 'cora'),
    await personElsewhere(world, 'dora'),
    await personElsewhere(world, 'emil'),
    anna,
  ]
  await fill()
})
afterAll(() => database[Symbol.asyncDispose]())

/** What everybody says in every way, held back or not, naming her or not, and what they show again of each other. */
async function fill(): Promise<void> {
  const { db, ids } = world
  for (const author of people)
    for (const visibility of visibilities)
      for (const held of [false, true])
        for (const names of [false, true]) {
          const post = ids.next<PostId>()
          await sql`INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at,
              held, in_reply_to_account_id)
            VALUES (${post}::bigint, ${`https://somewhere.test/${post}`}, ${author.local}, ${author.id}::bigint, ${visibility},
              ${post}::bigint, 'words', now(), ${held}, ${held && names ? anna.id : null}::bigint)`.execute(
            db,
          )
          if (names)
            await sql`INSERT INTO mention (post_id, account_id) VALUES (${post}::bigint, ${anna.id}::bigint)`.execute(
              db,
            )
          await enter(post, author, 'Create')
          for (const booster of people.slice(1, 3)) {
            const boost = ids.next<PostId>()
            await sql`INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at,
                boost_of_id)
              VALUES (${boost}::bigint, ${`https://somewhere.test/${boost}`}, ${booster.local}, ${booster.id}::bigint, 'public',
                ${boost}::bigint, '', now(), ${post}::bigint)`.execute(db)
            await enter(boost, booster, 'Announce')
          }
        }
  for (const actor of people) await enter(null, actor, 'Like')
}

async function enter(postId: PostId | null, { id: actorId }: Account, kind: string): Promise<void> {
  const id = world.ids.next<InboxItemId>()
  await sql`INSERT INTO inbox_item (owner_id, id, uri, actor_id, kind, post_id, body, created_at)
    VALUES (${anna.id}::bigint, ${id}::bigint, ${`https://somewhere.test/items/${id}`}, ${actorId}::bigint, ${kind},
      ${postId}::bigint, ${postId === null ? '{}' : null}, now())`.execute(world.db)
}

interface Item {
  readonly id: InboxItemId
  readonly postId: PostId | null
}

const itemsIn = async (): Promise<readonly Item[]> => {
  const { rows } = await sql<Item>`SELECT id, post_id AS "postId" FROM inbox_item ORDER BY id DESC`.execute(
    world.db,
  )
  return rows
}

/** All that she finds by what is kept of how she stands to others, page by page. */
async function found(all: readonly Item[]): Promise<InboxItemId[]> {
  const ids: InboxItemId[] = []
  for (let at = 0; at < all.length; at += 24) {
    const past = at === 0 ? {} : { past: String(all[at - 1]?.id) }
    ids.push(...(await nextRows(world.db, anna.id, past)).map(({ id }) => id))
  }
  return ids
}

/** What she finds of them where the rule is asked in SQL alone. */
async function foundBySql(all: readonly Item[]): Promise<InboxItemId[]> {
  const posts = all.flatMap(({ postId }) => postId ?? [])
  const ids = new Set((await viewReceivedPosts(world.db, anna.id, posts)).map(({ id }) => id))
  for (const { id, postId } of all)
    if (postId === null && (await viewReceivedById(world.db, anna.id, id))) ids.add(id)
  return all.flatMap(({ id }) => (ids.has(id) ? id : []))
}

test('what is kept of how somebody stands to others shows them what the rule in SQL does, whatever changes', {
  timeout: 120_000,
}, async () => {
  const { db } = world
  const [ben, cora, dora, emil] = people as [LocalAccount, LocalAccount, Account, Account]
  const of = (column: string, { id }: Account) => sql`${sql.ref(column)} = ${id}::bigint`
  const changes: readonly (() => Promise<unknown>)[] = [
    async () => undefined,
    () => requestFollow(world, anna, ben),
    () =>
      sql`INSERT INTO mute (account_id, target_id, id, created_at) VALUES (${anna.id}::bigint, ${cora.id}::bigint, 1, now())`.execute(
        db,
      ),
    () => sql`UPDATE mute SET expires_at = now() - interval '1 second'`.execute(db),
    () =>
      sql`INSERT INTO block (account_id, target_id, id, uri, created_at)
      VALUES (${anna.id}::bigint, ${cora.id}::bigint, 1, 'https://weft.test/1', now())`.execute(db),
    () => sql`DELETE FROM block`.execute(db),
    () =>
      sql`INSERT INTO block (account_id, target_id, id, uri, created_at)
      VALUES (${ben.id}::bigint, ${anna.id}::bigint, 2, 'https://weft.test/2', now())`.execute(db),
    () => sql`DELETE FROM block`.execute(db),
    () =>
      sql`INSERT INTO user_domain_block (account_id, domain, created_at)
      SELECT ${anna.id}::bigint, domain, now() FROM account, unnest(domains) AS domain WHERE ${of('account.id', dora)}`.execute(
        db,
      ),
    () => sql`DELETE FROM user_domain_block`.execute(db),
    () => sql`UPDATE account SET suspended_at = now() WHERE ${of('id', emil)}`.execute(db),
    () => sql`UPDATE account SET suspended_afar = true WHERE ${of('id', dora)}`.execute(db),
    () => sql`DELETE FROM follow WHERE ${of('follower_id', anna)}`.execute(db),
  ]
  const all = await itemsIn()
  const seen = new Set<string>()
  for (const change of changes) {
    await change()
    const once = await found(all)
    expect(once).toEqual(await foundBySql(all))
    expect(once.length).toBeGreaterThan(0)
    expect(once.length).toBeLessThan(all.length)
    seen.add(once.join(' '))
  }
  expect(seen.size).toBeGreaterThan(7)
})
