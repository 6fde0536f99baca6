import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { listRelays } from '../../src/domain/relays/find.ts'
import { addRelay, removeRelay } from '../../src/domain/relays/relay.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* Federation table: relays, by the admin's choice alone. */

const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
const INBOX = 'https://weft.test/ap/inbox'

let whole: Whole
let carl: LocalAccount
let relay: Person
let author: Person
beforeAll(async () => {
  whole = await startWhole(['relay.test', 'far.test', 'false.test'])
  carl = await personHere(whole.world, 'carl')
  relay = await whole.peer.person('relay', { host: 'relay.test', actor: { type: 'Application' } })
  author = await whole.peer.person('fay', { host: 'far.test' })
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const url = 'https://relay.test/inbox'
const states = async () => (await listRelays(whole.db)).map(({ state }) => state)
async function pass(object: unknown) {
  await relay.post(INBOX, relay.activity('Announce', object, { to: [`${relay.uri}/followers`] }))
  await whole.settled()
}

test('nothing is taken from a relay that nobody asked', async () => {
  const note = author.note('unasked')
  await pass(note.id)
  expect(whole.peer.hits(String(note.id))).toBe(0)
})

test('a relay is asked by the server itself with a Follow of Public, and only its own Accept counts', async () => {
  await addRelay(whole.world, url)
  const follow = await relay.receives('Follow')
  expect(follow).toMatchObject({ actor: 'https://weft.test/ap/actors/instance', object: PUBLIC })
  expect(await states()).toEqual(['asked'])
  const note = author.note('too early')
  await pass(note.id)
  expect(whole.peer.hits(String(note.id))).toBe(0)

  const impostor = await whole.peer.person('relay', { host: 'false.test', actor: { type: 'Application' } })
  await impostor.post(INBOX, impostor.accept(follow))
  await whole.settled()
  expect(await states()).toEqual(['asked'])
  await relay.post(INBOX, relay.accept(follow))
  await whole.settled()
  expect(await states()).toEqual(['accepted'])
  await expect(addRelay(whole.world, url)).rejects.toMatchObject({ code: 'relay.known' })
})

test('what it passes on is read at its own server, kept, and in nobody’s home; its own copy is not believed', async () => {
  const note = author.note('as fay said it')
  await pass({ ...note, content: '<p>as the relay says it</p>' })
  const post = await findPostByUri(whole.db, String(note.id))
  expect(post?.contentHtml).toContain('as fay said it')
  expect(await whole.db.selectFrom('home_entry').select('post_id').execute()).toEqual([])
  expect(await whole.db.selectFrom('post').select('id').where('kind', '=', 'boost').execute()).toEqual([])
  const before = whole.peer.hits(String(note.id))
  await pass(note.id)
  expect(whole.peer.hits(String(note.id))).toBe(before)
})

test('public posts of people here go to it, others do not', async () => {
  await publishPost(whole.world, carl, { text: 'for friends', visibility: 'followers' })
  await publishPost(whole.world, carl, { text: 'half loud', visibility: 'unlisted' })
  await publishPost(whole.world, carl, { text: 'for all', visibility: 'public' })
  await whole.settled()
  const created = relay.received.filter(({ type }) => type === 'Create')
  expect(created).toHaveLength(1)
  expect(created[0]).toMatchObject({ object: { content: expect.stringContaining('for all') } })
})

test('a relay that is left hears of it, and nothing is taken from it any more', async () => {
  await removeRelay(whole.world, url)
  await whole.settled()
  expect(await relay.receives('Undo')).toMatchObject({ object: { type: 'Follow', object: PUBLIC } })
  const note = author.note('too late')
  await pass(note.id)
  expect(whole.peer.hits(String(note.id))).toBe(0)
  await expect(removeRelay(whole.world, url)).rejects.toMatchObject({ code: 'relay.not-found' })
  await expect(addRelay(whole.world, 'ftp://relay.test/inbox')).rejects.toMatchObject({
    code: 'relay.invalid',
  })
})

test('a LitePub relay is followed as the actor that it is', async () => {
  await addRelay(whole.world, relay.uri)
  expect(
    await relay.receives((activity) => activity.type === 'Follow' && activity.object === relay.uri),
  ).toMatchObject({
    actor: 'https://weft.test/ap/actors/instance',
  })
})
