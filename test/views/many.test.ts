import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import type { Db } from '../../src/db/connect.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { bookmarkPost } from '../../src/domain/bookmarks/bookmark.ts'
import { createFilter } from '../../src/domain/filters/keep.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { vote } from '../../src/domain/polls/vote.ts'
import type { Draft } from '../../src/domain/posts/post.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import type { World } from '../../src/domain/world.ts'
import { statusFrom } from '../../src/translate/to-mastodon/status.ts'
import { viewForMany } from '../../src/views/many.ts'
import { viewStatuses } from '../../src/views/statuses.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { personHere, testWorld } from '../support/world.ts'

let database: TestDatabase
let db: Db
let world: World
let ada: LocalAccount
let cid: LocalAccount
let readers: LocalAccount[]

beforeAll(async () => {
  database = await testDatabase()
  db = database.db
  world = testWorld(db).world
  ada = await personHere(world, 'ada')
  cid = await personHere(world, 'cid')
  readers = []
  for (let n = 0; n < 12; n++) readers.push(await personHere(world, `reader${n}`))
})
afterAll(() => database[Symbol.asyncDispose]())

const say = (author: LocalAccount, draft: Partial<Draft> & { text: string }) =>
  publishPost(world, author, { visibility: 'public', language: 'en', ...draft })

/** The same database, and how many statements it was asked. */
function counted(): { readonly db: Db; readonly count: () => number } {
  let n = 0
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      n += 1
      return result
    },
  }
  return { db: db.withPlugin(plugin) as Db, count: () => n }
}

test('each is shown what they would be shown alone, whatever they did to it and how they stand', async () => {
  const [a, b, c, d, e, f] = readers as [
    LocalAccount,
    LocalAccount,
    LocalAccount,
    LocalAccount,
    LocalAccount,
    LocalAccount,
  ]
  for (const reader of [a, b, c]) await requestFollow(world, reader, ada)
  await requestFollow(world, ada, d)
  const quoted = await say(cid, { text: 'Quoted, of herons' })
  const quoting = await say(ada, { text: 'Look at this', quoteOf: quoted, policy: { quote: 'followers' } })
  const poll = await say(ada, { text: 'Which?', poll: { options: ['this', 'that'], expiresInSeconds: 3600 } })
  const closed = await say(ada, { text: 'For followers', visibility: 'followers' })
  const own = await say(ada, { text: 'Of my own', visibility: 'public', quoteOf: closed }).catch(() => quoted)
  const boost = await boostPost(world, ada, quoted)
  for (const id of [quoted, quoting, poll]) await likePost(world, a, id)
  await boostPost(world, b, quoting)
  await bookmarkPost(world, c, poll)
  await vote(world, d, poll, [1])
  await blockAccount(world, cid, e)
  await createFilter(world, f, { title: 'Birds', contexts: ['home'], keywords: [{ keyword: 'herons' }] })
  const ids = [quoted, quoting, poll, closed, own, boost]
  const everybody = [ada, cid, ...readers]
  const told = async (reader: LocalAccount) => {
    const views = await viewStatuses(db, ids, { accountId: reader.id })
    return new Map(views.map((view) => [view.post.id, view]))
  }
  const alone = new Map(
    await Promise.all(everybody.map(async (each) => [each.id, await told(each)] as const)),
  )
  const wanted = new Map<PostId, LocalAccount[]>()
  for (const id of ids)
    wanted.set(
      id,
      everybody.filter((each) => alone.get(each.id)?.has(id)),
    )
  const shared = await viewForMany(db, wanted)
  const setting = { uris: world.uris, now: world.clock.now() }
  let shown = 0
  for (const [id, views] of shared)
    for (const { view, readers: same } of views) {
      const [first] = same
      const said = first && statusFrom(view, { ...setting, reader: first })
      for (const reader of same) {
        const own = alone.get(reader.id)?.get(id)
        expect([reader.uri, said]).toEqual([reader.uri, own && statusFrom(own, { ...setting, reader })])
        shown += 1
      }
    }
  expect(shown).toBe([...wanted.values()].reduce((sum, all) => sum + all.length, 0))
  // Most have done nothing to what they are shown.
  expect(shared.get(poll)?.length).toBeLessThan(6)
})

test('however many they are, as many statements', async () => {
  const posts = [await say(ada, { text: 'One' }), await say(ada, { text: 'Two' })]
  const counts: number[] = []
  for (const few of [readers.slice(0, 1), readers]) {
    const { db: asked, count } = counted()
    await viewForMany(asked, new Map(posts.map((id) => [id, few])))
    counts.push(count())
  }
  expect(counts[0]).toBeGreaterThan(2)
  expect(counts[1]).toBe(counts[0])
})
