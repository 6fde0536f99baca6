import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

/* Federation table: featured (pins) collection; featuredTags. What Weft would not do: pins-elsewhere.test.ts. */

let one: Weft
let two: Weft
beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await Promise.all([one.cli('account', 'create', 'anna'), two.cli('account', 'create', 'ben')])
}, 120_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

const pinnedOn = async (weft: Weft, uri: string) => {
  const rows = await weft.db
    .selectFrom('pinned_post')
    .innerJoin('post', 'post.id', 'pinned_post.post_id')
    .innerJoin('account', 'account.id', 'pinned_post.account_id')
    .select('post.uri')
    .where('account.uri', '=', uri)
    .execute()
  return rows.map((row) => row.uri)
}

test('a pinned post stands on top at home, in the featured list, and at followers’ servers, until it is unpinned', async () => {
  const actor = await one.get('/@anna')
  const [old] = await one.cli('post', 'anna', 'read me first')
  await one.cli('post', 'anna', 'news of today')
  await one.cli('pin', 'anna', String(old?.url))
  const featured = await one.getJson(String(actor.featured))
  expect(featured).toMatchObject({
    type: 'OrderedCollection',
    totalItems: 1,
    orderedItems: [{ id: old?.uri, type: 'Note', attributedTo: actor.id }],
  })
  const page = await (await fetch(`${one.origin}/@anna`)).text()
  expect(page.indexOf('read me first')).toBeLessThan(page.indexOf('news of today'))
  expect(page.split('read me first')).toHaveLength(2)

  // Whoever follows learns of it by asking, and then hears of every change.
  await two.cli('follow', 'ben', `@anna@${one.host}`)
  await eventually(async () => expect(await pinnedOn(two, String(actor.id))).toEqual([old?.uri]))
  const [next] = await one.cli('post', 'anna', 'read me too')
  await one.cli('pin', 'anna', String(next?.url))
  await eventually(async () =>
    expect((await pinnedOn(two, String(actor.id))).sort()).toEqual([old?.uri, next?.uri].sort()),
  )
  await one.cli('unpin', 'anna', String(old?.url))
  await eventually(async () => expect(await pinnedOn(two, String(actor.id))).toEqual([next?.uri]))
}, 120_000)

test('a featured hashtag is listed at home and known to followers’ servers', async () => {
  const actor = await one.get('/@anna')
  await one.cli('tag', 'feature', 'anna', '#Gardening')
  expect(await one.getJson(String(actor.featuredTags))).toMatchObject({
    totalItems: 1,
    orderedItems: [{ type: 'Hashtag', name: '#Gardening', href: `${one.origin}/tags/gardening` }],
  })
  const tagsOnTwo = () =>
    two.db
      .selectFrom('featured_tag')
      .innerJoin('account', 'account.id', 'featured_tag.account_id')
      .select(['featured_tag.name', 'featured_tag.display_name'])
      .where('account.uri', '=', String(actor.id))
      .execute()
  await eventually(async () =>
    expect(await tagsOnTwo()).toEqual([{ name: 'gardening', display_name: 'Gardening' }]),
  )
  await one.cli('tag', 'unfeature', 'anna', 'gardening')
  await eventually(async () => expect(await tagsOnTwo()).toEqual([]))
}, 120_000)
