import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { listPinned } from '../../src/views/featured.ts'
import { listHome } from '../../src/views/timelines.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* Federation table: groups (1b12). A group passes on whole activities; not one of them is believed by itself. */

let whole: Whole
let carl: LocalAccount
let group: Person
let hal: Person
let pinned: unknown[] = []
beforeAll(async () => {
  whole = await startWhole(['lemmy.test', 'far.test'])
  carl = await personHere(whole.world, 'carl')
  group = await whole.peer.person('rain', { host: 'lemmy.test', actor: { type: 'Group' } })
  hal = await whole.peer.person('hal', { host: 'far.test' })
  const { featured } = group.actor
  whole.peer.answer(String(featured), () => ({
    body: { id: featured, type: 'OrderedCollection', orderedItems: pinned },
  }))
  await group.post(inbox(), group.activity('View', group.uri))
  await whole.settled()
  const rain = (await findAccountByUri(whole.db, group.uri)) ?? expect.fail('the group is not known')
  expect(rain.kind).toBe('group')
  await requestFollow(whole.world, carl, rain)
  await group.post(inbox(), group.accept(await group.receives('Follow')))
  await whole.settled()
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const inbox = () => `https://weft.test/ap/actors/${carl.id}/inbox`
const home = async () => (await listHome(whole.db, carl.id, { limit: 20 })).items
const page = (content: string, more: Json = {}) =>
  hal.note(content, { type: 'Page', name: `About ${content}`, audience: group.uri, ...more })
async function announce(object: unknown) {
  const activity = group.activity('Announce', object, {
    to: ['https://www.w3.org/ns/activitystreams#Public'],
  })
  await group.post(inbox(), activity)
  await whole.settled()
  return activity
}

test('what somebody posts in a followed group is read at its own server and comes home as the group’s boost', async () => {
  const said = page('clouds')
  await announce({
    ...hal.create(said),
    object: { ...said, content: '<p>what the group says that hal said</p>' },
  })
  const [first] = await home()
  expect(first).toMatchObject({ author: { uri: group.uri }, boostOf: { uri: said.id, audience: group.uri } })
  expect(first?.boostOf?.contentHtml).toContain('clouds')
  // Lemmy announces the page by its id as well, for those who know no better: it is boosted once.
  await announce(said.id)
  expect(await home()).toHaveLength(1)
})

test('an answer is kept with what it answers and boosted by nobody', async () => {
  const said = page('drizzle')
  await announce(hal.create(said))
  const answer = hal.note('indeed', { inReplyTo: said.id, audience: group.uri })
  await announce(hal.create(answer))
  const parent = (await findPostByUri(whole.db, String(said.id))) ?? expect.fail('not kept')
  expect(await findPostByUri(whole.db, String(answer.id))).toMatchObject({ inReplyToId: parent.id })
  expect((await home()).map(({ boostOf }) => boostOf?.uri)).not.toContain(answer.id)
})

test('a change and a deletion count as their own server has them', async () => {
  const said = page('hail')
  await announce(hal.create(said))
  said.content = '<p>sleet</p>'
  said.updated = new Date().toISOString()
  await announce(hal.update({ ...said, content: '<p>forged by the group</p>' }))
  expect((await findPostByUri(whole.db, String(said.id)))?.contentHtml).toContain('sleet')
  // Still there: it was only put out of the group, so it is no longer the group's.
  await announce(hal.delete(String(said.id)))
  expect(await findPostByUri(whole.db, String(said.id))).toBeDefined()
  expect((await home()).map(({ boostOf }) => boostOf?.uri)).not.toContain(said.id)
  whole.peer.answer(String(said.id), { status: 410, body: { id: said.id, type: 'Tombstone' } })
  await announce(hal.delete(String(said.id)))
  expect(await findPostByUri(whole.db, String(said.id))).toBeUndefined()
})

test('our answer in a group says so, names the group and is delivered to it', async () => {
  const said = page('thunder')
  await announce(hal.create(said))
  const parent = (await findPostByUri(whole.db, String(said.id))) ?? expect.fail('not kept')
  await publishPost(whole.world, carl, { text: 'very loud', visibility: 'public', replyTo: parent.id })
  const create = await group.receives('Create')
  expect(create).toMatchObject({
    object: {
      inReplyTo: said.id,
      audience: group.uri,
      cc: expect.arrayContaining([group.uri, hal.uri]),
      tag: expect.arrayContaining([expect.objectContaining({ type: 'Mention', href: group.uri })]),
    },
  })
})

test('a like of our post counts only if its own server has it', async () => {
  const id: PostId = await publishPost(whole.world, carl, { text: 'like me', visibility: 'public' })
  const uri = whole.world.uris.post(id)
  const likes = async () =>
    whole.db.selectFrom('reaction').select('account_id').where('post_id', '=', id).execute()
  const forged = hal.activity('Like', uri)
  await announce(forged)
  expect(await likes()).toEqual([])
  const like = hal.activity('Like', uri)
  whole.peer.serve(String(like.id), like)
  await announce(like)
  expect(await likes()).toHaveLength(1)
})

test('S-056: what is nested too deep, and what comes from somebody who is no group, has no effect and asks nobody', async () => {
  const said = page('fog')
  await announce(group.activity('Announce', hal.create(said)))
  await hal.post(inbox(), hal.activity('Announce', hal.create(said)))
  await whole.settled()
  expect(whole.peer.hits(String(said.id))).toBe(0)
  expect(await findPostByUri(whole.db, String(said.id))).toBeUndefined()
})

test('what a group says that nobody here follows asks nobody', async () => {
  const other = await whole.peer.person('other', { host: 'lemmy.test', actor: { type: 'Group' } })
  const said = page('snow')
  await other.post(inbox(), other.activity('Announce', hal.create(said)))
  await whole.settled()
  expect(whole.peer.hits(String(said.id))).toBe(0)
})

test('an event of a group, sent by the person who wrote it, is the group’s (Mobilizon)', async () => {
  const event = hal.note('meeting', { type: 'Event', name: 'Meeting', startTime: '2027-01-01T18:00:00Z' })
  const local = await whole.peer.person('club', { host: 'far.test', actor: { type: 'Group' } })
  event.attributedTo = local.uri
  await local.post(inbox(), local.activity('View', local.uri))
  await whole.settled()
  const club = (await findAccountByUri(whole.db, local.uri)) ?? expect.fail('not known')
  await requestFollow(whole.world, carl, club)
  await local.post(
    inbox(),
    local.accept(await local.receives((a) => a.type === 'Follow' && a.object === local.uri)),
  )
  await hal.post(inbox(), hal.create(event))
  await whole.settled()
  expect(await findPostByUri(whole.db, String(event.id))).toMatchObject({ accountId: club.id })
})

test('what a group features is what was said in it, wherever that lives, and nothing else', async () => {
  const said = page('rules of the house', { published: '2024-01-01T00:00:00Z' })
  const elsewhere = hal.note('not said in the group', { published: '2024-01-01T00:00:00Z' })
  pinned = [said.id, elsewhere.id]
  await announce(hal.activity('Add', said.id, { target: group.actor.featured }))
  const rain = (await findAccountByUri(whole.db, group.uri)) ?? expect.fail('the group is not known')
  expect((await listPinned(whole.db, rain.id, undefined)).map(({ uri }) => uri)).toEqual([said.id])
  expect(await findPostByUri(whole.db, String(elsewhere.id))).toBeUndefined()
})
