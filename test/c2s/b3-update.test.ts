import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { noteBy, noteFrom, PUBLIC, posted, postTo, refused } from '../support/outbox.ts'
import type { Json, Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Update; e3, e6, e12: anna changes, ben and carl live here, alice elsewhere. */

const AS = 'https://www.w3.org/ns/activitystreams'
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
  await requestFollow(whole.world, ben, anna)
  const { status } = await alice.post(`${ORIGIN}/ap/inbox`, alice.follow(anna.uri))
  expect(status).toBe(202)
  await whole.settled()
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

type Thing = Json & { readonly id: string }
const followers = () => whole.world.uris.followers(anna.id)
const make = async (object: Json): Promise<Thing> =>
  (await posted(whole, anna, { to: [PUBLIC], cc: [followers()], ...object })).object as Thing
const change = async (object: Json, more: Json = {}) => {
  const update = await posted(whole, anna, { type: 'Update', object, ...more })
  return { update, object: update.object as Thing }
}
const read = async (uri: string, who?: LocalAccount) => {
  const headers = {
    accept: 'application/activity+json',
    ...(who && bearing(await tokenFor(whole.world, who))),
  }
  const reply = await whole.ask(uri.slice(ORIGIN.length), { headers })
  return { status: reply.status, json: reply.text.startsWith('{') ? (JSON.parse(reply.text) as Json) : {} }
}
const note = (more: Json = {}): Json => ({ type: 'Note', content: '<p>first</p>', ...more })

describe.each([
  ['a post', note],
  ['an object', (more: Json = {}) => ({ type: 'Place', content: '<p>first</p>', ...more })],
])('of %s', (_what, thing) => {
  test('changes what it names, takes away what is null, and leaves all else', async () => {
    const made = await make(thing({ summary: 'careful', 'x:a': 1, 'x:b': [1, 2], 'x:c': { d: 1, e: 2 } }))
    const { object } = await change({
      id: made.id,
      content: '<p>second</p>',
      summary: null,
      'x:a': null,
      'x:b': [3],
      'x:f': 'new',
    })
    expect(object).toMatchObject({
      id: made.id,
      type: made.type,
      content: '<p>second</p>',
      'x:b': [3],
      'x:c': { d: 1, e: 2 },
      'x:f': 'new',
    })
    expect(Object.keys(object)).not.toContain('summary')
    expect(Object.keys(object)).not.toContain('x:a')
    expect(object).toMatchObject({ published: made.published, attributedTo: anna.uri })
    expect(Date.parse(String(object.updated))).toBeGreaterThanOrEqual(Date.parse(String(made.published)))
    const { json } = await read(made.id)
    expect(json).toMatchObject({
      content: '<p>second</p>',
      'x:b': [3],
      'x:f': 'new',
      updated: object.updated,
    })
    expect(json['x:a']).toBeUndefined()
  })

  test('is told whole, to whom it was for and whom it is for now (e12)', async () => {
    const made = await make(thing({ to: [ben.uri], cc: [], 'x:a': 1 }))
    const { update, object } = await change({ id: made.id, content: '<p>second</p>' }, { to: [alice.uri] })
    await whole.settled()
    const heard = await alice.receives((one) => one.id === update.id)
    expect(heard).toEqual(update)
    expect(heard.object).toMatchObject({ content: '<p>second</p>', 'x:a': 1 })
    expect(JSON.stringify([object.to, object.cc])).toContain(ben.uri)
    expect(JSON.stringify([object.to, object.cc])).toContain(alice.uri)
    for (const who of [ben, anna]) expect((await read(made.id, who)).status).toBe(200)
    expect((await read(made.id, carl)).status).toBe(404)
    expect((await alice.get(made.id)).status).toBe(200)
  })

  test('never makes it for more than it may be for', async () => {
    const made = await make(thing({ to: [ben.uri], cc: [] }))
    for (const to of [PUBLIC, followers()]) {
      expect(
        (await refused(whole, anna, { type: 'Update', object: { id: made.id, content: 'x', to } })).status,
      ).toBe(403)
    }
    expect((await read(made.id)).status).toBe(404)
  })

  test.each([
    ['attributedTo', 'https://far.test/users/eve'],
    ['inReplyTo', 'https://far.test/notes/1'],
    ['likes', 'https://far.test/likes'],
    ['shares', null],
    ['replies', 'https://far.test/replies'],
    ['published', '2020-01-01T00:00:00Z'],
    ['type', 'Person'],
    ['type', 'Tombstone'],
    ['type', 'Create'],
    ['attributedTo', null],
    ['updated', null],
  ])('leaves %s alone, and says so when it is to be %s (e6)', async (term, value) => {
    const made = await make(thing())
    if (value === null && made[term] === undefined && term !== 'updated') return
    const no = await refused(whole, anna, {
      type: 'Update',
      object: { id: made.id, content: 'x', [term]: value },
    } as Json)
    expect(no).toMatchObject({ status: 403, code: 'object.protected' })
    expect((await read(made.id)).json.content).toBe('<p>first</p>')
  })

  test('may say all of it as it is', async () => {
    const made = await make(thing({ 'x:a': 1 }))
    const { json } = await read(made.id)
    const { object } = await change({ ...json, content: '<p>second</p>' })
    const { updated: _updated, content: _content, ...rest } = object
    expect(rest).toEqual(
      Object.fromEntries(Object.entries(rest).map(([name]) => [name, made[name] ?? rest[name]])),
    )
    expect(object.content).toBe('<p>second</p>')
    expect(object['x:a']).toBe(1)
  })

  test('of what was changed since is 409', async () => {
    const made = await make(thing())
    const { object } = await change({ id: made.id, content: '<p>second</p>' })
    const late = await refused(whole, anna, {
      type: 'Update',
      object: { id: made.id, content: 'x', updated: made.published },
    })
    expect(late).toMatchObject({ status: 409, code: 'object.stale' })
    expect(
      (await change({ id: made.id, content: '<p>third</p>', updated: object.updated })).object.content,
    ).toBe('<p>third</p>')
  })

  test('keeps what it was', async () => {
    const made = await make(thing({ 'x:a': 1 }))
    await change({ id: made.id, content: '<p>second</p>', 'x:a': 2 })
    await change({ id: made.id, content: '<p>third</p>' })
    const all = await whole.db
      .selectFrom('post_edit')
      .innerJoin('post', 'post.id', 'post_edit.post_id')
      .select(['post_edit.content_html as words', 'post_edit.extension'])
      .where('post.uri', '=', made.id)
      .orderBy('version')
      .execute()
    const objects = await whole.db
      .selectFrom('object_edit')
      .select('body')
      .where('object_id', '=', (whole.world.uris.objectIdFrom(made.id) ?? '0') as never)
      .orderBy('version')
      .execute()
    const words = [
      ...all.map(({ words, extension }) => [words, extension?.['x:a']]),
      ...objects.map(({ body }) => [JSON.parse(body).content, JSON.parse(body)['x:a']]),
    ]
    expect(words).toEqual([
      ['<p>first</p>', 1],
      ['<p>second</p>', 2],
    ])
  })

  test('of somebody else is 403 for who may see it, and of nothing for all others', async () => {
    const made = await make(thing())
    expect(
      await refused(whole, ben, { type: 'Update', object: { id: made.id, content: 'x' } }),
    ).toMatchObject({ status: 403, type: 'actor-not-authorized' })
    const hidden = await make(thing({ to: [], cc: [] }))
    expect(
      await refused(whole, ben, { type: 'Update', object: { id: hidden.id, content: 'x' } }),
    ).toMatchObject({ status: 400, type: 'object-does-not-exist' })
  })

  test('cleans what it says', async () => {
    const made = await make(thing())
    const { update } = await change({
      id: made.id,
      content: '<p onclick="x()">a<script>b</script></p>',
      summary: '<script>c</script>d',
    })
    expect(JSON.stringify(update)).not.toMatch(/script|onclick/)
  })
})

describe('of a post', () => {
  test('says new words in the language of the old ones', async () => {
    const made = await make(note({ content: '<p>eins</p>', contentMap: { de: '<p>eins</p>' } }))
    expect((await change({ id: made.id, content: '<p>zwei</p>' })).object).toMatchObject({
      content: '<p>zwei</p>',
      contentMap: { de: '<p>zwei</p>' },
    })
    const typed = await change({ id: made.id, source: { content: 'drei', mediaType: 'text/plain' } })
    expect(typed.object).toMatchObject({
      content: '<p>drei</p>',
      contentMap: { de: '<p>drei</p>' },
      source: { content: 'drei' },
    })
    const again = await change({ id: made.id, content: '<p>vier</p>' })
    expect(again.object.source).toBeUndefined()
  })

  test('changes titles, tags and whom it names', async () => {
    const made = await make({
      type: 'Article',
      name: 'One',
      content: '<p>a</p>',
      tag: [{ type: 'Hashtag', name: '#one' }],
    })
    const tag = [
      { type: 'Hashtag', name: '#two' },
      { type: 'Mention', href: ben.uri, name: '@ben' },
    ]
    const { object } = await change({ id: made.id, name: 'Two', tag }, { cc: [ben.uri] })
    expect(object).toMatchObject({ type: 'Article', name: 'Two', content: '<p>a</p>' })
    expect((object.tag as Json[]).map(({ type, name }) => [type, name]).toSorted()).toEqual([
      ['Hashtag', '#two'],
      ['Mention', '@ben@weft.test'],
    ])
    expect((await change({ id: made.id, name: null })).object.name).toBeUndefined()
  })

  test('changes the answers of a question, which then begins anew, and nothing else of it', async () => {
    const made = await make({
      type: 'Question',
      content: 'tea?',
      oneOf: [
        { type: 'Note', name: 'yes' },
        { type: 'Note', name: 'no' },
      ],
    })
    await posted(whole, ben, { type: 'Note', name: 'yes', inReplyTo: made.id })
    const words = await change({ id: made.id, content: 'more tea?' })
    expect(words.object).toMatchObject({
      type: 'Question',
      votersCount: 1,
      oneOf: [{ name: 'yes' }, { name: 'no' }],
    })
    const anew = await change({
      id: made.id,
      oneOf: [
        { type: 'Note', name: 'green' },
        { type: 'Note', name: 'black' },
      ],
    })
    expect(anew.object).toMatchObject({ votersCount: 0, oneOf: [{ name: 'green' }, { name: 'black' }] })
  })

  test('tells who was named before, also when they are no more', async () => {
    const made = await make(
      note({ to: [PUBLIC], cc: [alice.uri], tag: [{ type: 'Mention', href: alice.uri, name: '@alice' }] }),
    )
    const { update } = await change({ id: made.id, content: '<p>b</p>', tag: [] })
    await whole.settled()
    await alice.receives((one) => one.id === update.id)
    expect((update.object as Json).tag).toEqual([])
  })
})

test('needs something that is there, whole', async () => {
  expect(await refused(whole, anna, { type: 'Update' })).toMatchObject({ status: 400 })
  const far = await noteFrom(whole, alice, 'hers', { cc: [anna.uri] })
  const own = await noteBy(whole, anna, 'mine')
  expect(await refused(whole, anna, { type: 'Update', object: own })).toMatchObject({
    status: 400,
    code: 'activity.not-embedded',
  })
  for (const id of [
    `${ORIGIN}/ap/posts/1`,
    `${ORIGIN}/ap/objects/1`,
    `${ORIGIN}/x`,
    'https://far.test/unknown',
    undefined,
  ]) {
    const no = await refused(whole, anna, { type: 'Update', object: { id, content: 'x' } } as Json)
    expect(no).toMatchObject({ status: 400, type: 'object-does-not-exist' })
  }
  expect(await refused(whole, anna, { type: 'Update', object: { id: far, content: 'x' } })).toMatchObject({
    status: 403,
  })
  expect(
    (
      await refused(
        whole,
        anna,
        { type: 'Update', object: { id: own, content: 'x' } },
        { scope: 'createcontent' },
      )
    ).status,
  ).toBe(403)
})

describe('of oneself', () => {
  const self = (more: Json) => ({ type: 'Update', object: { id: anna.uri, ...more } })

  test('changes what the profile says, and tells all who follow', async () => {
    const { object, ...update } = (await posted(
      whole,
      anna,
      self({
        name: 'Anna A.',
        summary: '<p>I am</p>',
        attachment: [{ type: 'PropertyValue', name: 'site', value: 'https://x.test' }],
      }),
    )) as unknown as Thing & { object: Json }
    expect(object).toMatchObject({
      id: anna.uri,
      type: 'Person',
      name: 'Anna A.',
      summary: '<p>I am</p>',
      preferredUsername: 'anna',
    })
    await whole.settled()
    expect(await alice.receives((one) => one.id === update.id)).toEqual({ ...update, object })
    expect((await read(anna.uri)).json).toMatchObject({ name: 'Anna A.' })
    const next = (
      await posted(whole, anna, self({ name: 'Anna', discoverable: false, type: 'Service', summary: null }))
    ).object as Json
    expect(next).toMatchObject({ name: 'Anna', discoverable: false, type: 'Service', summary: '' })
    expect((next.attachment as Json[]).map(({ name }) => name)).toEqual(['site'])
    await posted(whole, anna, self({ type: 'Person' }))
  })

  test.each([
    ['inbox', 'https://far.test/inbox'],
    ['outbox', 'https://far.test/outbox'],
    ['followers', 'https://far.test/followers'],
    ['following', null],
    ['blocked', 'https://far.test/blocked'],
    ['pendingFollowers', 'https://far.test/pending'],
    ['publicKey', { id: 'https://far.test/key', publicKeyPem: 'x' }],
    ['assertionMethod', []],
    ['preferredUsername', 'ben'],
    ['alsoKnownAs', ['https://far.test/users/eve']],
    ['movedTo', 'https://far.test/users/eve'],
    ['endpoints', { sharedInbox: 'https://far.test/inbox' }],
    ['type', 'Application'],
  ])('leaves %s alone (e6)', async (term, value) => {
    const before = (await read(anna.uri)).json
    const no = await refused(whole, anna, self({ name: 'Eve', [term]: value }) as Json)
    expect(no).toMatchObject({ status: 403, code: 'object.protected' })
    expect((await read(anna.uri)).json).toEqual(before)
  })

  test('may say all as it is; takes a scope of its own; is nobody else', async () => {
    const { json } = await read(anna.uri)
    expect(
      (await posted(whole, anna, { type: 'Update', object: { ...json, name: 'Same' } })).object,
    ).toMatchObject({ name: 'Same' })
    expect((await postTo(whole, anna, self({ name: 'x' }), { scope: 'updatecontent' })).status).toBe(403)
    expect((await postTo(whole, anna, self({ name: 'Mine' }), { scope: 'updateprofile' })).status).toBe(201)
    expect(await refused(whole, ben, self({ name: 'x' }))).toMatchObject({
      status: 403,
      type: 'actor-not-authorized',
    })
  })
})

test('with a context keeps it', async () => {
  const made = await make({ '@context': [AS, { x: 'https://x.test/ns#' }], ...note({ 'x:a': 1 }) })
  await posted(whole, anna, {
    '@context': [AS, { y: 'https://y.test/ns#' }],
    type: 'Update',
    object: { id: made.id, 'y:b': 2 },
  })
  const { json } = await read(made.id)
  expect(json['@context']).toEqual(
    expect.arrayContaining([{ x: 'https://x.test/ns#' }, { y: 'https://y.test/ns#' }]),
  )
  expect(json).toMatchObject({ 'x:a': 1, 'y:b': 2 })
})
