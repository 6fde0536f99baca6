import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { kept, mayRead, noteBy, posted, refused, saidBy } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* c2s.md b3, Follow: anna acts; ben and carl live here, carl chooses his followers, alice lives elsewhere. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let carl: LocalAccount
let alice: Person

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  carl = await personHere(whole.world, 'carl', { manuallyApprovesFollowers: true })
  alice = await whole.peer.person('alice', { host: 'far.test' })
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const stateOf = async (whom: { id: LocalAccount['id'] }) =>
  (await findFollow(whole.db, anna.id, whom.id))?.state

test('somebody elsewhere is asked for, told, and followed once they say yes', async () => {
  const follow = await posted(whole, anna, {
    type: 'Follow',
    object: alice.uri,
    'ext:mood': 'curious',
    '@context': ['https://www.w3.org/ns/activitystreams', { ext: 'https://ext.test/ns#' }],
  })
  expect(follow).toMatchObject({ type: 'Follow', object: alice.uri, to: [alice.uri], 'ext:mood': 'curious' })
  await whole.settled()
  const heard = await alice.receives('Follow')
  expect(heard).toEqual(follow)
  const far = await findAccountByUri(whole.db, alice.uri)
  expect(far && (await stateOf(far))).toBe('requested')

  await alice.post(`${anna.uri}/inbox`, alice.accept(heard))
  await whole.settled()
  expect(far && (await stateOf(far))).toBe('accepted')
})

test('to follow again is redundant, and says what it repeats', async () => {
  const first = await kept(whole, (await saidBy(whole, anna, 'Follow'))[0]?.id)
  expect(await refused(whole, anna, { type: 'Follow', object: alice.uri })).toMatchObject({
    status: 400,
    type: 'redundant-activity',
    json: { duplicate: first?.json.id },
  })
})

test('whoever is here and lets everybody follow says yes in the same moment', async () => {
  const follow = await posted(whole, anna, { type: 'Follow', object: { id: ben.uri, type: 'Person' } })
  expect(follow).toMatchObject({ object: ben.uri, to: [ben.uri], cc: [] })
  expect(await stateOf(ben)).toBe('accepted')
  const [accept] = await saidBy(whole, ben, 'Accept')
  expect(accept).toMatchObject({ actor: ben.uri, to: [anna.uri], object: { id: follow.id, type: 'Follow' } })
  // Both can be read by the two, and by nobody else; nothing of it was put into the queue.
  for (const id of [follow.id, accept?.id]) {
    for (const reader of [anna, ben]) expect(await mayRead(whole, id, reader)).toBe(true)
    for (const reader of [carl, undefined]) expect(await mayRead(whole, id, reader)).toBe(false)
  }
  expect(await whole.db.selectFrom('job').select('id').execute()).toEqual([])
})

test('whoever chooses their followers is asked, and asked once', async () => {
  const follow = await posted(whole, anna, { type: 'Follow', object: carl.uri })
  expect(await stateOf(carl)).toBe('requested')
  expect(await saidBy(whole, carl, 'Accept')).toEqual([])
  expect(await refused(whole, anna, { type: 'Follow', object: carl.uri })).toMatchObject({
    status: 400,
    json: { duplicate: follow.id },
  })
})

test('only people can be followed, and nobody themselves', async () => {
  const post = await noteBy(whole, ben, 'no actor')
  const cases: [unknown, number, string][] = [
    [post, 400, 'not-an-actor'],
    ['https://far.test/nobody', 400, 'not-an-actor'],
    [whole.world.uris.instanceActor, 400, 'not-an-actor'],
    [anna.uri, 400, 'about:blank'],
    [undefined, 400, 'about:blank'],
  ]
  for (const [object, status, type] of cases)
    expect(await refused(whole, anna, { type: 'Follow', object })).toMatchObject({ status, type })
})

test('what else the app says it is for is kept, the one who is followed is added', async () => {
  const dora = await personHere(whole.world, 'dora')
  const erik = await personHere(whole.world, 'erik')
  const follow = await posted(whole, anna, {
    type: 'Follow',
    object: dora.uri,
    to: [erik.uri],
    bto: [carl.uri],
  })
  expect(follow).toMatchObject({ to: [erik.uri, dora.uri] })
  expect(JSON.stringify(follow)).not.toContain(carl.uri)
  for (const reader of [dora, erik, carl]) expect(await mayRead(whole, follow.id, reader)).toBe(true)
  expect(await mayRead(whole, follow.id, ben)).toBe(false)
})

test('an app that may not follow does not', async () => {
  const scope = 'https://swicg.github.io/activitypub-api/scopes#like'
  expect(await refused(whole, anna, { type: 'Follow', object: ben.uri }, { scope })).toMatchObject({
    status: 403,
  })
})
