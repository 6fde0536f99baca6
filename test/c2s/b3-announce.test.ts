import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import {
  countsOf,
  kept,
  mayRead,
  noteBy,
  noteFrom,
  PUBLIC,
  posted,
  postTo,
  refused,
} from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Announce: anna acts, ben and carl live here; alice and far.test's zoe, who follows anna, elsewhere. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let carl: LocalAccount
let alice: Person
let zoe: Person

beforeAll(async () => {
  whole = await startWhole(['far.test', 'other.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  carl = await personHere(whole.world, 'carl')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  zoe = await whole.peer.person('zoe', { host: 'other.test' })
  const { status } = await zoe.post(`${ORIGIN}/ap/inbox`, zoe.follow(anna.uri))
  expect(status).toBe(202)
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const followers = () => `${anna.uri}/followers`

test('for everyone: followers and the author get it, and it is counted', async () => {
  const object = await noteFrom(whole, alice, 'pass it on')
  const announce = await posted(whole, anna, { type: 'Announce', object, to: [PUBLIC], cc: [followers()] })
  expect(announce).toMatchObject({ object, to: [PUBLIC, alice.uri], cc: [followers()] })
  expect(announce.proof).toBeDefined()
  await whole.settled()
  for (const person of [alice, zoe])
    expect(await person.receives((one) => one.id === announce.id)).toEqual(announce)
  expect(await countsOf(whole, object)).toEqual({ likes: 0, boosts: 1 })
})

test('for nobody in particular: the author alone is told', async () => {
  const object = await noteFrom(whole, alice, 'a hint to its author')
  const announce = await posted(whole, anna, { type: 'Announce', object, to: [], cc: [] })
  expect(announce).toMatchObject({ to: [alice.uri], cc: [] })
  await whole.settled()
  await alice.receives((one) => one.id === announce.id)
  expect(zoe.received.some((one) => one.id === announce.id)).toBe(false)
  expect(await mayRead(whole, announce.id, undefined)).toBe(false)
  expect(await mayRead(whole, announce.id, carl)).toBe(false)
})

test('of a post here it is told to nobody elsewhere but those whom it is for', async () => {
  const object = await noteBy(whole, ben, 'from here')
  const announce = await posted(whole, anna, { type: 'Announce', object, to: [carl.uri] })
  expect(announce).toMatchObject({ to: [carl.uri, ben.uri] })
  for (const reader of [ben, carl]) expect(await mayRead(whole, announce.id, reader)).toBe(true)
  await whole.settled()
  expect(zoe.received.some((one) => one.id === announce.id)).toBe(false)
})

test('again is redundant, at the same moment, too', async () => {
  const object = await noteBy(whole, ben, 'many boosts')
  const act = { type: 'Announce', object, to: [PUBLIC] }
  const answers = await Promise.all([1, 2, 3, 4].map(() => postTo(whole, anna, act)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400])
  const duplicate = answers.find(({ status }) => status === 201)?.json.id
  expect(await refused(whole, anna, act)).toMatchObject({
    status: 400,
    type: 'redundant-activity',
    json: { duplicate },
  })
  expect(await countsOf(whole, object)).toEqual({ likes: 0, boosts: 1 })
})

test('a post that is not for everyone is not shown to others', async () => {
  await posted(whole, anna, { type: 'Follow', object: ben.uri })
  const inner = await noteBy(whole, ben, 'for my followers', 'followers')
  for (const to of [[PUBLIC], [followers()], [carl.uri], []]) {
    expect(await refused(whole, anna, { type: 'Announce', object: inner, to })).toMatchObject({
      status: 403,
      type: 'actor-not-authorized',
    })
  }
  const unseen = await noteBy(whole, carl, 'for nobody', 'direct')
  expect(await refused(whole, anna, { type: 'Announce', object: unseen, to: [PUBLIC] })).toMatchObject({
    status: 400,
    type: 'object-does-not-exist',
  })
})

test('one’s own may be shown again to those who may see it', async () => {
  const own = await noteBy(whole, anna, 'once more for my followers', 'followers')
  for (const to of [[PUBLIC], [carl.uri]])
    expect(await refused(whole, anna, { type: 'Announce', object: own, to })).toMatchObject({ status: 403 })
  const announce = await posted(whole, anna, { type: 'Announce', object: own, to: [followers()] })
  expect(announce).toMatchObject({ to: [followers()], cc: [] })
  await whole.settled()
  await zoe.receives((one) => one.id === announce.id)
  const row = await kept(whole, announce.id)
  expect(row).toMatchObject({ public: false, to_followers: true })
  const direct = await noteBy(whole, anna, 'for me', 'direct')
  expect(await refused(whole, anna, { type: 'Announce', object: direct })).toMatchObject({ status: 403 })
})
