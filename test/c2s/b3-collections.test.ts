import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CollectionId, readId } from '../../src/base/ids.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findFollow } from '../../src/domain/follows/find.ts'
import {
  countCollectionItems,
  listCollectionItems,
  listCollections,
  viewCollection,
} from '../../src/views/collections.ts'
import { noteBy, noteFrom, PUBLIC, posted, postTo, readAs, refused, saidBy } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Add and Remove, and collections of one's own: anna acts, ben and carl live here, alice elsewhere. */

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

type Made = { id: string; [name: string]: unknown }
const idOf = (uri: string) => readId<CollectionId>(uri.split('/').pop()) as CollectionId

async function made(more: Record<string, unknown> = {}, object: Record<string, unknown> = {}): Promise<Made> {
  const create = await posted(whole, anna, {
    type: 'Create',
    object: { type: 'Collection', name: 'friends', ...object },
    ...more,
  })
  return create.object as Made
}

async function membersOf(uri: string, viewer: LocalAccount | undefined = anna): Promise<string[]> {
  const reader = viewer && { accountId: viewer.id }
  const items = await listCollectionItems(whole.db, idOf(uri), reader, { limit: 10 })
  expect(await countCollectionItems(whole.db, idOf(uri), reader)).toBe(items.length)
  return items.map((item) => item.uri)
}

const add = (target: string, object: unknown, more = {}) => ({ type: 'Add', target, object, ...more })
const remove = (target: string, object: unknown, more = {}) => ({ type: 'Remove', target, object, ...more })

describe('a collection of one’s own', () => {
  test('of a type of its own is of that type everywhere, beside the one that everybody knows', async () => {
    const context = ['https://www.w3.org/ns/activitystreams', { ext: 'https://ext.test/ns#' }]
    const type = ['OrderedCollection', 'ext:Playlist']
    const { object } = await posted(whole, carl, {
      '@context': context,
      type: ['ext:Playlist', 'OrderedCollection'],
      name: 'songs',
      'ext:tempo': 120,
      orderedItems: [carl.uri],
      to: [PUBLIC],
    })
    const { id } = object as Made
    expect(object).toMatchObject({ type, 'ext:tempo': 120 })
    const { json } = await readAs(whole, id)
    expect(json).toMatchObject({
      type,
      name: 'songs',
      'ext:tempo': 120,
      totalItems: 1,
      orderedItems: [carl.uri],
    })
    expect(json['@context']).toEqual(expect.arrayContaining([{ ext: 'https://ext.test/ns#' }]))
    const streams = (await readAs(whole, carl.uri)).json.streams as string[]
    const lists = await Promise.all(
      [streams].flat().map(async (uri) => (await readAs(whole, uri, carl)).text),
    )
    expect(lists.some((text) => text.includes('"ext:Playlist"'))).toBe(true)
    const said = await posted(whole, carl, { type: 'Update', object: { ...json, name: 'tunes' } })
    expect(said.object).toMatchObject({ id, type, name: 'tunes', 'ext:tempo': 120 })
    expect((await readAs(whole, id)).json).toMatchObject({ type, name: 'tunes', 'ext:tempo': 120 })
    for (const changed of ['OrderedCollection', ['OrderedCollection', 'ext:Album']])
      expect(await refused(whole, carl, { type: 'Update', object: { id, type: changed } })).toMatchObject({
        code: 'object.protected',
      })
  })

  test('is made with what it begins with, in the words of the app, for whom it is', async () => {
    const create = await posted(whole, anna, {
      '@context': ['https://www.w3.org/ns/activitystreams', { mood: 'https://ext.test/ns#mood' }],
      type: 'Create',
      to: [alice.uri, ben.uri],
      object: {
        type: 'OrderedCollection',
        name: 'people',
        mood: 'warm',
        orderedItems: [ben.uri, alice.uri],
        totalItems: 99,
        id: 'https://far.test/forged',
        first: 'https://far.test/page',
      },
    })
    const object = create.object as Made
    expect(object).toMatchObject({
      type: 'OrderedCollection',
      attributedTo: anna.uri,
      name: 'people',
      mood: 'warm',
      totalItems: 2,
      orderedItems: [ben.uri, alice.uri],
    })
    expect(object.id).toMatch(`${ORIGIN}/ap/collections/`)
    expect(object.first).toBeUndefined()
    await whole.settled()
    expect(await alice.receives((one) => one.id === create.id)).toEqual(create)
    expect(await membersOf(object.id)).toEqual([alice.uri, ben.uri])
    const seen = async (who: LocalAccount | undefined) =>
      (await viewCollection(whole.db, idOf(object.id), who && { accountId: who.id })) !== undefined
    expect([await seen(anna), await seen(ben), await seen(carl), await seen(undefined)]).toEqual([
      true,
      true,
      false,
      false,
    ])
    const read = await readAs(whole, object.id, ben)
    expect([read.status, read.json.orderedItems, read.json.mood]).toMatchObject([
      200,
      [alice.uri, ben.uri],
      'warm',
    ])
    expect((await readAs(whole, object.id, carl)).status).toBe(404)
    expect(await listCollections(whole.db, anna.id, { accountId: ben.id })).toHaveLength(1)
    expect(await listCollections(whole.db, anna.id, undefined)).toHaveLength(0)
  })

  test('can be posted bare, and is for nobody else unless it says so', async () => {
    const create = await posted(whole, anna, { type: 'Collection', name: 'bare' })
    expect(create).toMatchObject({ type: 'Create', to: [], cc: [], object: { name: 'bare' } })
    const { id } = create.object as Made
    expect(await viewCollection(whole.db, idOf(id), { accountId: ben.id })).toBeUndefined()
  })

  test('takes posts, people and things from elsewhere, each once', async () => {
    const { id } = await made()
    const note = await noteBy(whole, ben, 'to be kept')
    const far = await noteFrom(whole, alice, 'from afar')
    for (const object of [note, { id: alice.uri, type: 'Person' }, far, 'https://far.test/place/1'])
      await posted(whole, anna, add(id, object))
    expect(await membersOf(id)).toEqual(['https://far.test/place/1', far, alice.uri, note])

    const first = (await saidBy(whole, anna, 'Add')).find(
      ({ target, object }) => target === id && object === note,
    )
    expect(await refused(whole, anna, add(id, note))).toMatchObject({
      status: 400,
      type: 'redundant-activity',
      json: { duplicate: first?.id },
    })
    await posted(whole, anna, remove(id, note))
    expect(await membersOf(id)).toEqual(['https://far.test/place/1', far, alice.uri])
    expect(await refused(whole, anna, remove(id, note))).toMatchObject({
      status: 400,
      type: 'redundant-activity',
    })
  })

  test('of two at the same moment one is redundant', async () => {
    const { id } = await made()
    const answers = await Promise.all([1, 2, 3].map(() => postTo(whole, anna, add(id, ben.uri))))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400])
    expect(await membersOf(id)).toEqual([ben.uri])
  })

  test('shows nobody what they may not see, nor what is gone', async () => {
    const { id } = await made({ to: [PUBLIC] })
    const secret = await noteBy(whole, anna, 'for me', 'direct')
    const open = await noteBy(whole, anna, 'for all')
    await posted(whole, anna, add(id, secret))
    await posted(whole, anna, add(id, open))
    expect(await membersOf(id, anna)).toEqual([open, secret])
    expect(await membersOf(id, ben)).toEqual([open])
    await posted(whole, anna, { type: 'Delete', object: open })
    expect(await membersOf(id, anna)).toEqual([secret])
    const theirs = await noteBy(whole, ben, 'hidden', 'direct')
    expect(await refused(whole, anna, add(id, theirs))).toMatchObject({ status: 400 })
  })

  test('is changed in what is said of it, not in what is in it, and deleted', async () => {
    const { id } = await made({ to: [alice.uri] }, { summary: 'old', mood: 'x' })
    await posted(whole, anna, add(id, ben.uri))
    const update = await posted(whole, anna, {
      type: 'Update',
      object: { id, name: 'better', summary: null },
    })
    expect(update).toMatchObject({ to: [alice.uri], object: { id, name: 'better', mood: 'x' } })
    expect((update.object as Made).summary).toBeUndefined()
    for (const change of [
      { items: [] },
      { totalItems: 3 },
      { attributedTo: ben.uri },
      { first: 'https://x.test/' },
    ])
      expect(await refused(whole, anna, { type: 'Update', object: { id, ...change } })).toMatchObject({
        status: 403,
      })
    expect(
      await refused(whole, anna, { type: 'Update', object: { id, updated: '2020-01-01T00:00:00Z' } }),
    ).toMatchObject({ status: 409 })
    for (const type of ['Update', 'Delete'])
      expect(await refused(whole, ben, { type, object: { id, name: 'mine' } })).toMatchObject({ status: 403 })

    const gone = await posted(whole, anna, { type: 'Delete', object: id })
    expect(gone).toMatchObject({
      to: [alice.uri],
      object: { id, type: 'Tombstone' },
    })
    await whole.settled()
    await alice.receives((one) => one.id === gone.id)
    expect((await readAs(whole, id, anna)).status).toBe(410)
    expect((await readAs(whole, id, carl)).status).toBe(404)
    expect(await refused(whole, anna, { type: 'Delete', object: id })).toMatchObject({ status: 400 })
    expect(await refused(whole, anna, add(id, ben.uri))).toMatchObject({ status: 400 })
    expect(await listCollections(whole.db, anna.id, { accountId: anna.id })).not.toContainEqual(
      expect.objectContaining({ id: idOf(id) }),
    )
  })
})

describe('what one features', () => {
  const featured = () => `${anna.uri}/featured`

  test('takes one’s own open posts, and tells whom the app says', async () => {
    const note = await noteBy(whole, anna, 'on top')
    const pin = await posted(whole, anna, add(featured(), note, { to: [alice.uri] }))
    expect(pin).toMatchObject({ type: 'Add', object: note, target: featured(), to: [alice.uri], cc: [] })
    await whole.settled()
    expect(await alice.receives((one) => one.id === pin.id)).toEqual(pin)
    expect(await refused(whole, anna, add(featured(), note))).toMatchObject({
      status: 400,
      json: { duplicate: pin.id },
    })
    await posted(whole, anna, remove(featured(), note))
    expect(await refused(whole, anna, remove(featured(), note))).toMatchObject({ status: 400 })
    const theirs = await noteBy(whole, ben, 'not hers')
    expect(await refused(whole, anna, add(featured(), theirs))).toMatchObject({ status: 403 })
  })

  test('takes hashtags', async () => {
    const object = { type: 'Hashtag', name: '#Cats', href: `${ORIGIN}/tags/cats` }
    const tagged = await posted(whole, anna, add(featured(), object))
    expect(tagged.object).toMatchObject({ type: 'Hashtag', name: '#Cats' })
    expect(await refused(whole, anna, add(`${anna.uri}/tags`, object))).toMatchObject({ status: 400 })
    await posted(whole, anna, remove(`${anna.uri}/tags`, object))
    expect(await refused(whole, anna, remove(featured(), object))).toMatchObject({ status: 400 })
  })
})

test('a follower is removed, and told', async () => {
  await posted(whole, ben, { type: 'Follow', object: anna.uri })
  const removal = await posted(whole, anna, remove(`${anna.uri}/followers`, ben.uri))
  expect(removal).toMatchObject({ to: [ben.uri] })
  expect(await findFollow(whole.db, ben.id, anna.id)).toBeUndefined()
  expect(await refused(whole, anna, remove(`${anna.uri}/followers`, ben.uri))).toMatchObject({ status: 400 })
})

test('what the server keeps, and what is another’s, cannot be changed', async () => {
  const note = await noteBy(whole, anna, 'x')
  const places = ['inbox', 'outbox', 'following', 'liked', 'followers', 'blocked'].map(
    (name) => `${anna.uri}/${name}`,
  )
  for (const target of [
    ...places,
    `${note}/likes`,
    `${note}/replies`,
    `${ben.uri}/featured`,
    alice.followers,
  ])
    expect([target, (await refused(whole, anna, add(target, note))).status]).toEqual([target, 403])
  const theirs = await posted(whole, ben, { type: 'Collection', name: 'ben’s', to: [PUBLIC] })
  const { id } = theirs.object as Made
  expect(await refused(whole, anna, add(id, note))).toMatchObject({ status: 403 })
  for (const act of [
    add(`${ORIGIN}/ap/collections/1`, note),
    add(`${ORIGIN}/nothing`, note),
    { type: 'Add', object: note },
    { type: 'Add', target: `${anna.uri}/featured` },
    { type: 'Remove', object: note },
  ])
    expect(await refused(whole, anna, act)).toMatchObject({ status: 400 })
})
