import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { countsOf, mayRead, posted, refused, saidBy } from '../support/outbox.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Accept and Reject: anna chooses her followers, ben and carl live here, alice and bob elsewhere. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let carl: LocalAccount
let alice: Person
let bob: Person

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna', { manuallyApprovesFollowers: true })
  ben = await personHere(whole.world, 'ben')
  carl = await personHere(whole.world, 'carl')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  bob = await whole.peer.person('bob', { host: 'far.test' })
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

async function send(by: Person, activity: Json): Promise<Json> {
  expect((await by.post(`${ORIGIN}/ap/inbox`, activity)).status).toBe(202)
  await whole.settled()
  return activity
}

async function stateOf(person: { uri: string }) {
  const follower = await findAccountByUri(whole.db, person.uri)
  return follower && (await findFollow(whole.db, follower.id, anna.id))?.state
}

describe('a request from elsewhere', () => {
  test('is accepted by its id, once, and ended by a Reject', async () => {
    const follow = await send(alice, alice.follow(anna.uri))
    expect(await stateOf(alice)).toBe('requested')
    const accept = await posted(whole, anna, { type: 'Accept', object: follow.id })
    expect(accept).toMatchObject({ to: [alice.uri], object: { id: follow.id, type: 'Follow' } })
    await whole.settled()
    expect(await alice.receives('Accept')).toEqual(accept)
    expect(await stateOf(alice)).toBe('accepted')
    expect(await refused(whole, anna, { type: 'Accept', object: follow.id })).toMatchObject({ status: 400 })

    const reject = await posted(whole, anna, { type: 'Reject', object: follow.id })
    await whole.settled()
    expect(await alice.receives('Reject')).toEqual(reject)
    expect(await stateOf(alice)).toBeUndefined()
    expect(await refused(whole, anna, { type: 'Reject', object: follow.id })).toMatchObject({ status: 400 })
  })

  test('is answered by what it was, and is only for the one who was asked to answer', async () => {
    const follow = await send(bob, bob.follow(anna.uri))
    for (const type of ['Accept', 'Reject'])
      expect(await refused(whole, ben, { type, object: follow.id })).toMatchObject({ status: 400 })
    const object = { type: 'Follow', actor: bob.uri, object: anna.uri }
    const reject = await posted(whole, anna, { type: 'Reject', object })
    expect(reject).toMatchObject({ object: { id: follow.id } })
    expect(await stateOf(bob)).toBeUndefined()
    expect(await refused(whole, anna, { type: 'Accept', object })).toMatchObject({ status: 400 })
    const forged = { type: 'Follow', id: 'https://far.test/made-up', actor: bob.uri, object: anna.uri }
    expect(await refused(whole, anna, { type: 'Accept', object: forged })).toMatchObject({ status: 400 })
  })
})

test('a request from here is answered, and the two alone can read it', async () => {
  const follow = await posted(whole, ben, { type: 'Follow', object: anna.uri })
  const accept = await posted(whole, anna, { type: 'Accept', object: { id: follow.id, type: 'Follow' } })
  expect(accept).toMatchObject({ to: [ben.uri] })
  expect(await stateOf(ben)).toBe('accepted')
  for (const reader of [anna, ben]) expect(await mayRead(whole, accept.id, reader)).toBe(true)
  expect(await mayRead(whole, accept.id, carl)).toBe(false)
  expect(await whole.db.selectFrom('job').select('id').execute()).toEqual([])
})

describe('what somebody wants to do with a post', () => {
  async function askedPost(): Promise<string> {
    const draft = { text: 'ask me', visibility: 'public', policy: { like: 'nobody+ask' } } as const
    return whole.world.uris.post(await publishPost(whole.world, anna, draft))
  }

  test('from elsewhere is allowed with a stamp, or not', async () => {
    const target = await askedPost()
    const request = (by: Person) => {
      const like = by.activity('Like', target, { to: [anna.uri] })
      return by.activity('LikeRequest', target, { instrument: like, to: [anna.uri] })
    }
    const [hers, his] = [await send(alice, request(alice)), await send(bob, request(bob))]
    expect(await countsOf(whole, target)).toMatchObject({ likes: 0 })
    expect(await refused(whole, ben, { type: 'Accept', object: hers.id })).toMatchObject({ status: 400 })
    const accept = await posted(whole, anna, { type: 'Accept', object: hers.id, 'x:why': 'nice' })
    const reject = await posted(whole, anna, { type: 'Reject', object: his.id })
    await whole.settled()
    expect(await alice.receives((one) => one.id === accept.id)).toEqual(accept)
    expect(String(accept.result)).toMatch(`${ORIGIN}/ap/stamps/`)
    expect(accept['x:why']).toBe('nice')
    await bob.receives((one) => one.id === reject.id)
    expect(await countsOf(whole, target)).toMatchObject({ likes: 1 })
    for (const object of [hers.id, his.id])
      expect(await refused(whole, anna, { type: 'Accept', object })).toMatchObject({ status: 400 })
  })

  test('from here waits for the answer, too', async () => {
    const target = await askedPost()
    const like = await posted(whole, ben, { type: 'Like', object: target })
    expect(await countsOf(whole, target)).toMatchObject({ likes: 0 })
    const accept = await posted(whole, anna, { type: 'Accept', object: like.id })
    expect(accept).toMatchObject({ to: [ben.uri] })
    expect(await countsOf(whole, target)).toMatchObject({ likes: 1 })
  })
})

test('an answer to anything else is kept, and whoever asked hears of it', async () => {
  const offer = {
    id: `${alice.uri}/offers/1`,
    type: 'Offer',
    actor: alice.uri,
    object: `${alice.uri}/things/1`,
  }
  whole.peer.serve(offer.id, { '@context': 'https://www.w3.org/ns/activitystreams', ...offer })
  const embedded = await posted(whole, anna, { type: 'Accept', object: offer, 'x:note': 'gladly' })
  expect(embedded).toMatchObject({ to: [alice.uri], object: offer, 'x:note': 'gladly' })
  const byId = await posted(whole, anna, { type: 'Reject', object: offer.id })
  expect(byId).toMatchObject({ to: [alice.uri], object: offer.id })
  await whole.settled()
  for (const { id } of [embedded, byId]) await alice.receives((one) => one.id === id)
  for (const object of ['https://far.test/no-such-thing', undefined])
    expect(await refused(whole, anna, { type: 'Accept', object })).toMatchObject({ status: 400 })
})

test('it takes leave to manage followers', async () => {
  const follow = await posted(whole, carl, { type: 'Follow', object: anna.uri })
  const scope = 'write:follows'
  const only = (name: string) => ({ scope: `https://swicg.github.io/activitypub-api/scopes#${name}` })
  expect(
    await refused(whole, anna, { type: 'Accept', object: follow.id }, only('createcontent')),
  ).toMatchObject({ status: 403 })
  await posted(whole, anna, { type: 'Accept', object: follow.id }, only('managefollowers'))
  await posted(whole, anna, { type: 'Reject', object: follow.id }, { scope })
  expect(await saidBy(whole, anna, 'Reject')).not.toEqual([])
})
