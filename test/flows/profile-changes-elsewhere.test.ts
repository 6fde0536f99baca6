import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { noticeReturn } from '../../src/domain/instance/return.ts'
import { viewAccount } from '../../src/views/accounts.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* Federation table: actor updates in (keys, names, moved, memorial, suspended, showMedia…); WebFinger by host-meta. */

let whole: Whole
let carl: LocalAccount
let fay: Person
beforeAll(async () => {
  whole = await startWhole(['far.test', 'social.far.test', 'handles.test'])
  carl = await personHere(whole.world, 'carl')
  fay = await whole.peer.person('fay', { host: 'far.test' })
  await send(fay, fay.activity('View', fay.uri))
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

async function send(by: Person, activity: Parameters<Person['post']>[1]) {
  const reply = await by.post(`https://weft.test/ap/actors/${carl.id}/inbox`, activity)
  await whole.settled()
  return reply
}
const row = (uri: string) =>
  whole.db.selectFrom('account').selectAll().where('uri', '=', uri).executeTakeFirstOrThrow()

test('an Update of an actor is read at its home, every word of it', async () => {
  Object.assign(fay.actor, {
    name: 'Fay F.',
    summary: '<p>new words</p><script>x</script>',
    type: 'Service',
    manuallyApprovesFollowers: true,
    discoverable: false,
    indexable: false,
    memorial: true,
    showMedia: false,
    showRepliesInMedia: false,
    showFeatured: false,
    featuredTags: `${fay.uri}/tags`,
    attributionDomains: ['News.Example', 'https://no.host/'],
    alsoKnownAs: 'https://old.test/users/fay',
    copiedTo: ['https://copy.test/users/fay'],
    icon: { type: 'Image', url: 'https://far.test/a.png', summary: 'a face' },
    image: [{ type: 'Image', url: 'https://far.test/h.png', name: 'a field' }],
    published: '2020-05-05T00:00:00Z',
  })
  await send(
    fay,
    fay.update({ ...fay.actor, name: 'what the activity says', inbox: 'https://evil.test/inbox' }),
  )
  expect(await row(fay.uri)).toMatchObject({
    display_name: 'Fay F.',
    bio_html: '<p>new words</p>',
    kind: 'service',
    manually_approves_followers: true,
    discoverable: false,
    indexable: false,
    memorial: true,
    suspended_afar: false,
    shows_media: false,
    shows_media_replies: false,
    shows_featured: false,
    featured_tags_url: `${fay.uri}/tags`,
    attribution_domains: ['news.example'],
    also_known_as: ['https://old.test/users/fay'],
    copied_to_uris: ['https://copy.test/users/fay'],
    avatar_alt: 'a face',
    header_alt: 'a field',
  })
})

test('S-043: nobody updates somebody else, nor moves collections to another origin', async () => {
  const mallory = await whole.peer.person('mallory', { host: 'far.test' })
  await send(mallory, mallory.update({ ...fay.actor, name: 'mallory was here' }))
  expect((await row(fay.uri)).display_name).toBe('Fay F.')
  fay.actor.featured = 'https://evil.test/featured'
  fay.actor.featuredTags = 'https://evil.test/tags'
  await send(fay, fay.update(fay.actor))
  expect(await row(fay.uri)).toMatchObject({ featured_url: null, featured_tags_url: null })
})

test('what is used after a day is read anew behind; once, however often it is used', async () => {
  fay.actor.name = 'Fay the Third'
  const before = whole.peer.hits(fay.uri)
  await send(fay, fay.activity('View', fay.uri))
  expect(whole.peer.hits(fay.uri)).toBe(before)
  await whole.db
    .updateTable('account')
    .set({ fetched_at: new Date(Date.now() - 2 * 86_400_000), refresh_asked_at: null })
    .where('uri', '=', fay.uri)
    .execute()
  await Promise.all(
    [1, 2, 3].map(() =>
      fay.post(`https://weft.test/ap/actors/${carl.id}/inbox`, fay.activity('View', fay.uri)),
    ),
  )
  await whole.settled()
  expect((await row(fay.uri)).display_name).toBe('Fay the Third')
  expect(whole.peer.hits(fay.uri)).toBe(before + 1)
})

test('a host without WebFinger at the usual place is asked where its host-meta says', async () => {
  const gus = await whole.peer.person('gus', { host: 'handles.test' })
  const usual = 'https://handles.test/.well-known/webfinger?resource=acct%3Agus%40handles.test'
  whole.peer.answer(usual, { status: 404 })
  const xrd =
    '<?xml version="1.0"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" template="https://handles.test/finger?q={uri}"/></XRD>'
  whole.peer.answer('https://handles.test/.well-known/host-meta', { type: 'application/xrd+xml', body: xrd })
  whole.peer.answer('https://handles.test/finger?q=acct%3Agus%40handles.test', {
    type: 'application/jrd+json',
    body: {
      subject: 'acct:gus@handles.test',
      links: [{ rel: 'self', type: 'application/activity+json', href: gus.uri }],
    },
  })
  await send(gus, gus.activity('View', gus.uri))
  expect(await row(gus.uri)).toMatchObject({ handle_verified: true, host: 'handles.test', name: 'gus' })
})

test('after days away every server that we know hears one harmless thing; after hours none does', async () => {
  const { world } = whole
  await noticeReturn(world)
  whole.clock.advance(5 * 3_600_000)
  await noticeReturn(world)
  await whole.settled()
  expect(fay.received.filter(({ type }) => type === 'Update')).toEqual([])
  whole.clock.advance(3 * 86_400_000)
  await noticeReturn(world)
  await noticeReturn(world)
  await whole.settled()
  const heard = fay.received.filter(({ type }) => type === 'Update')
  expect(heard).toHaveLength(1)
  expect(heard[0]).toMatchObject({
    actor: world.uris.instanceActor,
    object: { id: world.uris.instanceActor, type: 'Application' },
  })
  expect(await viewAccount(world.db, carl.id)).toBeDefined()
})
