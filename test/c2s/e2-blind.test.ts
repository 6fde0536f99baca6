import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { rowsNaming } from '../support/dump.ts'
import { type Json, PUBLIC, posted } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b2.6, e2 and e12: whoever is addressed blindly gets it, and nobody ever learns that they did. */

let whole: Whole
let anna: LocalAccount
/** lives here, and is addressed blindly */
let quentin: LocalAccount
let ben: LocalAccount
/** live on one server: one is named, one is not to be known of */
let alice: Person
let xavier: Person
const logged: string[] = []

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  quentin = await personHere(whole.world, 'quentin')
  alice = await whole.peer.person('alice', { host: 'far.test' })
  xavier = await whole.peer.person('xavier', { host: 'far.test' })
}, 60_000)
afterAll(async () => {
  logged.push(...(whole?.errors ?? []))
  await whole?.[Symbol.asyncDispose]()
  expect(logged.filter((line) => /xavier|quentin/.test(line))).toEqual([])
})

const toxavier = () =>
  xavier.requests.filter(({ url }) => url === xavier.inbox).map(({ body }) => String(body))
const shared = () =>
  xavier.requests.filter(({ url }) => url === xavier.sharedInbox).map(({ body }) => String(body))

const secret = (more: Json) => ({ type: 'Note', content: 'hush', ...more })

test.each([
  ['a private note', 'bcc', {}],
  ['a note to somebody else there', 'bto', { to: () => alice.uri }],
  ['a public note', 'bcc', { to: () => PUBLIC }],
  ['an object', 'bcc', { type: 'Place', name: 'here' }],
  ['an activity', 'bto', { type: 'Listen', object: 'https://x.test/song' }],
])('%s is had by those in %s, and they are named nowhere', async (_what, field, more) => {
  await whole.settled()
  const before = [toxavier().length, shared().length]
  const addressed = Object.fromEntries(
    Object.entries(more).map(([name, value]) => [name, typeof value === 'function' ? value() : value]),
  )
  const said = await posted(whole, anna, secret({ ...addressed, [field]: [xavier.uri, quentin.uri] }))
  const text = JSON.stringify(said)
  for (const word of ['xavier', quentin.id, 'bto', 'bcc']) expect(text).not.toContain(word)
  await whole.settled()

  const got = toxavier().slice(before[0])
  expect(got.map((body) => JSON.parse(body))).toEqual([said])
  for (const body of shared().slice(before[1])) expect(body).not.toMatch(/xavier|bto|bcc/)
  if (!('to' in more)) expect(shared().slice(before[1])).toEqual([])

  expect(await rowsNaming(whole.db, xavier.uri)).toEqual({})
  expect(await rowsNaming(whole.db, quentin.uri)).toEqual({})

  // They may read it, others may not.
  const path = said.id.slice(ORIGIN.length)
  const as = async (who: LocalAccount) =>
    await whole.ask(path, {
      headers: { accept: 'application/activity+json', ...bearing(await tokenFor(whole.world, who)) },
    })
  const mine = await as(quentin)
  expect([mine.status, mine.text.includes('xavier')]).toEqual([200, false])
  expect((await as(ben)).status).toBe(addressed.to === PUBLIC ? 200 : 404)
  expect((await xavier.get(said.id)).status).toBe(200)
})

test('who is addressed blindly here is told of it, and of nobody else', async () => {
  const { object } = await posted(whole, anna, secret({ bcc: [quentin.uri, xavier.uri] }))
  const { id } = object as { id: string }
  const notices = await whole.db
    .selectFrom('notification')
    .innerJoin('post', 'post.id', 'notification.post_id')
    .select(['notification.owner_id', 'notification.kind'])
    .where('post.uri', '=', id)
    .execute()
  expect(notices).toEqual([{ owner_id: quentin.id, kind: 'mention' }])
})

test('an Update and a Delete reach them likewise, and still name nobody (e12)', async () => {
  const { object } = await posted(whole, anna, secret({ to: [alice.uri], bcc: [xavier.uri, quentin.uri] }))
  const { id } = object as { id: string }
  await whole.settled()
  const before = [toxavier().length, shared().length]
  const update = await posted(whole, anna, { type: 'Update', object: { id, content: 'hush, hush' } })
  await whole.settled()
  expect(
    toxavier()
      .slice(before[0])
      .map((body) => JSON.parse(body)),
  ).toEqual([update])
  expect(await rowsNaming(whole.db, xavier.uri)).toEqual({})
  const gone = await posted(whole, anna, { type: 'Delete', object: id })
  await whole.settled()
  expect(
    toxavier()
      .slice(before[0])
      .map((body) => JSON.parse(body)),
  ).toEqual([update, gone])
  expect(await rowsNaming(whole.db, xavier.uri)).toEqual({})
  expect(await rowsNaming(whole.db, quentin.uri)).toEqual({})
  for (const text of [JSON.stringify([update, gone]), ...shared().slice(before[1])]) {
    expect(text).not.toMatch(/xavier|quentin|bto|bcc/)
  }
  const there = new Set(
    shared()
      .slice(before[1])
      .map((body) => (JSON.parse(body) as Json).type),
  )
  expect(there).toEqual(new Set(['Update', 'Delete']))
})

test('blind addresses within what is posted, however deep, are kept nowhere', async () => {
  const said = await posted(whole, anna, {
    type: 'x:Forward',
    object: {
      type: 'Note',
      content: 'a',
      bcc: [xavier.uri],
      attachment: [{ type: 'Note', bto: xavier.uri, 'as:bcc': xavier.uri }],
    },
    'https://www.w3.org/ns/activitystreams#bto': [xavier.uri],
  })
  expect(JSON.stringify(said)).not.toContain('xavier')
  await whole.settled()
  expect(await rowsNaming(whole.db, xavier.uri)).toEqual({})
})

test('whoever is named openly as well is no secret', async () => {
  const said = await posted(whole, anna, secret({ to: [alice.uri], bcc: [alice.uri] }))
  expect(said.to).toEqual([alice.uri])
})
