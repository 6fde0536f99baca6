import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { findBlock } from '../../src/domain/blocks/find.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { kept, mayRead, noteBy, PUBLIC, posted, postTo, readAs, refused, saidBy } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Block, and e14, blocks between people here: anna acts, ben and carl live here, alice elsewhere. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let carl: LocalAccount
let alice: Person

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  carl = await personHere(whole.world, 'carl')
  alice = await whole.peer.person('alice', { host: 'far.test' })
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

test('ends all that tied the two, and is never told to the one whom it keeps away', async () => {
  const mine = await posted(whole, anna, { type: 'Follow', object: alice.uri })
  await whole.settled()
  await alice.post(`${ORIGIN}/ap/inbox`, alice.accept(await alice.receives('Follow')))
  await alice.post(`${ORIGIN}/ap/inbox`, alice.follow(anna.uri))
  await whole.settled()
  const far = await findAccountByUri(whole.db, alice.uri)
  if (!far) throw new Error('alice is not known')

  const block = await posted(whole, anna, {
    type: 'Block',
    object: alice.uri,
    to: [alice.uri, PUBLIC],
    cc: [ben.uri],
    bcc: [carl.uri],
    summary: 'enough',
  })
  expect(block).toMatchObject({ type: 'Block', object: alice.uri, to: [], cc: [], summary: 'enough' })
  await whole.settled()
  expect(await findFollow(whole.db, anna.id, far.id)).toBeUndefined()
  expect(await findFollow(whole.db, far.id, anna.id)).toBeUndefined()
  expect(await findBlock(whole.db, anna.id, far.id)).toBeDefined()
  expect(await alice.receives('Undo')).toMatchObject({ object: { id: mine.id } })
  expect(alice.received.filter(({ type }) => type === 'Block')).toEqual([])

  expect(await kept(whole, block.id)).toMatchObject({ public: false, lasting: true })
  expect(await mayRead(whole, block.id, anna)).toBe(true)
  expect((await readAs(whole, block.id, anna)).json).toEqual(block)
  expect((await alice.get(block.id)).status).toBe(404)
  for (const reader of [far, ben, carl, undefined]) expect(await mayRead(whole, block.id, reader)).toBe(false)

  const again = await refused(whole, anna, { type: 'Block', object: alice.uri })
  expect(again).toMatchObject({ status: 400, json: { duplicate: block.id } })
  const undone = await posted(whole, anna, { type: 'Undo', object: block.id })
  await whole.settled()
  expect(alice.received.some(({ id }) => id === undone.id)).toBe(false)
})

test('of two at the same moment one is redundant', async () => {
  const erik = await personHere(whole.world, 'erik')
  const act = { type: 'Block', object: erik.uri }
  const answers = await Promise.all([1, 2, 3].map(() => postTo(whole, anna, act)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400])
})

test('calls off a request that waits', async () => {
  const dora = await personHere(whole.world, 'dora', { manuallyApprovesFollowers: true })
  const request = await posted(whole, dora, { type: 'Follow', object: anna.uri })
  expect(request.type).toBe('Follow')
  await posted(whole, anna, { type: 'Follow', object: dora.uri })
  await posted(whole, anna, { type: 'Block', object: dora.uri })
  expect(await findFollow(whole.db, anna.id, dora.id)).toBeUndefined()
  expect(await findFollow(whole.db, dora.id, anna.id)).toBeUndefined()
})

test('nobody blocks themselves, or what is nobody', async () => {
  expect(await refused(whole, anna, { type: 'Block', object: anna.uri })).toMatchObject({ status: 400 })
  const note = await noteBy(whole, ben, 'no actor')
  for (const object of [note, 'https://far.test/nobody'])
    expect(await refused(whole, anna, { type: 'Block', object })).toMatchObject({
      status: 400,
      type: 'not-an-actor',
    })
})

test('e14: between two from here it holds for all that an app can do', async () => {
  const open = await noteBy(whole, ben, 'before')
  const hidden = await noteBy(whole, ben, 'before, for followers', 'followers')
  await posted(whole, carl, { type: 'Follow', object: ben.uri })
  const like = await posted(whole, carl, { type: 'Like', object: open })
  await posted(whole, ben, { type: 'Block', object: carl.uri })
  expect(await findFollow(whole.db, carl.id, ben.id)).toBeUndefined()

  for (const act of [
    { type: 'Follow', object: ben.uri },
    { type: 'Like', object: open },
    { type: 'EmojiReact', object: open, content: '🎉' },
    { type: 'Dislike', object: open },
    { type: 'Announce', object: open, to: [PUBLIC] },
    { type: 'Like', object: ben.uri },
  ])
    expect([act.type, (await refused(whole, carl, act)).status]).toEqual([act.type, 403])
  // What they could not know of without following stays as if it were not there.
  expect(await refused(whole, carl, { type: 'Like', object: hidden })).toMatchObject({ status: 400 })
  const reply = { type: 'Note', content: 'still here', inReplyTo: open, to: [PUBLIC, ben.uri] }
  expect([403, 400]).toContain((await refused(whole, carl, reply)).status)
  // Nor does whoever blocks.
  for (const type of ['Follow', 'Like'])
    expect((await refused(whole, ben, { type, object: carl.uri })).status).toBe(403)

  const token = await tokenFor(whole.world, carl)
  for (const path of [new URL(open).pathname, new URL(ben.uri).pathname]) {
    const { status } = await whole.ask(path, {
      headers: { accept: 'application/activity+json', ...bearing(token) },
    })
    expect([path, status]).toEqual([path, 404])
  }
  // What they did before can be taken back, and ben is told nothing that he would have to see.
  await posted(whole, carl, { type: 'Undo', object: like.id })
  expect(await saidBy(whole, ben, 'Block')).toHaveLength(1)
})
