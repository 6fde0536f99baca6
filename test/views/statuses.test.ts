import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import type { Db } from '../../src/db/connect.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { pinPost } from '../../src/domain/featured/pin.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { vote } from '../../src/domain/polls/vote.ts'
import type { Draft } from '../../src/domain/posts/post.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import type { World } from '../../src/domain/world.ts'
import { type MastodonStatus, statusFrom } from '../../src/translate/to-mastodon/status.ts'
import { viewStatuses } from '../../src/views/statuses.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { personHere, testWorld } from '../support/world.ts'

let database: TestDatabase
let db: Db
let world: World
let [ada, ben, cid]: LocalAccount[] = []

beforeAll(async () => {
  database = await testDatabase()
  db = database.db
  world = testWorld(db).world
  ada = await personHere(world, 'ada')
  ben = await personHere(world, 'ben')
  cid = await personHere(world, 'cid')
})
afterAll(() => database[Symbol.asyncDispose]())

const who = (account: LocalAccount | undefined): LocalAccount => {
  if (!account) throw new Error('nobody')
  return account
}
const say = (author: LocalAccount | undefined, draft: Partial<Draft> & { text: string }) =>
  publishPost(world, who(author), { visibility: 'public', ...draft })

/** As its reader is told of it, checked. */
async function tell(ids: readonly PostId[], reader?: LocalAccount): Promise<MastodonStatus[]> {
  const views = await viewStatuses(db, ids, reader && { accountId: reader.id })
  const told = views.map((view) => statusFrom(view, { uris: world.uris, now: world.clock.now(), reader }))
  for (const each of told) expectEntity('Status', JSON.parse(JSON.stringify(each)))
  return told
}

describe('a list of posts', () => {
  test('comes in the order that was asked for, without what its reader may not see', async () => {
    const open = await say(ada, { text: 'open' })
    const quiet = await say(ada, { text: 'quiet', visibility: 'followers' })
    const direct = await say(ada, { text: 'for @ben', visibility: 'direct' })
    const ids = [direct, open, quiet]
    expect((await tell(ids)).map(({ id }) => id)).toEqual([open])
    expect((await tell(ids, ben)).map(({ id }) => id)).toEqual([direct, open])
    expect((await tell(ids, ada)).map(({ visibility }) => visibility)).toEqual([
      'direct',
      'public',
      'private',
    ])
  })

  test('says what its reader did, and nothing of that to nobody', async () => {
    const id = await say(ada, { text: 'one @ben' })
    await likePost(world, who(ben), id)
    await boostPost(world, who(ben), id)
    await pinPost(world, who(ada), id)
    const [toBen] = await tell([id], ben)
    expect(toBen).toMatchObject({
      favourited: true,
      reblogged: true,
      bookmarked: false,
      muted: false,
      filtered: [],
    })
    expect(toBen).toMatchObject({ favourites_count: 1, reblogs_count: 1 })
    expect(toBen?.pinned).toBeUndefined()
    const [toAda] = await tell([id], ada)
    expect(toAda).toMatchObject({ favourited: false, reblogged: false, pinned: true })
    const [toNobody] = await tell([id])
    for (const field of ['favourited', 'reblogged', 'muted', 'bookmarked', 'pinned', 'filtered'])
      expect(toNobody).not.toHaveProperty(field)
    expect(toNobody?.quote_approval).not.toHaveProperty('current_user')
  })

  test('has boosts under ids of their own, and none of what their reader may not see', async () => {
    const id = await say(ada, { text: 'to be boosted #Rain' })
    const before = await db.selectFrom('post').select('id').where('boost_of_id', '=', id).execute()
    expect(before).toEqual([])
    await boostPost(world, who(ben), id)
    const { id: boost } = await db
      .selectFrom('post')
      .select('id')
      .where('boost_of_id', '=', id)
      .executeTakeFirstOrThrow()
    const [told] = await tell([boost], cid)
    expect(told?.id).toBe(boost)
    expect(told?.account.acct).toBe('ben')
    expect(told?.reblog).toMatchObject({ id, account: { acct: 'ada' }, tags: [{ name: 'Rain' }] })
    const stranger = await personHere(world, 'dot')
    await blockAccount(world, stranger, who(ada))
    expect(await tell([boost], stranger)).toEqual([])
  })

  test('shows what is quoted one deep, with who may quote it', async () => {
    const first = await say(ada, { text: 'first' })
    const second = await say(ada, { text: 'second', quoteOf: first })
    const third = await say(ada, { text: 'third', quoteOf: second })
    const [told] = await tell([third], ben)
    expect(told?.quote).toMatchObject({
      state: 'accepted',
      quoted_status: { id: second, quote: { state: 'accepted', quoted_status_id: first } },
    })
    expect(told?.quote_approval).toEqual({ automatic: ['public'], manual: [], current_user: 'automatic' })
    const closed = await say(ada, { text: 'closed', policy: { quote: 'nobody' } })
    const followers = await say(ada, { text: 'for some', policy: { quote: 'followers+ask' } })
    expect((await tell([closed, followers], ben)).map(({ quote_approval }) => quote_approval)).toEqual([
      { automatic: [], manual: [], current_user: 'denied' },
      { automatic: ['followers'], manual: ['public'], current_user: 'manual' },
    ])
    await requestFollow(world, who(cid), who(ada))
    expect((await tell([followers], cid))[0]?.quote_approval.current_user).toBe('automatic')
    expect((await tell([closed], ada))[0]?.quote_approval.current_user).toBe('automatic')
  })

  test('asks what polls ask, with what their reader chose', async () => {
    const poll = { options: ['yes', 'no'], multiple: false, expiresInSeconds: 3600, hideTotals: true }
    const id = await say(ada, { text: 'well?', poll })
    await vote(world, who(ben), id, [1])
    const [toBen] = await tell([id], ben)
    expect(toBen?.poll).toMatchObject({ id, voted: true, own_votes: [1], expired: false })
    expect((await tell([id], cid))[0]?.poll).toMatchObject({ voted: false, own_votes: [] })
    expect((await tell([id]))[0]?.poll).not.toHaveProperty('voted')
  })

  test('names the app that a post was written with', async () => {
    await db
      .insertInto('client')
      .values({ id: 'loom', kind: 'app', name: 'Loom', website: 'https://loom.test', created_at: new Date() })
      .execute()
    const id = await say(ada, { text: 'woven', clientId: 'loom' })
    expect((await tell([id]))[0]?.application).toEqual({ name: 'Loom', website: 'https://loom.test' })
    await db.deleteFrom('client').where('id', '=', 'loom').execute()
    expect((await tell([id]))[0]?.application).toBe(null)
  })

  test('costs the same number of statements whatever its length', async () => {
    const ids: PostId[] = []
    for (let i = 0; i < 30; i += 1) ids.push(await say([ada, ben, cid][i % 3], { text: `${i} #rain @ada` }))
    const few = await statements(() => tell(ids.slice(0, 3), ben))
    expect(await statements(() => tell(ids.slice(3), ben))).toBeLessThanOrEqual(few)
    expect(few).toBeLessThanOrEqual(5)
    // What is known is asked for no more: what has changed is.
    expect(await statements(() => tell(ids, ben))).toBe(1)
  })
})

/** How often the database is asked meanwhile. */
async function statements(work: () => Promise<unknown>): Promise<number> {
  const executor = db.getExecutor()
  const { executeQuery } = executor
  let count = 0
  executor.executeQuery = ((...args: Parameters<typeof executeQuery>) => {
    count += 1
    return executeQuery.apply(executor, args)
  }) as typeof executeQuery
  try {
    await work()
  } finally {
    executor.executeQuery = executeQuery
  }
  return count
}
