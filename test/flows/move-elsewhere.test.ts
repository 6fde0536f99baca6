import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { cancelMove, moveAccount } from '../../src/domain/accounts/move.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* S-050, FEP-7628: a Move from elsewhere, by either side, true and false. */

let whole: Whole
let carl: LocalAccount
let count = 0
let old: Person
let fresh: Person
beforeAll(async () => {
  whole = await startWhole(['old.test', 'new.test'])
  carl = await personHere(whole.world, 'carl')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

/** Each test has two of its own, with carl following the old one. */
beforeEach(async () => {
  count += 1
  old = await whole.peer.person(`old${count}`, { host: 'old.test' })
  fresh = await whole.peer.person(`new${count}`, { host: 'new.test' })
  await old.post(inboxOf(carl), old.activity('View', old.uri))
  await whole.settled()
  await requestFollow(whole.world, carl, await known(old.uri))
  await old.post(inboxOf(carl), old.accept(await old.receives(about('Follow', old.uri))))
  await whole.settled()
  expect(await follows(old.uri)).toBe('accepted')
})

/** The inbox of a host is shared by all who live there. */
const about = (type: string, object: string) => (activity: Json) =>
  activity.type === type && activity.object === object
const inboxOf = ({ id }: LocalAccount) => `https://weft.test/ap/actors/${id}/inbox`
const known = async (uri: string) =>
  (await findAccountByUri(whole.db, uri)) ?? expect.fail(`${uri} is not known`)
async function follows(uri: string) {
  const followed = await findAccountByUri(whole.db, uri)
  return followed && (await findFollow(whole.db, carl.id, followed.id))?.state
}
const move = (by: Person, from: Person, to: Person): Json => by.activity('Move', from.uri, { target: to.uri })
async function send(by: Person, activity: Json) {
  await by.post(inboxOf(carl), activity)
  await whole.settled()
}

test('a Move by the old account to one that names it brings its followers over: Follow there, Undo here', async () => {
  fresh.actor.alsoKnownAs = [old.uri]
  old.actor.movedTo = fresh.uri
  await send(old, move(old, old, fresh))
  expect(await follows(fresh.uri)).toBe('requested')
  expect(await follows(old.uri)).toBeUndefined()
  expect(await fresh.receives(about('Follow', fresh.uri))).toMatchObject({ actor: carl.uri })
  expect(await old.receives((activity) => activity.type === 'Undo')).toMatchObject({
    object: { type: 'Follow', object: old.uri },
  })
  const notices = await whole.db
    .selectFrom('notification')
    .select('kind')
    .where('owner_id', '=', carl.id)
    .execute()
  expect(notices).toEqual(expect.arrayContaining([{ kind: 'move' }]))
})

test('by the new account, if the old one says so: movedTo, or copiedTo', async () => {
  fresh.actor.alsoKnownAs = [old.uri]
  await send(fresh, move(fresh, old, fresh))
  expect(await follows(old.uri)).toBe('accepted')
  old.actor.copiedTo = [fresh.uri]
  await send(fresh, move(fresh, old, fresh))
  expect(await follows(old.uri)).toBeUndefined()
  expect(await follows(fresh.uri)).toBe('requested')
})

test('by an old account whose home is gone since, which signed it while it stood', async () => {
  fresh.actor.alsoKnownAs = [old.uri]
  whole.peer.answer(old.uri, { status: 503 })
  await send(old, move(old, old, fresh))
  expect(await follows(fresh.uri)).toBe('requested')
})

test.each<[string, () => void | Promise<void>]>([
  ['the new account does not name the old one', () => undefined],
  [
    'the new account names somebody else',
    () => {
      fresh.actor.alsoKnownAs = ['https://old.test/users/somebody']
    },
  ],
  [
    'the old account says that it moved elsewhere',
    () => {
      fresh.actor.alsoKnownAs = [old.uri]
      old.actor.movedTo = 'https://third.test/users/x'
    },
  ],
  [
    'the new account has itself moved on, in a circle too',
    () => {
      fresh.actor.alsoKnownAs = [old.uri]
      fresh.actor.movedTo = old.uri
    },
  ],
])('S-050: without effect where %s', async (_, arrange) => {
  await arrange()
  await send(old, move(old, old, fresh))
  expect(await follows(old.uri)).toBe('accepted')
  expect(await follows(fresh.uri)).toBeUndefined()
})

test('S-050: nobody moves somebody else', async () => {
  const mallory = await whole.peer.person('mallory', { host: 'new.test' })
  fresh.actor.alsoKnownAs = [old.uri]
  mallory.actor.alsoKnownAs = [old.uri]
  await send(mallory, move(mallory, old, fresh))
  await send(mallory, move(mallory, old, mallory))
  expect(await follows(old.uri)).toBe('accepted')
})

test('S-050: a second Move within seven days has no effect', async () => {
  const third = await whole.peer.person(`third${count}`, { host: 'new.test' })
  fresh.actor.alsoKnownAs = [old.uri]
  third.actor.alsoKnownAs = [old.uri]
  await send(old, move(old, old, fresh))
  expect(await follows(fresh.uri)).toBe('requested')
  await send(old, move(old, old, third))
  expect(await follows(third.uri)).toBeUndefined()
})

test('blocks and mutes come over, but not of those who follow the new account by their own choice', async () => {
  const { world, db } = whole
  const [blocker, muter, friend] = await Promise.all(
    ['blocker', 'muter', 'friend'].map((name) => personHere(world, name)),
  )
  if (!blocker || !muter || !friend) return expect.fail('nobody is here')
  await fresh.post(inboxOf(carl), fresh.activity('View', fresh.uri))
  await whole.settled()
  const [from, to] = [await known(old.uri), await known(fresh.uri)]
  await requestFollow(world, friend, to)
  await blockAccount(world, blocker, from)
  await blockAccount(world, friend, from)
  await muteAccount(world, muter, from, { seconds: 3600, notifications: false })
  fresh.actor.alsoKnownAs = [old.uri]
  await send(old, move(old, old, fresh))
  const blocks = await db.selectFrom('block').select('account_id').where('target_id', '=', to.id).execute()
  expect(blocks).toEqual([{ account_id: blocker.id }])
  const mutes = await db
    .selectFrom('mute')
    .select(['account_id', 'notifications', 'expires_at'])
    .where('target_id', '=', to.id)
    .execute()
  expect(mutes).toEqual([{ account_id: muter.id, notifications: false, expires_at: expect.any(Date) }])
})

test('an account of ours that has moved turns whoever follows it away, and says where it went', async () => {
  const leaver = await personHere(whole.world, `leaver${count}`)
  const inbox = inboxOf(leaver)
  fresh.actor.alsoKnownAs = [leaver.uri]
  await fresh.post(inbox, fresh.activity('View', fresh.uri))
  await old.post(inbox, old.follow(leaver.uri))
  await whole.settled()
  await moveAccount(whole.world, leaver, await known(fresh.uri))
  await whole.settled()
  const ofLeaver = (type: string) => (activity: Json) =>
    activity.type === type && activity.actor === leaver.uri
  expect(await old.receives(ofLeaver('Move'))).toMatchObject({ object: leaver.uri, target: fresh.uri })
  expect(await old.receives(ofLeaver('Update'))).toMatchObject({ object: { movedTo: fresh.uri } })
  const follow = fresh.follow(leaver.uri)
  await fresh.post(inbox, follow)
  await whole.settled()
  expect(await fresh.receives(ofLeaver('Reject'))).toMatchObject({
    object: { id: follow.id, type: 'Follow' },
  })
  const again = (await findAccountByUri(whole.db, leaver.uri)) as LocalAccount
  await expect(
    publishPost(whole.world, again, { text: 'once more', visibility: 'public' }),
  ).rejects.toMatchObject({
    code: 'account.moved',
  })

  // Thirty days later it may move again.
  await cancelMove(whole.world, again)
  await expect(moveAccount(whole.world, again, await known(fresh.uri))).rejects.toMatchObject({
    code: 'move.too-soon',
  })
  whole.clock.advance(31 * 86_400_000)
  await moveAccount(whole.world, again, await known(fresh.uri))
  await whole.settled()
})
