import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { undoFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { noteBy, noteFrom, PUBLIC, posted, postTo, refused } from '../support/outbox.ts'
import type { Json, Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Delete; e12: anna deletes, ben and carl live here, alice, alba and alex elsewhere. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let carl: LocalAccount
let alice: Person
let alba: Person
let alex: Person

beforeAll(async () => {
  whole = await startWhole(['far.test', 'near.test', 'else.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  carl = await personHere(whole.world, 'carl')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  alba = await whole.peer.person('alba', { host: 'near.test' })
  alex = await whole.peer.person('alex', { host: 'else.test' })
  await requestFollow(whole.world, ben, anna)
  for (const person of [alice, alba]) {
    const { status } = await person.post(`${ORIGIN}/ap/inbox`, person.follow(anna.uri))
    expect(status).toBe(202)
  }
  await whole.settled()
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

type Thing = Json & { readonly id: string }
const followers = () => whole.world.uris.followers(anna.id)
const make = async (object: Json) => {
  const said = await posted(whole, anna, object)
  await whole.settled()
  return { said, object: said.object as Thing }
}
const read = async (uri: string, who?: LocalAccount) => {
  const headers = {
    accept: 'application/activity+json',
    ...(who && bearing(await tokenFor(whole.world, who))),
  }
  const reply = await whole.ask(uri.slice(ORIGIN.length), { headers })
  return { status: reply.status, json: reply.text.startsWith('{') ? (JSON.parse(reply.text) as Json) : {} }
}

describe.each([
  ['a post', 'Note', { type: 'Note', content: 'a' }],
  ['an object', 'Place', { type: 'Place', name: 'a', content: 'b' }],
])('of %s', (_what, formerType, thing) => {
  test.each(['by its id', 'as a whole', 'as a Tombstone'])('%s leaves a Tombstone', async (how) => {
    const { said, object } = await make({ ...thing, to: [PUBLIC], cc: [followers()] })
    const named =
      how === 'by its id' ? object.id : how === 'as a whole' ? object : { type: 'Tombstone', id: object.id }
    const gone = await posted(whole, anna, { type: 'Delete', object: named, 'x:why': 'because' })
    expect(gone).toMatchObject({
      type: 'Delete',
      'x:why': 'because',
      object: { id: object.id, type: 'Tombstone' },
    })
    const { status, json } = await read(object.id)
    expect(status).toBe(410)
    expect(json).toMatchObject({ id: object.id, type: 'Tombstone', formerType, published: object.published })
    expect(Date.parse(String(json.deleted))).toBeGreaterThan(Date.parse(String(object.published)) - 1000)
    expect(JSON.stringify(json)).not.toContain('content')
    expect((await read(said.id)).status).toBe(404)
    expect((await read(gone.id)).json).toEqual(gone)
    await whole.settled()
    expect(await alice.receives((one) => one.id === gone.id)).toEqual(gone)
  })

  test('reaches everyone who ever got it (e12)', async () => {
    const { object } = await make({ ...thing, to: [followers()] })
    await posted(whole, anna, { type: 'Update', object: { id: object.id, content: 'c' }, to: [alex.uri] })
    await whole.settled()
    const alba_ = await whole.db
      .selectFrom('account')
      .select('id')
      .where('uri', '=', alba.uri)
      .executeTakeFirstOrThrow()
    await undoFollow(whole.world, { followerId: alba_.id, followedId: anna.id })
    const gone = await posted(whole, anna, { type: 'Delete', object: object.id })
    await whole.settled()
    for (const person of [alice, alba, alex]) await person.receives((one) => one.id === gone.id)
    const { status } = await alba.post(`${ORIGIN}/ap/inbox`, alba.follow(anna.uri))
    expect(status).toBe(202)
  })

  test('that was not for everyone is told to nobody else: 410 for its author, 404 for all others (e13)', async () => {
    const { object } = await make({ ...thing, to: [ben.uri] })
    const gone = await posted(whole, anna, { type: 'Delete', object: object.id })
    expect((await read(object.id, anna)).status).toBe(410)
    for (const who of [ben, carl, undefined]) expect((await read(object.id, who)).status).toBe(404)
    expect((await read(gone.id, ben)).status).toBe(200)
    for (const who of [carl, undefined]) expect((await read(gone.id, who)).status).toBe(404)
    expect(JSON.stringify((gone.object as Json).published ?? '')).toBe('""')
  })

  test('is done once', async () => {
    const { object } = await make({ ...thing, to: [PUBLIC] })
    const headers = { 'idempotency-key': `gone-${object.id}` }
    const first = await postTo(whole, anna, { type: 'Delete', object: object.id }, { headers })
    expect(await refused(whole, anna, { type: 'Delete', object: object.id })).toMatchObject({
      status: 400,
      type: 'redundant-activity',
    })
    const same = await postTo(whole, anna, { type: 'Delete', object: object.id }, { headers })
    expect([same.status, same.text]).toEqual([201, first.text])
    expect(
      await refused(whole, anna, { type: 'Update', object: { id: object.id, content: 'x' } }),
    ).toMatchObject({ status: 400 })
  })

  test('that is asked for twice at once is done once, and refused once (e11)', async () => {
    const { object } = await make({ ...thing, to: [PUBLIC] })
    const gone = { type: 'Delete', object: object.id }
    const replies = await Promise.all([postTo(whole, anna, gone), postTo(whole, anna, gone)])
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 400])
    const edits = await make({ ...thing, to: [PUBLIC] })
    const both = await Promise.all([
      postTo(whole, anna, { type: 'Update', object: { id: edits.object.id, content: 'x' } }),
      postTo(whole, anna, { type: 'Delete', object: edits.object.id }),
    ])
    expect(both.map(({ status }) => status)).toEqual([expect.toBeOneOf([201, 400]), 201])
  })

  test('of somebody else is 403 for who may see it, and of nothing for all others', async () => {
    const { object } = await make({ ...thing, to: [PUBLIC] })
    expect(await refused(whole, ben, { type: 'Delete', object: object.id })).toMatchObject({
      status: 403,
      type: 'actor-not-authorized',
    })
    const hidden = await make({ ...thing })
    expect(await refused(whole, ben, { type: 'Delete', object: hidden.object.id })).toMatchObject({
      status: 400,
      type: 'object-does-not-exist',
    })
    expect((await read(object.id)).status).toBe(200)
  })

  test('takes its scope', async () => {
    const { object } = await make({ ...thing, to: [PUBLIC] })
    for (const scope of ['createcontent', 'updatecontent', 'like']) {
      expect((await postTo(whole, anna, { type: 'Delete', object: object.id }, { scope })).status).toBe(403)
    }
    expect(
      (await postTo(whole, anna, { type: 'Delete', object: object.id }, { scope: 'deletecontent' })).status,
    ).toBe(201)
  })
})

test('takes a post out of homes, notifications and lists', async () => {
  const { object } = await make({ type: 'Note', content: 'a', to: [PUBLIC, ben.uri], cc: [followers()] })
  const { id } = await whole.db
    .selectFrom('post')
    .select('id')
    .where('uri', '=', object.id)
    .executeTakeFirstOrThrow()
  const rows = async () => {
    const homes = await whole.db
      .selectFrom('home_entry')
      .select('owner_id')
      .where('post_id', '=', id)
      .execute()
    const notices = await whole.db
      .selectFrom('notification')
      .select('owner_id')
      .where('post_id', '=', id)
      .execute()
    return [homes.length, notices.length]
  }
  expect(await rows()).toEqual([2, 1])
  await posted(whole, anna, { type: 'Delete', object: object.id })
  expect(await rows()).toEqual([0, 0])
})

test('takes nothing away that is no such thing', async () => {
  expect(await refused(whole, anna, { type: 'Delete', object: anna.uri })).toMatchObject({
    status: 403,
    type: 'actor-not-authorized',
  })
  expect((await refused(whole, anna, { type: 'Delete', object: ben.uri })).status).toBe(403)
  const like = await posted(whole, anna, { type: 'Like', object: await noteBy(whole, ben, 'x') })
  expect((await refused(whole, anna, { type: 'Delete', object: like.id })).status).toBe(400)
  const far = await noteFrom(whole, alice, 'hers', { cc: [anna.uri] })
  expect((await refused(whole, anna, { type: 'Delete', object: far })).status).toBe(403)
  for (const object of [
    `${ORIGIN}/ap/posts/1`,
    `${ORIGIN}/ap/objects/1`,
    'https://far.test/unknown',
    ORIGIN,
  ]) {
    expect(await refused(whole, anna, { type: 'Delete', object })).toMatchObject({
      status: 400,
      type: 'object-does-not-exist',
    })
  }
  expect(await refused(whole, anna, { type: 'Delete' })).toMatchObject({
    status: 400,
    code: 'activity.no-object',
  })
})
