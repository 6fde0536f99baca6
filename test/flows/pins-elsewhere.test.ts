import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { refreshIfStale } from '../../src/domain/accounts/refresh.ts'
import { pinPost } from '../../src/domain/featured/pin.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { listFeaturedTags, listPinned } from '../../src/views/featured.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* Federation table: featured (pins) collection; featuredTags, with servers that list what they do not announce. */

let whole: Whole
let carl: LocalAccount
let far: Person
beforeAll(async () => {
  whole = await startWhole(['far.test'])
  carl = await personHere(whole.world, 'carl')
  far = await whole.peer.person('fay', { host: 'far.test' })
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

test('five posts can be pinned and no sixth, none twice, none of others, none that is private', async () => {
  const { world } = whole
  const post = (visibility: 'public' | 'followers') =>
    publishPost(world, carl, { text: `one of many, ${visibility}`, visibility })
  for (let n = 0; n < 5; n++) await pinPost(world, carl, await post('public'))
  const sixth = await post('public')
  await expect(pinPost(world, carl, sixth)).rejects.toMatchObject({ code: 'pin.too-many' })
  const quiet = await post('followers')
  await expect(pinPost(world, carl, quiet)).rejects.toMatchObject({ code: 'pin.not-open' })
  const other = await personHere(world, 'other')
  await expect(pinPost(world, other, sixth)).rejects.toMatchObject({ code: 'post.not-yours' })
  const pinned = await listPinned(world.db, carl.id, undefined)
  expect(pinned).toHaveLength(5)
  const again = pinned[0]?.id ?? expect.fail('nothing is pinned')
  await pinPost(world, carl, again)
  expect(await listPinned(world.db, carl.id, undefined)).toHaveLength(5)
  await whole.settled()
}, 30_000)

test('what a server without Add and Remove features is read from its lists: at the follow and once a day', async () => {
  const { world, peer } = whole
  const note = far.note('old and proud', { published: '2024-02-01T08:00:00Z' })
  const foreign = {
    id: 'https://other.test/notes/1',
    type: 'Note',
    attributedTo: 'https://other.test/users/x',
  }
  peer.serve(String(far.actor.featured), {
    id: far.actor.featured,
    type: 'OrderedCollection',
    orderedItems: [note.id, foreign],
  })
  far.actor.featuredTags = `${far.uri}/tags`
  peer.serve(`${far.uri}/tags`, {
    id: `${far.uri}/tags`,
    type: 'Collection',
    items: [{ type: 'Hashtag', href: `${far.uri}/tagged/rain`, name: '#Rain' }],
  })
  const fay = (await whole.world.directory.findByUri(far.uri)) ?? (await rememberFay())
  await requestFollow(world, carl, fay)
  await whole.settled()
  expect((await listPinned(world.db, fay.id, undefined)).map(({ uri }) => uri)).toEqual([note.id])
  expect(await listFeaturedTags(world.db, fay.id)).toMatchObject([{ name: 'rain', displayName: 'Rain' }])
  // Nobody's home gets what was said years ago.
  expect(
    await world.db.selectFrom('home_entry').select('post_id').where('author_id', '=', fay.id).execute(),
  ).toEqual([])

  peer.serve(String(far.actor.featured), {
    id: far.actor.featured,
    type: 'OrderedCollection',
    orderedItems: [],
  })
  const known = (await findAccountByUri(world.db, far.uri)) ?? expect.fail('fay is not known')
  await refreshIfStale(world, [known])
  await whole.settled()
  expect(await listPinned(world.db, fay.id, undefined)).toHaveLength(1)
  await world.db
    .updateTable('account')
    .set({ fetched_at: new Date(Date.now() - 2 * 86_400_000) })
    .where('id', '=', fay.id)
    .execute()
  const stale = (await findAccountByUri(world.db, far.uri)) ?? expect.fail('fay is not known')
  await refreshIfStale(world, [stale])
  await whole.settled()
  expect(await listPinned(world.db, fay.id, undefined)).toEqual([])
}, 30_000)

test('S-049: nobody adds to a list that is not theirs, nor what is not theirs to it', async () => {
  const mallory = await whole.peer.person('mallory', { host: 'far.test' })
  const note = far.note('not for you to pin')
  const mine = mallory.note('mine')
  const inbox = `https://weft.test/ap/actors/${carl.id}/inbox`
  await mallory.post(inbox, mallory.activity('Add', note.id, { target: far.actor.featured }))
  await mallory.post(inbox, mallory.activity('Add', note.id, { target: mallory.actor.featured }))
  await mallory.post(inbox, mallory.activity('Add', mine.id, { target: far.actor.featured }))
  await whole.settled()
  expect(
    await whole.db
      .selectFrom('pinned_post')
      .innerJoin('account', 'account.id', 'account_id')
      .select('uri')
      .where('local', '=', false)
      .execute(),
  ).toEqual([])
  await mallory.post(inbox, mallory.activity('Add', mine.id, { target: mallory.actor.featured }))
  await whole.settled()
  expect(
    await whole.db
      .selectFrom('pinned_post')
      .innerJoin('account', 'account.id', 'account_id')
      .select('uri')
      .where('local', '=', false)
      .execute(),
  ).toEqual([{ uri: mallory.uri }])
}, 30_000)

async function rememberFay() {
  await far.post(`https://weft.test/ap/actors/${carl.id}/inbox`, far.activity('View', far.uri))
  await whole.settled()
  return (await findAccountByUri(whole.db, far.uri)) ?? expect.fail('fay is not known')
}
