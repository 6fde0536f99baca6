import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import type { Account, LocalAccount } from '../../../src/domain/accounts/account.ts'
import { blockAccount } from '../../../src/domain/blocks/block.ts'
import { acceptFollow, undoFollow } from '../../../src/domain/follows/answer.ts'
import { findFollow } from '../../../src/domain/follows/find.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { ensureInbox } from '../../../src/domain/inboxes/open.ts'
import { trimInboxes } from '../../../src/domain/inboxes/trim.ts'
import { receiveEdit } from '../../../src/domain/posts/edit.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { receiveReactions } from '../../../src/domain/reactions/receive.ts'
import type { World } from '../../../src/domain/world.ts'
import { inboxJob } from '../../../src/effects/inboxes.ts'
import { receivedFrom } from '../../../src/translate/to-activity/received.ts'
import { countInbox, listInbox } from '../../../src/views/inboxes.ts'
import { testDatabase } from '../../support/database.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'
import { fillWithMany } from './many.ts'

/** Every statement that is sent, over all connections that are opened from now on. */
const sent: string[] = []
const { query } = pg.Client.prototype
pg.Client.prototype.query = function (this: pg.Client, ...args: never[]) {
  const first = args[0] as unknown as string | { text?: string }
  sent.push(typeof first === 'string' ? first : (first.text ?? ''))
  return Reflect.apply(query, this, args)
} as typeof query
afterAll(() => {
  pg.Client.prototype.query = query
})

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world, clock } = testWorld(database.db)
clock.set(new Date())
const { db } = world
const carl = await personElsewhere(world, 'carl')

async function follower(name: string, of: Account, more: { open?: boolean } = {}): Promise<LocalAccount> {
  const person = await personHere(world, name)
  await requestFollow(world, person, of)
  if (!of.local) await acceptFollow(world, { followerId: person.id, followedId: of.id })
  if (more.open) await ensureInbox(world, person.id)
  // What comes now comes later.
  clock.set(new Date(clock.now().getTime() + 60_000))
  return person
}

async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  sent.length = 0
  await work()
  return sent.filter((text) => !/^(BEGIN|COMMIT|begin|commit)/.test(text))
}

const arrivals = (n: number, by = carl, more = {}) =>
  Array.from({ length: n }, () => {
    const incoming = incomingBy(by, more)
    return { incoming, author: by, activityUri: `${incoming.uri}/activity` }
  })

/** Does what was left for later. */
async function runJobs(): Promise<void> {
  const jobs = await db.selectFrom('job').select('payload').where('kind', '=', 'inbox').execute()
  for (const { payload } of jobs) await inboxJob(world, JSON.parse(payload) as Parameters<typeof inboxJob>[1])
  await db.deleteFrom('job').where('kind', '=', 'inbox').execute()
}

const inboxOf = async (owner: LocalAccount) =>
  (await listInbox(db, owner.id, {})).items.map((item) => receivedFrom(item, world.uris))

/** What is counted is what is there, whatever has become of it. */
async function expectTrueCounts(): Promise<void> {
  const { rows } = await sql`
    SELECT * FROM (SELECT owner_id, actor_id, count(*)::int AS items FROM inbox_item GROUP BY 1, 2) AS real
    FULL JOIN (SELECT * FROM inbox_count WHERE items <> 0) AS kept USING (owner_id, actor_id)
    WHERE real.items IS DISTINCT FROM kept.items`.execute(db)
  expect(rows).toEqual([])
}

describe('as long as no app may read an inbox', () => {
  test('nothing is kept, and a hundred posts cost one question more', async () => {
    await follower('shut', carl)
    const statements = await statementsOf(() => receivePosts(world, arrivals(100)))
    expect(statements.filter((text) => text.includes('inbox_since'))).toEqual([
      'SELECT inbox_since FROM login WHERE inbox_since IS NOT NULL ORDER BY inbox_since LIMIT 1',
    ])
    expect(statements.filter((text) => text.includes('INTO inbox_item'))).toEqual([])
    expect(await db.selectFrom('inbox_item').select('id').execute()).toEqual([])
  })
})

test('whether there is any is asked of an index, though nothing is known of the logins yet', async () => {
  await sql`
    INSERT INTO account (id, local, uri, name)
    SELECT i, true, 'https://weft.test/new/' || i, 'new' || i FROM generate_series(100001, 110000) AS i`.execute(
    db,
  )
  await sql`INSERT INTO login (account_id) SELECT i FROM generate_series(100001, 110000) AS i`.execute(db)
  const { rows } = await sql<Record<string, string>>`
    EXPLAIN SELECT inbox_since FROM login WHERE inbox_since IS NOT NULL ORDER BY inbox_since LIMIT 1`.execute(
    db,
  )
  expect(rows.map((row) => row['QUERY PLAN']).join()).toContain('login_inbox')
})

describe('an inbox that is opened', () => {
  test('begins with what had come before, once each, however often it is opened', async () => {
    const gina = await personElsewhere(world, 'gina')
    const anna = await follower('anna', gina)
    const dora = await personElsewhere(world, 'dora')
    await receivePosts(world, arrivals(2, gina))
    await receivePosts(world, arrivals(1, dora, { mentionUris: [anna.uri], recipientUris: [anna.uri] }))
    const postId = await publishPost(world, anna, { text: 'mine', visibility: 'public' })
    const postUri = world.uris.post(postId)
    await receiveReactions(world, [
      { incoming: { kind: 'like', uri: 'https://far.test/likes/1', postUri, emoji: null }, actor: dora },
      {
        incoming: {
          kind: 'boost',
          uri: 'https://far.test/boosts/1',
          postUri,
          visibility: 'public',
          publishedAt: undefined,
        },
        actor: dora,
      },
    ])
    await requestFollow(world, dora, anna, 'https://far.test/follows/1')
    const ben = await personHere(world, 'ben')
    await publishPost(world, ben, { text: '@anna from here', visibility: 'direct' })

    await ensureInbox(world, anna.id)
    const before = await inboxOf(anna)
    expect(before.map(({ type, actor }) => `${type} ${actor}`).toSorted()).toEqual(
      [
        ...Array(2).fill(`Create ${gina.uri}`),
        ...['Announce', 'Create', 'Follow', 'Like'].map((type) => `${type} ${dora.uri}`),
        `Create ${ben.uri}`,
      ].toSorted(),
    )
    expect(before).toContainEqual(
      expect.objectContaining({
        id: 'https://far.test/likes/1',
        type: 'Like',
        object: postUri,
        to: [anna.uri],
      }),
    )
    expect(before).toContainEqual(
      expect.objectContaining({ id: 'https://far.test/follows/1', type: 'Follow', object: anna.uri }),
    )
    await db.updateTable('login').set({ inbox_filled_at: null }).where('account_id', '=', anna.id).execute()
    await ensureInbox({ ...world }, anna.id)
    expect(await inboxOf(anna)).toEqual(before)
    expect(await countInbox(db, anna.id)).toBe(before.length)
    await expectTrueCounts()
  })

  test('takes a hundred posts in one statement, and shows them in a fixed number', async () => {
    const olga = await follower('olga', carl, { open: true })
    const pavel = await follower('pavel', carl, { open: true })
    const statements = await statementsOf(() => receivePosts(world, arrivals(100)))
    expect(statements.filter((text) => text.includes('INSERT INTO inbox_item'))).toHaveLength(1)
    for (const owner of [olga, pavel]) expect(await countInbox(db, owner.id)).toBeGreaterThanOrEqual(100)
    const read = () => listInbox(db, olga.id, {})
    await read()
    const [cold] = [await statementsOf(read)]
    const { items } = await read()
    await runJobs()
    expect(cold.length).toBeLessThan(20)
    // The page, and whether anything has changed that is known.
    expect(await statementsOf(read)).toHaveLength(2)
    expect((await read()).items.map((item) => receivedFrom(item, world.uris))).toEqual(
      items.map((item) => receivedFrom(item, world.uris)),
    )
  })

  test('shows what a post says now, though how it was written is kept', async () => {
    const rita = await follower('rita', carl, { open: true })
    const incoming = incomingBy(carl, { publishedAt: new Date(Date.now() - 60_000) })
    await receivePosts(world, [{ incoming, author: carl, activityUri: 'https://far.test/creates/1' }])
    await runJobs()
    expect((await listInbox(db, rita.id, {})).items[0]?.about?.text).not.toBeNull()
    await receiveEdit(world, carl, { ...incoming, contentHtml: '<p>changed</p>', updatedAt: new Date() })
    const said = (await inboxOf(rita)).find(({ id }) => id === 'https://far.test/creates/1')
    expect(said).toMatchObject({ type: 'Create', object: { content: '<p>changed</p>' } })
  })

  test('of many is filled by jobs beyond what one transaction should take', async () => {
    const emil = await personElsewhere(world, 'emil')
    const many = await Promise.all(['f1', 'f2', 'f3'].map((name) => follower(name, emil, { open: true })))
    const small: World = { ...world, limits: { ...world.limits, followersWithin: 1 } }
    const effects = (await import('../../../src/effects/handlers.ts')).createEffects({
      ...small,
      seal: async (_tx, _id, json) => json,
    })
    await receivePosts({ ...small, effects }, arrivals(1, emil))
    const counts = () => Promise.all(many.map(({ id }) => countInbox(db, id)))
    expect((await counts()).toSorted()).toEqual([0, 0, 1])
    await runJobs()
    expect(await counts()).toEqual([1, 1, 1])
  })
})

describe('what is not for them any more', () => {
  test('goes with the follow, where only followers may read it', async () => {
    const nina = await follower('nina', carl, { open: true })
    await receivePosts(world, [...arrivals(1), ...arrivals(1, carl, { visibility: 'followers' })])
    const before = await countInbox(db, nina.id)
    const follow = await findFollow(db, nina.id, carl.id)
    await undoFollow(world, follow ?? expect.fail('no follow'))
    expect(await countInbox(db, nina.id)).toBe(before - 1)
    expect(await inboxOf(nina)).toHaveLength((await countInbox(db, nina.id)) > 20 ? 20 : before - 1)
    await expectTrueCounts()
  })

  test('goes with a block, where somebody else showed it', async () => {
    const theo = await follower('theo', carl, { open: true })
    const fred = await personElsewhere(world, 'fred')
    const [{ incoming } = expect.fail()] = arrivals(1, fred)
    await receivePosts(world, [{ incoming, author: fred, wanted: true }])
    const boost = {
      kind: 'boost',
      uri: 'https://far.test/boosts/2',
      postUri: incoming.uri,
      visibility: 'public',
      publishedAt: undefined,
    } as const
    await receiveReactions(world, [{ incoming: boost, actor: carl }])
    expect((await inboxOf(theo))[0]).toMatchObject({
      type: 'Announce',
      id: boost.uri,
      object: { id: incoming.uri },
    })
    await blockAccount(world, theo, fred)
    expect((await inboxOf(theo)).map(({ id }) => id)).not.toContain(boost.uri)
    await expectTrueCounts()
  })
})

describe('with a hundred thousand in it', () => {
  test('a page is found by index, wherever it is, and the oldest go', { timeout: 60_000 }, async () => {
    const vera = await personHere(world, 'vera')
    await ensureInbox(world, vera.id)
    await fillWithMany(db, vera.id, 100_000)
    await expectTrueCounts()
    expect(await countInbox(db, vera.id)).toBe(100_000)

    const plans = await plansOf(vera.id)
    for (const plan of plans) {
      // What is small may be read whole.
      expect(plan).not.toMatch(/Seq Scan on (inbox_item|post|account)\b/)
      expect(
        Math.max(...[...plan.matchAll(/actual time=\S+ rows=(\d+)/g)].map(([, n]) => Number(n))),
      ).toBeLessThan(1000)
    }
    await trimInboxes(world, 10_000)
    expect(await countInbox(db, vera.id)).toBe(10_000)
    await expectTrueCounts()
  })

  /** How a page in the middle is found, both ways, once the plan is settled on. */
  async function plansOf(ownerId: LocalAccount['id']): Promise<string[]> {
    const middle = await sql<{ id: string }>`
      SELECT id FROM inbox_item WHERE owner_id = ${ownerId}::bigint ORDER BY id OFFSET 50000 LIMIT 1`.execute(
      db,
    )
    const key = middle.rows[0]?.id
    return Promise.all(
      (['past', 'back'] as const).map(async (way) => {
        const texts = await statementsOf(() => listInbox(db, ownerId, { [way]: key }))
        const text = texts[0] ?? ''
        const keyAt = /item\.id [<>] \$(\d+)/.exec(text)?.[1]
        const places = Math.max(...[...text.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n)))
        const values = Array.from({ length: places }, (_, at) => (String(at + 1) === keyAt ? key : ownerId))
        const client = new pg.Client({ connectionString: database.url })
        await client.connect()
        try {
          await client.query("SET plan_cache_mode = 'force_generic_plan'")
          await client.query(`PREPARE page AS ${text}`)
          const { rows } = await client.query(`EXPLAIN ANALYZE EXECUTE page (${values.join(', ')})`)
          return rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n')
        } finally {
          await client.end()
        }
      }),
    )
  }
})
