import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { appIn, codeFor, postForm } from '../support/apps.ts'
import { type Json, PUBLIC, posted, postTo, readAs, refused } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/** What servers of this kind are compared by, one row each, asked for by one app from the outside. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let shy: LocalAccount
let far: Person
let token: string

beforeAll(async () => {
  whole = await startWhole(['far.test'], { WEFT_RATE_LIMITS: 'on' })
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  shy = await personHere(whole.world, 'shy', { manuallyApprovesFollowers: true })
  far = await whole.peer.person('fran', { host: 'far.test' })
  token = await tokenFor(whole.world, anna)
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const ACTIVITY = 'application/activity+json'
const objectOf = (activity: Json) => activity.object as Json & { id: string }
const note = (more: Json = {}): Json => ({ type: 'Note', content: '<p>Hello</p>', to: [PUBLIC], ...more })
const make = async (object: Json = note()) => objectOf(await posted(whole, anna, object))
const actor = async (who = anna) => (await readAs(whole, who.uri, who)).json
const itemsIn = async (uri: unknown, who: LocalAccount | undefined = anna) => {
  const { json } = await readAs(whole, uri, who)
  return (json.orderedItems ?? json.items) as Json[]
}
async function get(address: unknown, headers: Record<string, string> = bearing(token)) {
  const { pathname, search } = new URL(String(address), ORIGIN)
  const reply = await whole.ask(pathname + search, { headers: { accept: ACTIVITY, ...headers } })
  return { ...reply, json: (reply.text.startsWith('{') ? JSON.parse(reply.text) : {}) as Json }
}

test('POST outbox: 201, an absolute Location, and the activity as it is kept with its whole object', async () => {
  const { status, headers, json } = await postTo(whole, anna, note())
  expect(status).toBe(201)
  expect(headers.location).toBe(json.id)
  expect(json).toMatchObject({
    type: 'Create',
    actor: anna.uri,
    object: { type: 'Note', attributedTo: anna.uri },
  })
  expect((await get(headers.location)).json).toEqual(json)
})

test('a bare object is wrapped; several types, and types that nobody knows, are understood by their parts', async () => {
  expect(objectOf(await posted(whole, anna, { type: ['Note', 'ext:Poem'], content: 'x' })).type).toEqual([
    'Note',
    'ext:Poem',
  ])
  expect((await posted(whole, anna, { type: 'ext:Thing', name: 'x' })).type).toBe('Create')
  expect((await posted(whole, anna, { type: 'ext:Wave', object: ben.uri, to: [ben.uri] })).type).toEqual([
    'ext:Wave',
    'Activity',
  ])
  const { actor: _actor, ...bare } = await posted(whole, anna, { type: 'Create', object: note() })
  expect(bare.type).toBe('Create')
})

test('a part of an object is changed, null takes it away, and what the server keeps stays', async () => {
  const { id } = await make(note({ summary: 'first', 'ext:mood': 'glad' }))
  const after = objectOf(
    await posted(whole, anna, {
      type: 'Update',
      object: { id, summary: null, 'ext:mood': null, content: 'Bye' },
    }),
  )
  expect(after).toMatchObject({ content: 'Bye' })
  expect(after).not.toHaveProperty('summary')
  expect(after).not.toHaveProperty('ext:mood')
  for (const [term, value] of Object.entries({
    attributedTo: ben.uri,
    likes: 'https://x.test/',
    published: '2020-01-01T00:00:00Z',
  }))
    expect((await refused(whole, anna, { type: 'Update', object: { id, [term]: value } })).status).toBe(403)
})

test('what is deleted is a Tombstone, answered with 410', async () => {
  const { id } = await make()
  await posted(whole, anna, { type: 'Delete', object: id })
  expect(await get(id, {})).toMatchObject({ status: 410, json: { type: 'Tombstone', formerType: 'Note' } })
})

test('Follow, Accept, Reject and Undo; and those that wait stand in lists of their own', async () => {
  const follow = await posted(whole, anna, { type: 'Follow', object: shy.uri })
  expect(await itemsIn((await actor()).pendingFollowing)).toMatchObject([{ id: follow.id }])
  expect(await itemsIn((await actor(shy)).pendingFollowers, shy)).toMatchObject([{ id: follow.id }])
  await posted(whole, shy, { type: 'Accept', object: follow.id })
  expect(await itemsIn((await actor()).following)).toMatchObject([{ id: shy.uri }])
  await posted(whole, shy, { type: 'Reject', object: follow.id })
  expect(await itemsIn((await actor()).following)).toEqual([])
  const again = await posted(whole, anna, { type: 'Follow', object: ben.uri })
  await posted(whole, anna, { type: 'Undo', object: again.id })
  expect(await itemsIn((await actor(ben)).followers, ben)).toEqual([])
})

test('Like and Announce, and Undo of each', async () => {
  const { id } = objectOf(await posted(whole, ben, note()))
  const [like, share] = [
    await posted(whole, anna, { type: 'Like', object: id }),
    await posted(whole, anna, { type: 'Announce', object: id, to: [PUBLIC] }),
  ]
  expect(await itemsIn(`${id}/likes`)).toMatchObject([{ id: like.id }])
  expect(await itemsIn(`${id}/shares`)).toMatchObject([{ id: share.id }])
  expect(JSON.stringify(await itemsIn((await actor()).liked))).toContain(id)
  await posted(whole, anna, { type: 'Undo', object: { type: 'Like', object: id } })
  await posted(whole, anna, { type: 'Undo', object: share.id })
  for (const list of ['likes', 'shares']) expect(await itemsIn(`${id}/${list}`)).toEqual([])
})

test('Block is enforced, told to nobody, and stands in two lists', async () => {
  const pest = await personHere(whole.world, 'pest')
  const { id } = await make()
  const block = await posted(whole, anna, { type: 'Block', object: pest.uri })
  expect(await itemsIn((await actor()).blocked)).toMatchObject([{ id: pest.uri }])
  expect(await itemsIn((await actor()).blocks)).toMatchObject([{ id: block.id }])
  expect((await postTo(whole, pest, { type: 'Like', object: id })).status).toBe(403)
  expect((await readAs(whole, id, pest)).status).toBe(404)
  expect((await readAs(whole, block.id, pest)).status).toBe(404)
})

test('collections are made, added to and taken from', async () => {
  const list = (await make({ type: 'OrderedCollection', name: 'friends', to: [PUBLIC] })).id
  await posted(whole, anna, { type: 'Add', object: ben.uri, target: list })
  expect(await itemsIn(list)).toEqual([ben.uri])
  await posted(whole, anna, { type: 'Remove', object: ben.uri, target: list })
  expect(await itemsIn(list)).toEqual([])
})

test('other activities are kept and go to whom they are for', async () => {
  const offer = await posted(whole, anna, {
    type: 'Offer',
    object: { type: 'ext:Cake' },
    to: [far.uri],
    'ext:mood': 'glad',
  })
  await whole.settled()
  expect(await far.receives((one) => one.id === offer.id)).toMatchObject({
    type: 'Offer',
    'ext:mood': 'glad',
  })
})

test('the inbox is its owner’s, and every list is for whoever reads it', async () => {
  const { inbox, outbox } = await actor()
  const direct = await posted(whole, ben, note({ to: [anna.uri] }))
  expect((await itemsIn(inbox)).map(({ id }) => id)).toContain(direct.id)
  expect([(await get(inbox, {})).status, (await readAs(whole, inbox, ben)).status]).toEqual([401, 403])
  const secret = await posted(whole, anna, note({ to: [] }))
  const has = async (who?: LocalAccount) => {
    const { text } = await get(
      `${String(outbox)}?cursor=first`,
      who ? bearing(await tokenFor(whole.world, who)) : {},
    )
    return text.includes(secret.id)
  }
  expect([await has(anna), await has(ben), await has()]).toEqual([true, false, false])
  expect(
    (await get((await actor()).endpoints && ((await actor()).endpoints as Json).sharedInbox, {})).json.type,
  ).toBe('OrderedCollection')
})

test('proxyUrl, by address and by handle; autocomplete; where something stands in a list', async () => {
  const endpoints = (await actor()).endpoints as Record<string, string>
  const proxied = async (id: string) =>
    (
      await whole.ask(new URL(String(endpoints.proxyUrl)).pathname, {
        method: 'POST',
        headers: { ...bearing(token), 'content-type': 'application/x-www-form-urlencoded' },
        body: `id=${encodeURIComponent(id)}`,
      })
    ).text
  for (const id of [far.uri, 'acct:fran@far.test'])
    expect(JSON.parse(await proxied(id))).toMatchObject({ id: far.uri })
  const found = await get(String(endpoints.actorAutocomplete).replace('{q}', 'ben'))
  expect(JSON.stringify(found.json)).toContain(ben.uri)
  const { outbox } = await actor()
  const { seekItem } = (await get(outbox)).json
  const { id } = await posted(whole, anna, note())
  expect((await get(`${String(seekItem)}?item=${encodeURIComponent(id)}`)).status).toBe(307)
})

test('uploadMedia: an object of its own that nobody is told of', async () => {
  const form = new FormData()
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGP4z8AARwzEcQCukw/x0F8jngAAAABJRU5ErkJggg=='
  form.append('file', new Blob([Buffer.from(png, 'base64')]), 'dot.png')
  const ready = new Request('http://x.test', { method: 'POST', body: form })
  const endpoints = (await actor()).endpoints as Record<string, string>
  const { status, headers, text } = await whole.ask(new URL(String(endpoints.uploadMedia)).pathname, {
    method: 'POST',
    headers: { ...bearing(token), 'content-type': ready.headers.get('content-type') ?? '' },
    body: Buffer.from(await ready.arrayBuffer()),
  })
  expect([status, headers.location]).toEqual([201, (JSON.parse(text) as Json).id])
})

test('errors are problems of FEP-c180, open to pages of any site, as all else is', async () => {
  const no = await refused(whole, anna, { type: 'Follow', object: anna.uri })
  expect(no.status).toBeLessThan(500)
  const like = objectOf(await posted(whole, ben, note())).id
  await posted(whole, anna, { type: 'Like', object: like })
  expect(await refused(whole, anna, { type: 'Like', object: like })).toMatchObject({
    status: 400,
    type: 'redundant-activity',
  })
  const { headers } = await whole.ask('/ap/nothing', {
    headers: { origin: 'https://app.test', accept: ACTIVITY },
  })
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(headers['access-control-expose-headers']).toContain('Location')
})

test('metadata of the server and of what it protects, with all three kinds of client ids', async () => {
  const { json } = await get('/.well-known/oauth-authorization-server', {})
  expect(json).toMatchObject({
    issuer: ORIGIN,
    client_id_metadata_document_supported: true,
    activitypub_object_id_as_client_id: true,
    registration_endpoint: expect.any(String),
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: expect.arrayContaining(['ES256']),
  })
  const { outbox } = await actor()
  const resource = `/.well-known/oauth-protected-resource${new URL(String(outbox)).pathname}`
  expect((await get(resource, {})).json).toMatchObject({ resource: outbox, authorization_servers: [ORIGIN] })
})

test('a token says whose it is, is asked about and taken back; scopes hold act by act', async () => {
  const app = await appIn(whole.world)
  const { json } = await postForm(
    whole,
    '/oauth/token',
    await codeFor(whole.world, anna, app, { scope: 'like' }),
  )
  expect(json).toMatchObject({ activitypub_actor_id: anna.uri, me: expect.any(String), scope: 'like' })
  const access = String(json.access_token)
  const { id } = objectOf(await posted(whole, ben, note()))
  const act = (activity: Json) =>
    whole.ask(`/ap/actors/${anna.id}/outbox`, {
      method: 'POST',
      headers: { ...bearing(access), 'content-type': ACTIVITY },
      body: JSON.stringify(activity),
    })
  expect((await act({ type: 'Like', object: id })).status).toBe(201)
  const no = await act(note())
  expect([no.status, no.headers['www-authenticate']]).toEqual([
    403,
    expect.stringContaining('insufficient_scope'),
  ])
  const asked = await postForm(whole, '/oauth/introspect', { token: access }, bearing(access))
  expect(asked.json).toMatchObject({ active: true, sub: anna.uri })
  await postForm(whole, '/oauth/revoke', { client_id: app.id, token: access })
  expect((await act({ type: 'Like', object: id })).status).toBe(401)
})

test('streams of events are named by actors and lists; limits are told before they are met', async () => {
  const me = await actor()
  expect(me).toMatchObject({
    eventStream: expect.any(String),
    endpoints: { proxyEventStream: expect.any(String) },
  })
  const { headers, json } = await get(me.outbox)
  expect(json.eventStream).toEqual(expect.any(String))
  const written = await postTo(whole, anna, note())
  expect(written.headers).toMatchObject({
    ratelimit: expect.any(String),
    'ratelimit-policy': expect.any(String),
  })
  expect(headers['content-type']).toContain(ACTIVITY)
  expect((await get(`${String(me.outbox)}/filtered?type=Like`)).status).toBe(200)
})
