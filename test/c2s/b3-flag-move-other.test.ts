import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri, findMoving } from '../../src/domain/accounts/find.ts'
import { kept, mayRead, noteBy, noteFrom, PUBLIC, posted, refused } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Flag, Move, and all that means nothing more here: anna acts, ben lives here, alice and bob elsewhere. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let alice: Person
let bob: Person

beforeAll(async () => {
  whole = await startWhole(['far.test', 'other.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  bob = await whole.peer.person('bob', { host: 'other.test' })
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const reports = () => whole.db.selectFrom('report').selectAll().orderBy('id').execute()

describe('a Flag', () => {
  test('is put before moderators, passed on by the server alone, and read by its maker alone', async () => {
    const note = await noteFrom(whole, alice, 'nasty')
    const flag = await posted(whole, anna, {
      type: 'Flag',
      object: [alice.uri, note],
      content: 'this is <b>spam</b>',
      to: [alice.uri, bob.uri, PUBLIC],
      cc: [`${anna.uri}/followers`],
    })
    expect(flag).toMatchObject({ type: 'Flag', to: [whole.world.uris.instanceActor], cc: [] })
    await whole.settled()
    const [report] = await reports()
    expect(report).toMatchObject({ reporter_id: anna.id, comment: 'this is spam', forwarded: true })
    const heard = await alice.receives('Flag')
    expect(heard).toMatchObject({ actor: whole.world.uris.instanceActor, object: [alice.uri, note] })
    expect(JSON.stringify(heard)).not.toContain(anna.uri)
    expect(alice.received.some(({ id }) => id === flag.id)).toBe(false)
    expect(bob.received).toEqual([])
    const far = await findAccountByUri(whole.db, alice.uri)
    expect(await mayRead(whole, flag.id, anna)).toBe(true)
    for (const reader of [far, ben, undefined]) expect(await mayRead(whole, flag.id, reader)).toBe(false)
  })

  test('of a post is about its author, here too', async () => {
    const note = await noteBy(whole, ben, 'rude')
    await posted(whole, anna, { type: 'Flag', object: note })
    expect((await reports()).at(-1)).toMatchObject({ target_id: ben.id, post_uris: [note], forwarded: false })
  })

  test('needs somebody to be about', async () => {
    for (const object of [undefined, 'https://far.test/nothing', anna.uri])
      expect(await refused(whole, anna, { type: 'Flag', object })).toMatchObject({ status: 400 })
  })
})

describe('a Move', () => {
  test('is refused unless the other account says that it is the same', async () => {
    const move = { type: 'Move', object: anna.uri, target: bob.uri }
    expect(await refused(whole, anna, move)).toMatchObject({ status: 403, type: 'actor-not-authorized' })
    expect(await refused(whole, anna, { ...move, object: ben.uri })).toMatchObject({ status: 403 })
    expect(await refused(whole, anna, { ...move, target: ben.uri })).toMatchObject({ status: 403 })
    expect(await refused(whole, anna, { ...move, target: 'https://far.test/nobody' })).toMatchObject({
      status: 400,
    })
    for (const missing of [{ object: anna.uri }, { target: bob.uri }])
      expect(await refused(whole, anna, { type: 'Move', ...missing })).toMatchObject({ status: 400 })
    const scope = 'write:statuses'
    expect(await refused(whole, anna, move, { scope })).toMatchObject({ status: 403 })
    expect((await findMoving(whole.db, anna.id))?.movedToUri).toBeNull()
  })

  test('is told to all who follow, once it may be', async () => {
    const dora = await personHere(whole.world, 'dora')
    expect((await alice.post(`${ORIGIN}/ap/inbox`, alice.follow(dora.uri))).status).toBe(202)
    await whole.settled()
    bob.actor.alsoKnownAs = [dora.uri]
    const move = await posted(whole, dora, {
      type: 'Move',
      object: dora.uri,
      target: bob.uri,
      'x:why': 'sun',
    })
    expect(move).toMatchObject({ to: [`${dora.uri}/followers`], target: bob.uri, 'x:why': 'sun' })
    await whole.settled()
    expect(await alice.receives('Move')).toEqual(move)
    expect((await findMoving(whole.db, dora.id))?.movedToUri).toBe(bob.uri)
    for (const act of [{ type: 'Follow', object: ben.uri }, { type: 'Arrive' }])
      expect(await refused(whole, dora, act)).toMatchObject({ status: 403 })
  })
})

describe('what means nothing more here', () => {
  const at = { type: 'Place', name: 'Harbour' }

  test.each([
    ['Arrive', { location: at }],
    ['Travel', { target: at }],
    ['View', { object: 'https://far.test/film' }],
    ['Listen', { object: { type: 'Audio', name: 'Song' } }],
    ['Read', { object: 'https://far.test/book' }],
    ['Join', { object: 'https://far.test/group' }],
    ['Leave', { object: 'https://far.test/group' }],
    ['Offer', { object: { type: 'Event', name: 'Tea' }, target: 'https://far.test/users/alice' }],
    ['Invite', { object: 'https://far.test/event', target: 'https://far.test/users/alice' }],
    ['TentativeAccept', { object: 'https://far.test/invite' }],
    ['TentativeReject', { object: 'https://far.test/invite' }],
    ['Ignore', { object: 'https://far.test/x' }],
  ])('%s is kept as it is and goes to whom it is for', async (type, more) => {
    const given = await posted(whole, anna, {
      '@context': ['https://www.w3.org/ns/activitystreams', { mood: 'https://ext.test/ns#d' }],
      type,
      ...more,
      to: [alice.uri],
      bcc: [bob.uri],
      'ext:deep': { list: [1, { a: null }] },
    })
    expect(given).toMatchObject({
      type,
      ...more,
      to: [alice.uri],
      cc: [],
      'ext:deep': { list: [1, { a: null }] },
    })
    await whole.settled()
    for (const person of [alice, bob]) expect(await person.receives(type)).toEqual(given)
    const secret = [bob.inbox, bob.uri].some((uri) => JSON.stringify(given).includes(uri))
    expect(secret).toBe(false)
    expect(await kept(whole, given.id)).toMatchObject({ kind: type, lasting: true, public: false })
    expect(await mayRead(whole, given.id, ben)).toBe(false)
  })

  test('nor is a type lost that nobody here knows', async () => {
    const given = await posted(whole, anna, {
      '@context': ['https://www.w3.org/ns/activitystreams', { chess: 'https://chess.test/ns#' }],
      type: 'chess:Castle',
      object: 'https://chess.test/games/1',
      'chess:side': 'king',
      to: [PUBLIC, alice.uri],
    })
    expect(given.type).toEqual(['chess:Castle', 'Activity'])
    expect(given['chess:side']).toBe('king')
    expect(given.proof).toBeDefined()
    await whole.settled()
    expect(await alice.receives((one) => one.id === given.id)).toEqual(given)
  })

  test('it is for its maker alone unless it says otherwise, and nobody is asked to deliver it', async () => {
    const given = await posted(whole, anna, { type: 'Arrive', location: at, to: [], cc: [] })
    const told = await whole.db.selectFrom('job').select('id').where('kind', '=', 'deliver').execute()
    expect(told).toEqual([])
    expect([await mayRead(whole, given.id, anna), await mayRead(whole, given.id, ben)]).toEqual([true, false])
  })

  test('most need an object', async () => {
    for (const type of ['View', 'Offer', 'Invite', 'Join', 'Leave', 'Read', 'Listen', 'TentativeAccept'])
      expect(await refused(whole, anna, { type })).toMatchObject({ status: 400 })
  })

  test('its time is when the app says it was, if that is past', async () => {
    const then = '2020-02-02T02:02:02.000Z'
    expect(await posted(whole, anna, { type: 'Arrive', location: at, published: then })).toMatchObject({
      published: then,
    })
    const future = await posted(whole, anna, {
      type: 'Arrive',
      location: at,
      published: '2099-01-01T00:00:00Z',
    })
    expect(Date.parse(String(future.published))).toBeLessThanOrEqual(Date.now() + 1000)
  })
})
