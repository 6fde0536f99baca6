import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Account } from '../../src/domain/accounts/account.ts'
import { openSession } from '../../src/domain/accounts/session.ts'
import { wantProfile } from '../../src/domain/crawls/want.ts'
import { acceptFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere, personHere } from '../support/world.ts'

/*
 * A profile from elsewhere is not empty: who follows it or looks at it gets its latest posts at once, older ones on the
 * way down, and nothing of it passes for news.
 */

const HOSTS = ['one.test', 'two.test', 'three.test', 'four.test']
const DAY = 86_400_000
let whole: Whole
beforeAll(async () => {
  whole = await startWhole(HOSTS)
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

interface Spoken {
  readonly person: Person
  readonly account: Account
  /** newest first */
  readonly notes: Json[]
}

/** Somebody who has said so much, a day apart, in an outbox of twenty to a page, as Mastodon has it. */
async function speaker(name: string, host: string, count: number, more: Json = {}): Promise<Spoken> {
  const person = await whole.peer.person(name, { host })
  const flags = { discoverable: more.discoverable !== false, indexable: more.indexable !== false }
  Object.assign(person.actor, flags)
  const account = await personElsewhere(whole.world, name, host, {
    ...flags,
    ...(more.outbox === null && { outboxUrl: null }),
  })
  const notes = Array.from({ length: count }, (_, n) =>
    person.note(`${name} ${n}`, { published: new Date(Date.now() - (n + 1) * DAY).toISOString() }),
  )
  const items = notes.map((note) => person.create(note))
  serveOutbox(person, items)
  return { person, account, notes }
}

function serveOutbox(person: Person, items: readonly Json[], total = items.length): void {
  const outbox = `${person.uri}/outbox`
  whole.peer.serve(outbox, {
    id: outbox,
    type: 'OrderedCollection',
    totalItems: total,
    first: `${outbox}?page=1`,
  })
  const pages = Math.ceil(items.length / 20)
  for (let page = 1; page <= pages; page++) {
    whole.peer.serve(`${outbox}?page=${page}`, {
      id: `${outbox}?page=${page}`,
      type: 'OrderedCollectionPage',
      partOf: outbox,
      orderedItems: items.slice(20 * (page - 1), 20 * page),
      ...(page < pages && { next: `${outbox}?page=${page + 1}` }),
    })
  }
}

async function saidBy(account: Account): Promise<string[]> {
  const rows = await whole.db
    .selectFrom('post')
    .select('uri')
    .where('account_id', '=', account.id)
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => row.uri)
}

async function homeOf(account: Account): Promise<string[]> {
  const rows = await whole.db
    .selectFrom('home_entry')
    .innerJoin('post', 'post.id', 'home_entry.post_id')
    .select('post.uri')
    .where('owner_id', '=', account.id)
    .orderBy('post.id', 'desc')
    .execute()
  return rows.map((row) => row.uri)
}

const idsOf = (notes: readonly Json[]) => notes.map((note) => String(note.id))
const outboxHits = (person: Person) =>
  whole.peer.requests.filter((each) => each.url.startsWith(`${person.uri}/outbox`)).map((each) => each.path)

async function follows(follower: Account, followed: Account): Promise<void> {
  await requestFollow(whole.world, follower, followed)
  await acceptFollow(whole.world, { followerId: follower.id, followedId: followed.id })
  await whole.settled()
}

describe('whoever begins to follow somebody elsewhere', () => {
  test('gets the latest two pages of what they said, in one request each, and finds them in their home', async () => {
    const { person, account, notes } = await speaker('anna', 'one.test', 70)
    const reader = await personHere(whole.world, 'reader')
    await follows(reader, account)
    expect(await saidBy(account)).toEqual(idsOf(notes.slice(0, 40)))
    expect(outboxHits(person)).toHaveLength(3)
    // No post was asked for by itself.
    expect(notes.map((note) => whole.peer.hits(String(note.id))).filter((hits) => hits > 0)).toEqual([])
    expect(await homeOf(reader)).toEqual(idsOf(notes.slice(0, 40)))
    const told = await whole.db
      .selectFrom('notification')
      .select('kind')
      .where('owner_id', '=', reader.id)
      .execute()
    expect(told).toEqual([])
  })

  test('finds nothing in the homes of those who follow already: what is old is no news', async () => {
    const { account, notes } = await speaker('bea', 'two.test', 5)
    const early = await personHere(whole.world, 'early')
    await follows(early, account)
    await whole.db.deleteFrom('home_entry').where('owner_id', '=', early.id).execute()
    await whole.db
      .updateTable('follow')
      .set({ accepted_at: new Date(whole.clock.now().getTime() - 30 * DAY) })
      .where('follower_id', '=', early.id)
      .execute()
    const late = await personHere(whole.world, 'late')
    await whole.db.deleteFrom('post').where('account_id', '=', account.id).execute()
    await follows(late, account)
    expect(await homeOf(late)).toEqual(idsOf(notes))
    expect(await homeOf(early)).toEqual([])
  })

  test('gets the boosts, too, with what they are of', async () => {
    const { person, account } = await speaker('cara', 'one.test', 0)
    const other = await whole.peer.person('other', { host: 'three.test' })
    const boosted = other.note('worth it', { published: '2026-01-01T00:00:00Z' })
    const announce = person.activity('Announce', boosted.id, {
      to: ['https://www.w3.org/ns/activitystreams#Public'],
      cc: [person.followers],
      published: '2026-01-02T00:00:00Z',
    })
    const own = person.note('said by themself', { published: '2026-01-01T12:00:00Z' })
    serveOutbox(person, [announce, person.create(own)])
    const reader = await personHere(whole.world, 'booster')
    await follows(reader, account)
    expect(await saidBy(account)).toEqual([announce.id, own.id])
    expect(whole.peer.hits(String(boosted.id))).toBe(1)
  })
})

describe('whoever looks at a profile', () => {
  test('gets older posts on the way down, two pages at a time, until there are none', async () => {
    const { person, account, notes } = await speaker('dora', 'two.test', 70)
    expect(await wantProfile(whole.world, account.id)).toBe('begun')
    await whole.settled()
    expect(await saidBy(account)).toHaveLength(40)
    expect(await wantProfile(whole.world, account.id)).toBe('rested')
    expect(await wantProfile(whole.world, account.id, { older: true })).toBe('begun')
    await whole.settled()
    expect(await saidBy(account)).toEqual(idsOf(notes))
    expect(await wantProfile(whole.world, account.id, { older: true })).toBe('rested')
    expect(outboxHits(person)).toHaveLength(5)
  })

  test('sees the page of a profile from elsewhere here, which is for nobody else and for no search engine', async () => {
    const { account } = await speaker('eve', 'one.test', 25)
    const reader = await personHere(whole.world, 'looker')
    const cookie = `__Host-weft=${await openSession(whole.world, reader.id, undefined)}`
    const page = (path: string, headers: Record<string, string> = { cookie }) =>
      whole.ask(path, { headers: { accept: 'text/html', ...headers } })
    const first = await page('/@eve@one.test')
    expect(first.status).toBe(200)
    expect(first.text).toContain('is being asked for more')
    expect(first.text).toContain('noindex')
    expect(first.text).toContain('https://one.test/@eve')
    await whole.settled()
    const second = await page('/@eve@one.test')
    expect(second.text.match(/<article/g)).toHaveLength(20)
    const strangers = await Promise.all(['/@eve@one.test', '/@nobody@one.test'].map((path) => page(path, {})))
    expect(strangers.map((each) => each.status)).toEqual([strangers[0]?.status, strangers[0]?.status])
    expect(strangers[0]?.text).not.toContain('eve 1')
    expect(strangers[0]?.status).not.toBe(200)

    const post = (await saidBy(account))[0]
    const row = await whole.db
      .selectFrom('post')
      .select('id')
      .where('uri', '=', String(post))
      .executeTakeFirstOrThrow()
    expect((await page(`/@eve@one.test/${row.id}`)).status).toBe(200)
    expect((await page(`/@eve@one.test/${row.id}`, {})).status).toBe(404)
  })

  test('S-095: causes nothing where somebody is neither to be discovered nor indexed; who follows gets the latest', async () => {
    const shy = await speaker('shy', 'three.test', 70, { discoverable: false, indexable: false })
    await wantProfile(whole.world, shy.account.id)
    await whole.settled()
    expect(await saidBy(shy.account)).toEqual([])
    expect(outboxHits(shy.person)).toEqual([])
    await follows(await personHere(whole.world, 'friend'), shy.account)
    expect(await saidBy(shy.account)).toHaveLength(40)
    expect(await wantProfile(whole.world, shy.account.id, { older: true })).not.toBe('begun')
  })

  test('finds an honest nothing where there is no outbox, as with Threads', async () => {
    const { account } = await speaker('thea', 'four.test', 3, { outbox: null })
    await wantProfile(whole.world, account.id)
    await whole.settled()
    expect(await saidBy(account)).toEqual([])
  })
})

describe('S-040, S-061: an outbox', () => {
  test('says nothing for others, nor what is on another server, nor what is private', async () => {
    const { person, account } = await speaker('liar', 'four.test', 0)
    const victim = await whole.peer.person('victim', { host: 'one.test' })
    const forged = { ...victim.note('never said'), content: '<p>forged</p>' }
    const neighbour = await whole.peer.person('neighbour', { host: 'four.test' })
    const theirs = neighbour.note('said by a neighbour')
    const hidden = person.note('for followers', { to: [person.followers], cc: [] })
    const created = person.note('by another hand')
    serveOutbox(person, [
      person.create(forged),
      person.create(theirs),
      person.create(hidden),
      { ...person.create(created), actor: victim.uri },
      { type: 'Create', object: null },
      person.activity('Like', victim.uri),
      null as never,
      'https://one.test/elsewhere' as never,
    ])
    await wantProfile(whole.world, account.id)
    await whole.settled()
    expect(await saidBy(account)).toEqual([])
    const rows = await whole.db
      .selectFrom('post')
      .select('content_html')
      .where('content_html', 'like', '%forged%')
      .execute()
    expect(rows).toEqual([])
  })

  test('without end or in circles is read no further than two pages', async () => {
    const { person, account } = await speaker('loop', 'four.test', 0)
    const outbox = `${person.uri}/outbox`
    whole.peer.answer(outbox, { body: { id: outbox, type: 'OrderedCollection', first: `${outbox}?n=0` } })
    for (let n = 0; n < 9; n++) {
      const note = person.note(`round ${n}`, { published: '2026-01-01T00:00:00Z' })
      whole.peer.answer(`${outbox}?n=${n}`, {
        body: {
          type: 'OrderedCollectionPage',
          orderedItems: [person.create(note)],
          next: `${outbox}?n=${n === 1 ? 0 : n + 1}`,
        },
      })
    }
    await wantProfile(whole.world, account.id)
    await whole.settled()
    await wantProfile(whole.world, account.id, { older: true })
    await whole.settled()
    expect(outboxHits(person).length).toBeLessThanOrEqual(5)
  })

  test('that asks us to wait is read later, and others meanwhile', async () => {
    const busy = await speaker('busy', 'two.test', 5)
    const other = await speaker('other2', 'three.test', 5)
    whole.peer.answer(`${busy.person.uri}/outbox?page=1`, { status: 429, headers: { 'retry-after': '600' } })
    await wantProfile(whole.world, busy.account.id)
    await wantProfile(whole.world, other.account.id)
    await whole.settled()
    expect(await saidBy(busy.account)).toEqual([])
    expect(await saidBy(other.account)).toHaveLength(5)
    const waiting = await whole.db
      .selectFrom('errand_queue')
      .innerJoin('host', 'host.id', 'errand_queue.host_id')
      .select('due_at')
      .where('host.name', '=', 'two.test')
      .executeTakeFirstOrThrow()
    expect((waiting.due_at?.getTime() ?? 0) - Date.now()).toBeGreaterThan(500_000)
  })
})

test('nothing of all this was an error of ours', () => {
  expect(whole.errors).toEqual([])
})
