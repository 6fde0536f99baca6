import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIds } from '../../src/base/ids.ts'
import { transact } from '../../src/db/transact.ts'
import type { Account } from '../../src/domain/accounts/account.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { blockDomain } from '../../src/domain/moderation/domains.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { receivePosts } from '../../src/domain/posts/receive.ts'
import { linkPreviews, writePreview } from '../../src/domain/previews/store.ts'
import { askForTrends, countTrends } from '../../src/domain/trends/count.ts'
import { incomingBy } from '../support/incoming.ts'
import { apiClient, everyPage, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere } from '../support/world.ts'

let server: Whole
let people: Toot[]
let staff: Toot

const HOUR = 3_600_000
const ADMIN = 'read write follow admin:read admin:write'

beforeAll(async () => {
  server = await startWhole()
  people = []
  for (const name of ['ada', 'bob', 'eve', 'fay', 'gus', 'hal']) people.push(await tootAs(server, name))
  staff = await tootAs(server, 'iris', { scope: ADMIN })
  await server.db
    .updateTable('login')
    .set({ role: 'moderator' })
    .where('account_id', '=', staff.account.id)
    .execute()
}, 120_000)
afterAll(() => server?.[Symbol.asyncDispose]())

const person = (n: number): Toot => people[n] as Toot

async function say(who: Toot, status: string, more: Fields = {}): Promise<string> {
  const reply = await who.post('/api/v1/statuses', { status, ...more })
  expect(reply.status, reply.text).toBe(200)
  return reply.json.id
}
async function sayAll(count: number, status: (n: number) => string, more: Fields = {}): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push(await say(person(n), status(n), more))
  return ids
}
async function recount() {
  await server.settled()
  server.clock.set(new Date())
  await countTrends(server.world)
}
/** What some people said so long ago. */
async function saidAgo(ms: number, count: number, text: string): Promise<void> {
  const clock = { now: () => new Date(Date.now() - ms) }
  const past = { ...server.world, clock, ids: createIds(clock, 5) }
  for (let n = 0; n < count; n++) await publishPost(past, person(n).account, { text, visibility: 'public' })
}
const nobody = () => apiClient(server)
async function tags(query: Fields = {}): Promise<string[]> {
  const reply = await nobody().get('/api/v1/trends/tags', query)
  expect(reply.status, reply.text).toBe(200)
  expectEntities('TrendingTag', reply.json)
  return reply.json.map(({ name }: { name: string }) => name)
}
async function posts(who = nobody(), query: Fields = {}): Promise<string[]> {
  const reply = await who.get('/api/v1/trends/statuses', query)
  expect(reply.status, reply.text).toBe(200)
  expectEntities('Status', reply.json)
  return reply.json.map(({ id }: { id: string }) => id)
}
async function links(): Promise<string[]> {
  const reply = await nobody().get('/api/v1/trends/links')
  expect(reply.status, reply.text).toBe(200)
  expectEntities('TrendingLink', reply.json)
  return reply.json.map(({ url }: { url: string }) => url)
}
async function link(postIds: readonly string[], url: string, title: string) {
  await transact(server.db, (tx) =>
    linkPreviews(
      tx,
      postIds.map((id) => ({ postId: id as never, url })),
    ),
  )
  const { id } = await server.db
    .selectFrom('preview')
    .select('id')
    .where('url', '=', url)
    .executeTakeFirstOrThrow()
  await writePreview(
    server.db,
    id,
    {
      title,
      description: '',
      kind: 'link',
      provider: '',
      authorName: '',
      authorUrl: null,
      creatorId: null,
      imageUrl: null,
      imageAlt: '',
      imageWidth: null,
      imageHeight: null,
      language: null,
      publishedAt: null,
    },
    new Date(server.clock.now().getTime() + 100 * HOUR),
  )
  return id
}

describe('hashtags', () => {
  test('are a trend when several people use them, however often one of them does', async () => {
    await sayAll(4, (n) => `#Wombat ${n}`)
    await sayAll(3, (n) => `#numbat ${n}`)
    for (let n = 0; n < 20; n++) await say(person(0), `#spam ${n}`)
    await recount()
    expect(await tags()).toEqual(['Wombat', 'numbat'])
    expect(await tags({ limit: 1, offset: 1 })).toEqual(['numbat'])
    const all = await everyPage(nobody(), '/api/v1/trends', { limit: 1 })
    expect(all.map(({ name }: { name: string }) => name)).toEqual(['Wombat', 'numbat'])
    expect(all[0].history[0]).toMatchObject({ uses: '4', accounts: '4' })
    expect(all[0].history.slice(1).every(({ uses }: { uses: string }) => uses === '0')).toBe(true)
    const followed = await person(0).post('/api/v1/tags/wombat/follow')
    expect(followed.status).toBe(200)
    const mine = await person(0).get('/api/v1/trends/tags')
    expectEntities('TrendingTag', mine.json)
    expect(mine.json.map((tag: { following: boolean }) => tag.following)).toEqual([true, false])
  })

  test('fade, and what is usual is less of one than what is new', async () => {
    await saidAgo(30 * HOUR, 6, '#faded')
    for (const day of [0, 1, 2, 3, 4, 5]) await saidAgo(day * 24 * HOUR + 1000, 6, '#daily')
    await saidAgo(1000, 5, '#quoll')
    await saidAgo(50 * HOUR, 6, '#old')
    await recount()
    expect(await tags()).toEqual(['quoll', 'Wombat', 'numbat', 'daily', 'faded'])
    const { json } = await nobody().get('/api/v1/trends')
    const { history } = json.find(({ name }: { name: string }) => name === 'daily')
    expect(history.filter(({ accounts }: { accounts: string }) => accounts === '6')).toHaveLength(6)
  })

  test('of those who do not want to be found, are limited, say it to few or with a warning do not count', async () => {
    await updateAccount(server.world, person(5).account, { discoverable: false })
    for (const n of [0, 1, 5]) await say(person(n), `#hidden ${n}`)
    await sayAll(3, (n) => `#unlisted ${n}`, { visibility: 'unlisted' })
    await sayAll(3, (n) => `#private ${n}`, { visibility: 'private' })
    await sayAll(3, (n) => `#sensitive ${n}`, { sensitive: true })
    await recount()
    expect((await tags()).filter((name) => /hidden|unlisted|private|sensitive/.test(name))).toEqual([])
    await updateAccount(server.world, person(5).account, { discoverable: true })
    await recount()
    expect(await tags()).toContain('hidden')
    await server.db
      .updateTable('account')
      .set({ limited_at: server.clock.now() })
      .where('id', '=', person(5).account.id)
      .execute()
    await recount()
    expect(await tags()).not.toContain('hidden')
    await server.db
      .updateTable('account')
      .set({ limited_at: null })
      .where('id', '=', person(5).account.id)
      .execute()
  })

  test('many on one server weigh less than as many on several', async () => {
    const say = async (from: Account, tag: string) => {
      const incoming = incomingBy(from, {
        contentHtml: '<p>x</p>',
        hashtags: [{ name: tag, displayName: tag }],
      })
      expect(await receivePosts(server.world, [{ incoming, author: from, wanted: true }])).toEqual(['stored'])
    }
    for (let n = 0; n < 8; n++)
      await say(await personElsewhere(server.world, `bot${n}`, 'farm.test'), 'farmed')
    for (let n = 0; n < 4; n++) await say(await personElsewhere(server.world, 'solo', `h${n}.test`), 'grown')
    await recount()
    expect((await tags()).filter((name) => ['farmed', 'grown'].includes(name))).toEqual(['grown', 'farmed'])
  })
})

describe('posts', () => {
  test('are a trend when several people like or boost them, for those who may come upon them', async () => {
    const loved = await say(person(0), 'loved')
    const liked = await say(person(1), 'liked')
    const second = await say(person(0), 'loved less by the same')
    const warned = await say(person(2), 'warned', { spoiler_text: 'careful' })
    const secret = await say(person(2), 'few', { visibility: 'unlisted' })
    for (const n of [2, 3, 4]) {
      for (const id of [liked, second, warned, secret])
        await person(n).post(`/api/v1/statuses/${id}/favourite`)
      await person(n).post(`/api/v1/statuses/${loved}/reblog`)
    }
    const few = await say(person(3), 'by two')
    for (const n of [0, 1, 3]) await person(n).post(`/api/v1/statuses/${few}/favourite`)
    await recount()
    expect(await posts()).toEqual([loved, liked])
    expect(await posts(nobody(), { offset: 1 })).toEqual([liked])
    const first = await nobody().get('/api/v1/trends/statuses', { limit: 1 })
    expect(first.links.next).toContain('offset=1')

    await blockAccount(server.world, person(1).account, person(4).account)
    expect(await posts(person(4))).toEqual([loved])
    await person(1).put(`/api/v1/statuses/${liked}`, { status: 'liked', sensitive: true })
    expect(await posts()).toEqual([loved])
    await person(0).delete(`/api/v1/statuses/${loved}`)
    expect(await posts()).toEqual([])
    await recount()
    expect(await posts()).toEqual([second])
  })
})

describe('links', () => {
  test('are a trend when several people link to them, and not to where nobody is to go', async () => {
    const ids = await sayAll(4, (n) => `read this ${n}`)
    await link(ids, 'https://www.news.test/heron', 'A heron')
    const more = await sayAll(3, (n) => `read that ${n}`)
    await link(more, 'https://bad.test/x', 'Bad')
    await link(
      [...(await sayAll(3, (n) => `nothing to see ${n}`))],
      'https://news.test/untitled',
      null as never,
    )
    await recount()
    expect(await links()).toEqual(['https://www.news.test/heron', 'https://bad.test/x'])
    const { json } = await nobody().get('/api/v1/trends/links')
    expect(json[0].history[0]).toMatchObject({ uses: '4', accounts: '4' })
    await blockDomain(server.world, 'bad.test', { severity: 'limit' })
    await recount()
    expect(await links()).toEqual(['https://www.news.test/heron'])
  })
})

describe('those who look after the server', () => {
  const admin = async (path: string, entity: Parameters<typeof expectEntities>[0]) => {
    const reply = await staff.get(`/api/v1/admin/trends/${path}`)
    expect(reply.status, reply.text).toBe(200)
    expectEntities(entity, reply.json)
    return reply.json
  }

  test('refuse a tag, and let it be one again', async () => {
    const [first] = await admin('tags', 'AdminTag')
    expect(first).toMatchObject({ trendable: true, requires_review: true })
    const refused = await staff.post(`/api/v1/admin/trends/tags/${first.id}/reject`)
    expectEntity('AdminTag', refused.json)
    expect(refused.json).toMatchObject({ id: first.id, trendable: false, requires_review: false })
    expect(await tags()).not.toContain(first.name)
    expect((await admin('tags', 'AdminTag')).map(({ id }: { id: string }) => id)).toContain(first.id)
    await recount()
    expect(await tags()).not.toContain(first.name)
    await staff.post(`/api/v1/admin/trends/tags/${first.id}/approve`)
    expect(await tags()).toContain(first.name)
  })

  test('a post, a link, and who publishes it', async () => {
    const [post] = await admin('statuses', 'AdminTrendingStatus')
    const after = await staff.post(`/api/v1/admin/trends/statuses/${post.id}/reject`)
    expectEntity('AdminTrendingStatus', after.json)
    expect(await posts()).not.toContain(post.id)

    const [shown] = await admin('links', 'AdminTrendingLink')
    const [publisher] = (await admin('links/publishers', 'AdminPublisher')).filter(
      ({ domain }: { domain: string }) => domain === 'news.test',
    )
    expect(publisher).toMatchObject({ trendable: null, requires_review: true })
    const closed = await staff.post(`/api/v1/admin/trends/links/publishers/${publisher.id}/reject`)
    expectEntity('AdminPublisher', closed.json)
    expect(await links()).toEqual([])
    const open = await staff.post(`/api/v1/admin/trends/links/${shown.id}/approve`)
    expectEntity('AdminTrendingLink', open.json)
    expect(await links()).toEqual([shown.url])
    const timeline = await nobody().get('/api/v1/timelines/link', { url: shown.url })
    expect(timeline.json.length).toBeGreaterThan(0)
    for (const { card } of timeline.json) expect(card.url).toBe(shown.url)

    await staff.post(`/api/v1/admin/trends/statuses/${post.id}/approve`)
    expect(await posts()).toContain(post.id)
    await staff.post(`/api/v1/admin/trends/links/publishers/${publisher.id}/approve`)
    await staff.post(`/api/v1/admin/trends/links/${shown.id}/reject`)
    expect(await links()).toEqual([])
  })

  test('are they alone, by apps that may', async () => {
    const other = await tootAs(server, 'jan', { scope: ADMIN })
    const limited = await tootAs(server, 'iris', { scope: 'read write' })
    const secret = await say(person(0), 'not for all', { visibility: 'private' })
    for (const path of ['tags', 'statuses', 'links', 'links/publishers']) {
      expect((await other.get(`/api/v1/admin/trends/${path}`)).status).toBe(403)
      expect((await limited.get(`/api/v1/admin/trends/${path}`)).status).toBe(403)
      expect((await nobody().get(`/api/v1/admin/trends/${path}`)).status).toBe(401)
      expect((await other.post(`/api/v1/admin/trends/${path}/1/reject`)).status).toBe(403)
      for (const id of ['404', 'x', '99999999999999999999', secret])
        expect((await staff.post(`/api/v1/admin/trends/${path}/${id}/reject`)).status).toBe(404)
    }
  })
})

test('they are counted by a job, once in a while, whoever asks', async () => {
  server.clock.set(new Date(Date.now() + HOUR))
  await Promise.all([askForTrends(server.world), askForTrends(server.world), askForTrends(server.world)])
  const asked = await server.db.selectFrom('trend_round').selectAll().executeTakeFirstOrThrow()
  expect(asked.asked_at).toEqual(server.clock.now())
  await server.settled()
  const done = await server.db.selectFrom('trend_round').selectAll().executeTakeFirstOrThrow()
  expect(done.counted_at > asked.counted_at).toBe(true)
})
