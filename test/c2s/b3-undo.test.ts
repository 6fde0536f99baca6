import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findBlock } from '../../src/domain/blocks/find.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import {
  countsOf,
  mayRead,
  noteBy,
  noteFrom,
  PUBLIC,
  posted,
  postTo,
  refused,
  saidBy,
} from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Undo: anna acts, ben lives here, dora here chooses her followers; alice and zoe, who follows anna, elsewhere. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let dora: LocalAccount
let alice: Person
let zoe: Person

beforeAll(async () => {
  whole = await startWhole(['far.test', 'other.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  dora = await personHere(whole.world, 'dora', { manuallyApprovesFollowers: true })
  alice = await whole.peer.person('alice', { host: 'far.test' })
  zoe = await whole.peer.person('zoe', { host: 'other.test' })
  expect((await zoe.post(`${ORIGIN}/ap/inbox`, zoe.follow(anna.uri))).status).toBe(202)
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const undo = (object: unknown, more = {}) => posted(whole, anna, { type: 'Undo', object, ...more })
const not = (object: unknown) => refused(whole, anna, { type: 'Undo', object })

describe('a Like', () => {
  test.each(['by its id', 'embedded with its id', 'embedded as what it was'])('is undone %s', async (how) => {
    const object = await noteFrom(whole, alice, how)
    const like = await posted(whole, anna, { type: 'Like', object })
    expect(await countsOf(whole, object)).toMatchObject({ likes: 1 })
    const named = {
      'by its id': like.id,
      'embedded with its id': { id: like.id, type: 'Like', actor: anna.uri, object },
      'embedded as what it was': { type: 'Like', object },
    }[how]
    const undone = await undo(named)
    expect(undone).toMatchObject({ to: [alice.uri], object: { id: like.id, type: 'Like', object } })
    await whole.settled()
    expect(await alice.receives((one) => one.id === undone.id)).toEqual(undone)
    expect(await countsOf(whole, object)).toMatchObject({ likes: 0 })
    expect(await not(like.id)).toMatchObject({
      status: 400,
      type: 'redundant-activity',
      json: { duplicate: undone.id },
    })
    expect(await not({ type: 'Like', object })).toMatchObject({ status: 400 })
    // What was undone can be done anew.
    await posted(whole, anna, { type: 'Like', object })
  })

  test('that others heard of is undone before them, too', async () => {
    const object = await noteFrom(whole, alice, 'liked aloud')
    const like = await posted(whole, anna, {
      type: 'Like',
      object,
      to: [PUBLIC],
      cc: [`${anna.uri}/followers`],
    })
    const undone = await undo(like.id, { to: [], cc: [] })
    expect(undone).toMatchObject({ to: [PUBLIC, alice.uri], cc: [`${anna.uri}/followers`] })
    expect(undone.proof).toBeDefined()
    await whole.settled()
    await zoe.receives((one) => one.id === undone.id)
  })

  test('of a post here leaves no trace but for the two', async () => {
    const object = await noteBy(whole, ben, 'here')
    const like = await posted(whole, anna, { type: 'Like', object, bcc: [dora.uri] })
    const undone = await undo(like.id)
    for (const reader of [anna, ben, dora]) expect(await mayRead(whole, undone.id, reader)).toBe(true)
    expect(await mayRead(whole, undone.id, undefined)).toBe(false)
    expect(JSON.stringify(undone)).not.toContain(dora.uri)
    expect(await countsOf(whole, object)).toEqual({ likes: 0, boosts: 0 })
  })
})

test('an Announce is taken back from all who got it', async () => {
  const object = await noteFrom(whole, alice, 'shared')
  const announce = await posted(whole, anna, { type: 'Announce', object, to: [PUBLIC] })
  await whole.settled()
  const undone = await undo(announce.id)
  await whole.settled()
  for (const person of [alice, zoe])
    expect(await person.receives((one) => one.id === undone.id)).toMatchObject({
      object: { id: announce.id },
    })
  expect(await countsOf(whole, object)).toEqual({ likes: 0, boosts: 0 })
  expect(await not(announce.id)).toMatchObject({ status: 400, type: 'redundant-activity' })
})

test('a Follow is ended, or called off while it waits', async () => {
  const followed = await posted(whole, anna, { type: 'Follow', object: ben.uri })
  const first = await undo({ type: 'Follow', object: ben.uri })
  expect(first).toMatchObject({ to: [ben.uri], object: { id: followed.id } })
  expect(await findFollow(whole.db, anna.id, ben.id)).toBeUndefined()

  const pending = await posted(whole, anna, { type: 'Follow', object: dora.uri })
  await undo(pending.id)
  expect(await findFollow(whole.db, anna.id, dora.id)).toBeUndefined()
  expect(await refused(whole, dora, { type: 'Accept', object: pending.id })).toMatchObject({ status: 400 })

  const afar = await posted(whole, anna, { type: 'Follow', object: alice.uri })
  await whole.settled()
  await alice.post(`${ORIGIN}/ap/inbox`, alice.accept(await alice.receives('Follow')))
  await whole.settled()
  const last = await undo(afar.id)
  await whole.settled()
  expect(await alice.receives((one) => one.id === last.id)).toMatchObject({ type: 'Undo' })
})

test('a Block is lifted as quietly as it was made, and what it ended stays ended', async () => {
  await posted(whole, anna, { type: 'Follow', object: ben.uri })
  const block = await posted(whole, anna, { type: 'Block', object: ben.uri })
  const undone = await undo(block.id)
  expect(undone).toMatchObject({ to: [], cc: [] })
  expect(await findBlock(whole.db, anna.id, ben.id)).toBeUndefined()
  expect(await findFollow(whole.db, anna.id, ben.id)).toBeUndefined()
  expect(await mayRead(whole, undone.id, ben)).toBe(false)
})

test('an Accept of a Follow is taken back: they follow no longer', async () => {
  const follow = await posted(whole, ben, { type: 'Follow', object: dora.uri })
  const accept = await posted(whole, dora, { type: 'Accept', object: follow.id })
  const undone = await posted(whole, dora, { type: 'Undo', object: accept.id })
  expect(undone).toMatchObject({ to: [ben.uri] })
  expect(await findFollow(whole.db, ben.id, dora.id)).toBeUndefined()
  expect(await refused(whole, dora, { type: 'Undo', object: accept.id })).toMatchObject({ status: 400 })
  expect(await saidBy(whole, dora, 'Reject')).toHaveLength(1)
})

test('what means nothing here is undone before whoever heard of it, by what it was only if it was one', async () => {
  const object = `${ORIGIN}/ap/posts/1`
  const join = await posted(whole, anna, { type: 'Join', object, to: [alice.uri] })
  const undone = await undo({ type: 'Join', object })
  expect(undone).toMatchObject({ to: [alice.uri], object: { id: join.id, type: 'Join', object } })
  await whole.settled()
  await alice.receives((one) => one.id === undone.id)
  expect(await not(join.id)).toMatchObject({ status: 400, json: { duplicate: undone.id } })
  await posted(whole, anna, { type: 'View', object })
  await posted(whole, anna, { type: 'View', object })
  expect(await not({ type: 'View', object })).toMatchObject({ status: 400 })
})

test('what is ended by another activity is not undone', async () => {
  const note = await posted(whole, anna, { type: 'Note', content: 'words', to: [PUBLIC] })
  expect(await not(note.id)).toMatchObject({ status: 400, code: 'act.use-instead' })
  const list = await posted(whole, anna, { type: 'Create', object: { type: 'Collection', name: 'mine' } })
  const target = (list.object as { id: string }).id
  const add = await posted(whole, anna, { type: 'Add', object: ben.uri, target })
  const refusal = await not(add.id)
  expect(refusal).toMatchObject({ status: 400, code: 'act.use-instead' })
  expect(refusal.json.detail).toContain('Remove')
})

test('nobody undoes what another did', async () => {
  const object = await noteBy(whole, ben, 'mine alone')
  const like = await posted(whole, ben, { type: 'Like', object, to: [anna.uri] })
  const theirs = { type: 'Like', actor: ben.uri, object }
  for (const named of [like.id, { ...theirs, id: like.id }, theirs])
    expect(await not(named)).toMatchObject({ status: 403, type: 'actor-not-authorized' })
  const quiet = await posted(whole, ben, { type: 'Arrive', to: [] })
  for (const named of [quiet.id, 'https://far.test/x', `${ORIGIN}/ap/activities/1`, { type: 'Like', object }])
    expect(await not(named)).toMatchObject({ status: 400, type: 'object-does-not-exist' })
  expect(await not(undefined)).toMatchObject({ status: 400 })
  expect(await countsOf(whole, object)).toMatchObject({ likes: 1 })
})

test('e11: an Undo and what comes at the same moment end in one of both, never in a fault', async () => {
  const object = await noteBy(whole, ben, 'to and fro')
  const like = await posted(whole, anna, { type: 'Like', object })
  const answers = await Promise.all(
    [1, 2, 3].flatMap(() => [
      postTo(whole, anna, { type: 'Undo', object: like.id }),
      postTo(whole, anna, { type: 'Like', object }),
    ]),
  )
  for (const { status } of answers) expect([201, 400]).toContain(status)
  const rows = await whole.db
    .selectFrom('reaction')
    .innerJoin('post', 'post.id', 'reaction.post_id')
    .select('reaction.id')
    .where('post.uri', '=', object)
    .execute()
  expect((await countsOf(whole, object)).likes).toBe(rows.length)
})
