import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import type { Json } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

type Page = Json & {
  orderedItems: (Json & { id: string; object: Json })[]
  next?: string
  prev?: string
  id: string
}

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let token: string
beforeAll(async () => {
  whole = await startWhole(['far.test'])
  ;[anna, ben] = [await personHere(whole.world, 'anna'), await personHere(whole.world, 'ben')]
  token = await tokenFor(whole.world, anna, { scope: 'readinbox' })
}, 60_000)
afterAll(() => whole?.[Symbol.asyncDispose]())

const pathOf = (url: unknown) => String(url).replace('https://weft.test', '')
const ask = (url: unknown) =>
  whole.ask(pathOf(url), { headers: { ...bearing(token), accept: 'application/activity+json' } })
const get = async (url: unknown) => {
  const reply = await ask(url)
  expect([reply.status, reply.text]).toEqual([200, expect.any(String)])
  return JSON.parse(reply.text) as Page & {
    first: string
    last: string
    seekItem: string
    totalItems: number
  }
}
const inbox = () => whole.world.uris.inbox(anna.id)
const say = (by: LocalAccount, text: string) => publishPost(whole.world, by, { text, visibility: 'public' })

/** All pages from there on in one direction. */
async function walk(from: string | undefined, towards: 'next' | 'prev'): Promise<Page[]> {
  const pages: Page[] = []
  for (let url = from; url !== undefined; url = pages.at(-1)?.[towards]) pages.push(await get(url))
  return pages
}
const idsIn = (pages: readonly Page[]) =>
  pages.flatMap(({ orderedItems }) => orderedItems.map(({ id }) => id))

describe('an inbox', () => {
  test('of one page has all that is in it, and an empty one says so', async () => {
    expect(await get(inbox())).toMatchObject({ totalItems: 0, orderedItems: [] })
    expect((await get(`${inbox()}?cursor=first`)).orderedItems).toEqual([])
    await say(ben, '@anna one')
    const { totalItems, orderedItems } = await get(inbox())
    expect([totalItems, orderedItems.length]).toEqual([1, 1])
  })

  test('of several pages has none of it inline, and the same however it is walked through', {
    timeout: 60_000,
  }, async () => {
    for (let i = 0; i < 44; i++) await say(ben, `@anna number ${i}`)
    const whole_ = await get(inbox())
    expect(whole_).toMatchObject({
      totalItems: 45,
      first: `${inbox()}?cursor=first`,
      last: `${inbox()}?cursor=last`,
    })
    expect(whole_).not.toHaveProperty('orderedItems')
    const down = await walk(whole_.first, 'next')
    expect(down.map(({ orderedItems }) => orderedItems.length)).toEqual([20, 20, 5])
    expect(down[0]).toMatchObject({ id: whole_.first, type: 'OrderedCollectionPage', partOf: inbox() })
    expect(down[0]).not.toHaveProperty('prev')
    const ids = idsIn(down)
    expect(new Set(ids).size).toBe(45)
    const up = await walk(whole_.last, 'prev')
    expect(up[0]).not.toHaveProperty('next')
    expect(idsIn(up.toReversed())).toEqual(ids)
    const last = down.at(-1) as Page
    expect(idsIn([await get(last.prev)])).toEqual(ids.slice(20, 40))
  })

  test('has pages that stay as they are when more comes', async () => {
    const first = await get(`${inbox()}?cursor=first`)
    const second = await get(first.next)
    await say(ben, '@anna something new')
    expect(idsIn([await get(first.next)])).toEqual(idsIn([second]))
    expect(idsIn([await get(`${inbox()}?cursor=first`)])).not.toEqual(idsIn([first]))
  })

  test.each(['nonsense', '-1', '99999999999999999999', 'n', ''])('has no page %j', async (cursor) => {
    expect((await ask(`${inbox()}?cursor=${cursor}`)).status).toBe(400)
  })

  test('says where an item stands, and nothing of what is not there', async () => {
    const { seekItem, first } = await get(inbox())
    const item = idsIn(await walk(first, 'next'))[30]
    const found = await ask(`${seekItem}?item=${encodeURIComponent(String(item))}`)
    expect(found.status).toBe(307)
    expect(idsIn([await get(found.headers.location)])[0]).toBe(item)
    const nothing = await ask(`${seekItem}?item=${encodeURIComponent('https://far.test/activities/0')}`)
    expect(nothing.status).toBe(404)
    expect(nothing.headers['content-type']).toMatch(/problem\+json/)
  })

  test('can be narrowed, away from its own address', async () => {
    const postId = await say(anna, 'like me')
    await likePost(whole.world, ben, postId)
    const cora = await personHere(whole.world, 'cora')
    await say(cora, '@anna from Cora')
    const narrow = async (query: string) => get(`${inbox()}/filtered?${query}`)
    expect((await narrow('type=Like')).orderedItems).toMatchObject([{ type: 'Like', actor: ben.uri }])
    expect((await narrow(`actor=${encodeURIComponent(cora.uri)}`)).orderedItems).toHaveLength(1)
    expect((await narrow(`actor=${encodeURIComponent('https://far.test/nobody')}`)).orderedItems).toEqual([])
    const object = encodeURIComponent(whole.world.uris.post(postId))
    expect((await narrow(`object=${object}`)).orderedItems).toMatchObject([{ type: 'Like' }])
    const creates = await narrow('type=Create&object.type=Note')
    expect(creates.orderedItems).toHaveLength(20)
    expect(creates.next).toContain('type=Create&object.type=Note&cursor=')
    expect(idsIn(await walk(creates.id, 'next'))).toHaveLength(47)
    expect((await narrow('object.type=Video')).orderedItems).toEqual([])
    const later = new Date(Date.now() + 60_000).toISOString()
    expect((await narrow(`published_after=${later}`)).orderedItems).toEqual([])
    expect((await ask(`${inbox()}/filtered?published_after=soon`)).status).toBe(400)
  })
})

describe('the streams', () => {
  test('home: what the home timeline shows, as activities whose ids lead to them', async () => {
    const carl = await whole.peer.person('carl', { host: 'far.test' })
    await whole.world.directory.findByUri(carl.uri)
    await carl.post(inbox(), carl.create(carl.note('first contact', { to: [anna.uri] })))
    await whole.settled()
    const there = await whole.world.directory.findByUri(carl.uri)
    await requestFollow(whole.world, anna, there ?? expect.fail('nobody knows Carl'))
    await whole.settled()
    await carl.post(inbox(), carl.accept(await carl.receives('Follow')))
    await requestFollow(whole.world, anna, ben)
    const create = carl.create(carl.note('for the home'))
    await carl.post(inbox(), create)
    await whole.settled()
    const eve = await personHere(whole.world, 'eve')
    await boostPost(whole.world, ben, await say(eve, 'boost me'), 'public')
    const own = await say(anna, 'my own words')

    const stream = whole.world.uris.homeStream(anna.id)
    const collection = await get(stream)
    expect(collection).toMatchObject({ type: 'OrderedCollection', name: 'home', attributedTo: anna.uri })
    const { orderedItems } = await get(`${stream}?cursor=first`)
    expect(orderedItems).toContainEqual(
      expect.objectContaining({
        id: create.id,
        type: 'Create',
        object: expect.objectContaining({ content: '<p>for the home</p>' }),
      }),
    )
    expect(orderedItems.map(({ type }) => type)).toContain('Announce')
    for (const item of orderedItems.filter(({ id }) =>
      id.startsWith(`${whole.world.uris.origin}/ap/received/`),
    ))
      expect((await get(item.id)).object).toEqual(item.object)
    const mine = orderedItems.find(({ object }) => object.id === whole.world.uris.post(own))
    expect(mine).toMatchObject({ type: 'Create', actor: anna.uri })
    const found = await ask(`${stream}/seek?item=${encodeURIComponent(String(create.id))}`)
    expect(found.status).toBe(307)
    expect(idsIn([await get(found.headers.location)])[0]).toBe(create.id)
  })

  test('notifications: what she was told', async () => {
    const dora = await personHere(whole.world, 'dora')
    await requestFollow(whole.world, dora, anna)
    const postId = await say(anna, 'something to like')
    await likePost(whole.world, dora, postId)
    await say(dora, '@anna hello')
    const stream = whole.world.uris.notificationsStream(anna.id)
    const { orderedItems } = await get(`${stream}?cursor=first`)
    expect(orderedItems.filter(({ actor }) => actor === dora.uri)).toMatchObject([
      { type: 'Create', actor: dora.uri, object: { content: expect.stringContaining('hello') } },
      { type: 'Like', actor: dora.uri, object: whole.world.uris.post(postId) },
      { type: 'Follow', actor: dora.uri, object: anna.uri },
    ])
    const total = (await get(stream)).totalItems
    expect(idsIn(await walk(`${stream}?cursor=first`, 'next'))).toHaveLength(total)
  })

  test('are nobody else’s', async () => {
    const other = await tokenFor(whole.world, ben, { scope: 'readinbox' })
    for (const stream of [
      whole.world.uris.homeStream(anna.id),
      whole.world.uris.notificationsStream(anna.id),
    ]) {
      expect((await whole.ask(pathOf(stream))).status).toBe(401)
      expect((await whole.ask(pathOf(stream), { headers: bearing(other) })).status).toBe(403)
    }
  })

  test('are named by her actor', async () => {
    const reply = await whole.ask(pathOf(anna.uri), { headers: { accept: 'application/activity+json' } })
    expect(JSON.parse(reply.text).streams).toEqual(
      expect.arrayContaining([
        whole.world.uris.homeStream(anna.id),
        whole.world.uris.notificationsStream(anna.id),
      ]),
    )
  })
})
