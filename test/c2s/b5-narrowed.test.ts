import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { type Json, noteBy, PUBLIC, posted } from '../support/outbox.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/** Every list whose items are more than ids can be narrowed by an app, away from its own address. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let robot: LocalAccount
const tokens = new Map<string, string>()

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  robot = await personHere(whole.world, 'robot')
  await whole.db.updateTable('account').set({ kind: 'service' }).where('id', '=', robot.id).execute()
  for (const who of [anna, ben]) tokens.set(who.id, await tokenFor(whole.world, who))
  await requestFollow(whole.world, ben, anna)
  await requestFollow(whole.world, robot, anna)
  await requestFollow(whole.world, anna, ben)
}, 60_000)
afterAll(() => whole?.[Symbol.asyncDispose]())

async function ask(uri: string, who?: LocalAccount) {
  const { pathname, search } = new URL(uri)
  const reply = await whole.ask(pathname + search, {
    headers: { accept: 'application/activity+json', ...(who && bearing(tokens.get(who.id) ?? '')) },
  })
  return { status: reply.status, json: (reply.text.startsWith('{') ? JSON.parse(reply.text) : {}) as Json }
}
async function narrowed(
  list: string,
  query: string,
  who = anna,
): Promise<readonly (Json & { id: string })[]> {
  const { status, json } = await ask(`${list}/filtered?${query}`, who)
  expect(status).toBe(200)
  return (json.orderedItems ?? json.items) as (Json & { id: string })[]
}
const ids = async (list: string, query: string, who = anna) =>
  (await narrowed(list, query, who)).map(({ id }) => id)

test('followers and followed, by type', async () => {
  const followers = `${anna.uri}/followers`
  expect(await ids(followers, 'type=Service')).toEqual([robot.uri])
  expect(await ids(followers, 'type=Person', ben)).toEqual([ben.uri])
  expect(await ids(followers, 'type=Group')).toEqual([])
  expect(await ids(`${anna.uri}/following`, 'type=Person')).toEqual([ben.uri])
  expect((await ask(`${followers}/filtered?type=Person`)).status).toBe(404)
  expect((await ask(`${followers}/filtered?published_after=soon`, anna)).status).toBe(400)
  expect((await ask(`${followers}/filtered?cursor=soon`, anna)).status).toBe(400)
})

test('what is liked, by type and author, page by page; and who likes it, by actor', async () => {
  const note = await noteBy(whole, ben, 'to be liked')
  const { object } = await posted(whole, ben, {
    type: 'Article',
    name: 'Long',
    content: '<p>long</p>',
    to: [PUBLIC],
  })
  const article = (object as Json).id as string
  for (const uri of [note, article]) await posted(whole, anna, { type: 'Like', object: uri })
  const liked = `${anna.uri}/liked`
  expect(await ids(liked, 'type=Article')).toEqual([article])
  expect(await ids(liked, `actor=${encodeURIComponent(ben.uri)}`)).toEqual([article, note])
  expect(await ids(liked, 'published_after=2999-01-01T00:00:00Z')).toEqual([])
  for (let n = 0; n < 21; n++)
    await posted(whole, anna, { type: 'Like', object: await noteBy(whole, ben, `${n}`) })
  const first = await ask(`${liked}/filtered?type=Note`, anna)
  expect(first.json.orderedItems).toHaveLength(20)
  const next = await ask(String(first.json.next), anna)
  expect(next.json).toMatchObject({ id: first.json.next, partOf: liked })
  expect(next.json.orderedItems).toHaveLength(2)
  expect(next.json.next).toBeUndefined()
  const of = (who: LocalAccount) => narrowed(`${note}/likes`, `actor=${encodeURIComponent(who.uri)}`, ben)
  expect([(await of(anna)).length, (await of(ben)).length]).toEqual([1, 0])
})

test('a collection of one’s own, by what is in it', async () => {
  const note = await noteBy(whole, ben, 'kept')
  const secret = await noteBy(whole, ben, 'not for Anna', 'direct')
  const { object } = await posted(whole, anna, { type: 'Place', name: 'A hill', to: [PUBLIC] })
  const place = (object as Json).id as string
  const made = await posted(whole, anna, {
    type: 'Collection',
    name: 'all sorts',
    items: [note, place, ben.uri, secret, 'https://far.test/unknown'],
    to: [PUBLIC],
  })
  const list = String((made.object as Json).id)
  expect(await ids(list, 'type=Note')).toEqual([note])
  expect(await ids(list, 'type=Place', ben)).toEqual([place])
  expect(await ids(list, 'type=Person')).toEqual([ben.uri])
  expect(await ids(list, `actor=${encodeURIComponent(anna.uri)}`)).toEqual([place])
})

test('home and notifications, by type, for their owner alone', async () => {
  const note = await noteBy(whole, ben, '@anna for home')
  await posted(whole, ben, { type: 'Like', object: await noteBy(whole, anna, 'mine') })
  const home = whole.world.uris.homeStream(anna.id)
  const told = whole.world.uris.notificationsStream(anna.id)
  expect(
    (await narrowed(home, 'type=Create&object.type=Note')).some((item) => (item.object as Json).id === note),
  ).toBe(true)
  expect(await narrowed(home, 'type=Announce')).toEqual([])
  expect(await narrowed(told, 'type=Like')).toMatchObject([{ type: 'Like', actor: ben.uri }])
  expect((await narrowed(told, 'type=Follow')).map((item) => item.type)).toEqual(['Follow', 'Follow'])
  for (const list of [home, told]) expect((await ask(`${list}/filtered?type=Like`, ben)).status).toBe(403)
})
