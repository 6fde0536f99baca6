import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { countsOf, type Json, noteBy, noteFrom, PUBLIC, posted, postTo } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md e11: whatever comes at the same moment, the outcome is one that could have come one after the other, and no fault. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let alice: Person

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  alice = await whole.peer.person('alice', { host: 'far.test' })
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const TIMES = [1, 2, 3, 4, 5]

async function atOnce(act: Json): Promise<{ done: Json; again: readonly Json[] }> {
  const answers = await Promise.all(TIMES.map(() => postTo(whole, anna, act)))
  const done = answers.filter(({ status }) => status === 201).map(({ json }) => json)
  const again = answers.filter(({ status }) => status === 400).map(({ json }) => json)
  expect([done.length, again.length]).toEqual([1, TIMES.length - 1])
  return { done: done[0] ?? {}, again }
}

test('what is done several times at once is done once, and the others name that one', async () => {
  const far = await noteFrom(whole, alice, 'popular')
  const near = await noteBy(whole, ben, 'popular')
  const acts: readonly Json[] = [
    { type: 'Follow', object: alice.uri },
    { type: 'Follow', object: ben.uri },
    { type: 'Like', object: far },
    { type: 'Like', object: near },
    { type: 'EmojiReact', object: near, content: '🎉' },
    { type: 'Dislike', object: near },
    { type: 'Announce', object: far, to: [PUBLIC] },
    { type: 'Add', object: await noteBy(whole, anna, 'mine'), target: `${anna.uri}/featured` },
  ]
  for (const act of acts) {
    const { done, again } = await atOnce(act)
    for (const json of again) expect(json).toMatchObject({ code: 'act.redundant', duplicate: done.id })
    if (act.type === 'Add') continue
    const undone = await atOnce({ type: 'Undo', object: done.id })
    for (const json of undone.again)
      expect(json).toMatchObject({ code: 'act.redundant', duplicate: undone.done.id })
  }
  expect(await countsOf(whole, far)).toEqual({ likes: 0, boosts: 0 })
  expect(await countsOf(whole, near)).toEqual({ likes: 0, boosts: 0 })
})

test('a Follow that is undone while its Accept is on the way is gone', async () => {
  const follow = await posted(whole, anna, { type: 'Follow', object: alice.uri })
  await whole.settled()
  const heard = await alice.receives((one) => one.id === follow.id)
  const [accepted, undone] = await Promise.all([
    alice.post(`${ORIGIN}/ap/inbox`, alice.accept(heard)),
    postTo(whole, anna, { type: 'Undo', object: follow.id }),
  ])
  expect([accepted.status, undone.status]).toEqual([202, 201])
  await whole.settled()
  const far = await findAccountByUri(whole.db, alice.uri)
  expect(far && (await findFollow(whole.db, anna.id, far.id))).toBeUndefined()
  await alice.receives((one) => one.id === undone.json.id)
})

test('two who follow or block each other at once do not wait for each other for ever', async () => {
  const pairs = await Promise.all(
    ['carl', 'dora', 'erik', 'finn'].map((name) => personHere(whole.world, `${name}x`)),
  )
  const answers = await Promise.all(
    pairs.flatMap((one) =>
      pairs
        .filter((other) => other !== one)
        .map((other) => postTo(whole, one, { type: 'Follow', object: other.uri })),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
  const blocks = await Promise.all(
    pairs.flatMap((one) =>
      pairs
        .filter((other) => other !== one)
        .map((other) => postTo(whole, one, { type: 'Block', object: other.uri })),
    ),
  )
  expect(blocks.map(({ status }) => status)).toEqual(blocks.map(() => 201))
  for (const one of pairs)
    for (const other of pairs) expect(await findFollow(whole.db, one.id, other.id)).toBeUndefined()
})

test('what comes by another door at the same moment makes it redundant, not a fault', async () => {
  const uri = await noteBy(whole, ben, 'two doors')
  const id = whole.world.uris.postIdFrom(uri)
  if (!id) throw new Error('no post')
  const [answer] = await Promise.all([
    postTo(whole, anna, { type: 'Like', object: uri }),
    likePost(whole.world, anna, id),
  ])
  expect([201, 400]).toContain(answer.status)
  expect(await countsOf(whole, uri)).toEqual({ likes: 1, boosts: 0 })
})
