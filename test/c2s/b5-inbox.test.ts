import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount, unmuteAccount } from '../../src/domain/blocks/mute.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import type { Json, Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

type Item = Json & { id: string; type: string; object: Json & { content?: string; id?: string } }

let whole: Whole
let anna: Awaited<ReturnType<typeof personHere>>
let ben: typeof anna
let carl: Person
let token: string
beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  carl = await whole.peer.person('carl', { host: 'far.test' })
  token = await tokenFor(whole.world, anna, { scope: 'readinbox' })
}, 60_000)
afterAll(() => whole?.[Symbol.asyncDispose]())
// What is said here by hand comes when it is said.
beforeEach(() => whole.clock.set(new Date()))

const pathOf = (url: unknown) => String(url).replace('https://weft.test', '')
const inboxPath = (of = anna) => pathOf(whole.world.uris.inbox(of.id))

async function read(path: unknown, as = token) {
  const reply = await whole.ask(pathOf(path), {
    headers: { ...bearing(as), accept: 'application/activity+json' },
  })
  return { ...reply, json: JSON.parse(reply.text === '' ? '{}' : reply.text) as Json }
}

async function items(path: unknown = `${inboxPath()}?cursor=first`, as = token): Promise<Item[]> {
  const { status, json } = await read(path, as)
  expect(status).toBe(200)
  return json.orderedItems as Item[]
}

/** Sends it to the inbox of Anna, and waits until it has been done. */
async function send(person: Person, activity: Json, to = anna): Promise<void> {
  expect((await person.post(whole.world.uris.inbox(to.id), activity)).status).toBe(202)
  await whole.settled()
}

async function carlHere() {
  const account = await whole.world.directory.findByUri(carl.uri)
  return account ?? expect.fail('nobody knows Carl')
}

const find = (list: readonly Item[], id: unknown) => list.find((item) => item.id === id)
const toAnna = () => ({ to: [anna.uri], cc: [] })
const mentionOf = (who = anna) => [{ type: 'Mention', href: who.uri, name: '@anna@weft.test' }]

describe('as soon as an app may read an inbox', () => {
  test.each([
    ['readinbox', true],
    ['read', true],
    ['readoutbox write', false],
  ])('what comes is kept: %s', async (scope, kept) => {
    const name = `someone${scope.length}`
    const person = await personHere(whole.world, name)
    await tokenFor(whole.world, person, { scope })
    await publishPost(whole.world, ben, { text: `@${name} hello`, visibility: 'direct' })
    const rows = await whole.db
      .selectFrom('inbox_item')
      .select('kind')
      .where('owner_id', '=', person.id)
      .execute()
    expect(rows).toEqual(kept ? [{ kind: 'Create' }] : [])
  })
})

describe('who may read an inbox', () => {
  test('nobody without a token: 401 that says where to get one', async () => {
    for (const path of [inboxPath(), `${inboxPath()}?cursor=first`, '/ap/received/1']) {
      const reply = await whole.ask(path)
      expect(reply.status).toBe(401)
      expect(reply.headers['www-authenticate']).toMatch(/^Bearer resource_metadata="/)
      expect(reply.headers['www-authenticate']).not.toMatch(/error=/)
      expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/)
    }
  })

  test('nobody but its owner: 403, and so without the scope, which is named', async () => {
    const other = await tokenFor(whole.world, ben, { scope: 'readinbox' })
    expect((await read(inboxPath(), other)).status).toBe(403)
    expect((await read('/ap/actors/1/inbox')).status).toBe(403)
    const narrow = await tokenFor(whole.world, anna, { scope: 'readoutbox' })
    const refused = await read(inboxPath(), narrow)
    expect(refused.status).toBe(403)
    expect(refused.headers['www-authenticate']).toMatch(/error="insufficient_scope", scope="readinbox"/)
    expect((await read(inboxPath(), 'nonsense')).status).toBe(401)
  })

  test('the answer is for its owner alone, open to pages of any site, and 304 when nothing has changed', async () => {
    const reply = await read(inboxPath())
    expect(reply.headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: expect.stringMatching(/Authorization/),
      'access-control-allow-origin': '*',
      'content-type': expect.stringMatching(/^application\/activity\+json/),
    })
    const again = await whole.ask(inboxPath(), {
      headers: { ...bearing(token), 'if-none-match': String(reply.headers.etag) },
    })
    expect(again.status).toBe(304)
    expect((await whole.ask(inboxPath(), { method: 'OPTIONS' })).status).toBe(204)
    expect((await whole.ask(inboxPath(), { method: 'DELETE' })).status).toBe(405)
  })

  test('it says whose it is', async () => {
    const { json } = await read(inboxPath())
    expect(Object.keys(json)[0]).toBe('@context')
    expect(json).toMatchObject({
      id: whole.world.uris.inbox(anna.id),
      type: 'OrderedCollection',
      attributedTo: anna.uri,
      inboxOf: anna.uri,
      to: [anna.uri],
    })
  })
})

describe('what comes from elsewhere', () => {
  test('a post that names her, whole, under the id that it was sent under', async () => {
    const note = carl.note('for Anna', { ...toAnna(), tag: mentionOf() })
    const create = carl.create(note)
    await send(carl, create)
    const item = find(await items(), create.id)
    expect(item).toMatchObject({
      type: 'Create',
      actor: carl.uri,
      published: expect.any(String),
      to: [anna.uri],
      object: { id: note.id, type: 'Note', attributedTo: carl.uri, content: '<p>for Anna</p>' },
    })
    expect(item?.object).not.toHaveProperty('likes')
  })

  test('a post of somebody whom she follows, addressed as they said it', async () => {
    await requestFollow(whole.world, anna, await carlHere())
    await whole.settled()
    const asked = await carl.receives('Follow')
    const accept = carl.accept(asked)
    await send(carl, accept)
    expect(find(await items(), accept.id)).toMatchObject({ type: 'Accept', object: { type: 'Follow' } })
    const create = carl.create(carl.note('to all'))
    await send(carl, create)
    expect(find(await items(), create.id)).toMatchObject({
      to: ['https://www.w3.org/ns/activitystreams#Public'],
      cc: [carl.followers],
      object: { to: ['https://www.w3.org/ns/activitystreams#Public'], cc: [carl.followers] },
    })
    const private_ = carl.create(carl.note('to followers', { to: [carl.followers], cc: [] }))
    await send(carl, private_)
    expect(find(await items(), private_.id)).toMatchObject({
      to: [carl.followers],
      object: { content: '<p>to followers</p>' },
    })
  })

  test('once, however often it is sent', async () => {
    const create = carl.create(carl.note('once', toAnna()))
    await send(carl, create)
    await send(carl, create)
    expect((await items()).filter(({ id }) => id === create.id)).toHaveLength(1)
    const again = carl.create(create.object as Json)
    await send(carl, again)
    expect((await items()).filter(({ object }) => object?.content === '<p>once</p>')).toHaveLength(1)
  })

  test('likes, follows, their Undos and answers, as they were sent but for whom they were blindly for', async () => {
    const postId = await publishPost(whole.world, anna, { text: 'like me', visibility: 'public' })
    const uri = whole.world.uris.post(postId)
    const like = carl.activity('Like', uri, {
      bcc: [ben.uri],
      to: [anna.uri],
      'https://far.test/ns#mood': 'sunny',
    })
    await send(carl, like)
    const dora = await whole.peer.person('dora', { host: 'far.test' })
    const follow = dora.follow(anna.uri)
    await send(dora, follow)
    const undo = carl.undo(like)
    await send(carl, undo)
    const list = await items()
    expect(find(list, like.id)).toMatchObject({
      type: 'Like',
      object: uri,
      'https://far.test/ns#mood': 'sunny',
    })
    expect(find(list, follow.id)).toMatchObject({ type: 'Follow', actor: dora.uri, object: anna.uri })
    expect(find(list, undo.id)).toMatchObject({ type: 'Undo', object: { id: like.id } })
    expect(JSON.stringify(list)).not.toContain('bcc')
    expect(JSON.stringify(list)).not.toContain(ben.uri)
  })

  test('a boost of what she said, with what it shows', async () => {
    const postId = await publishPost(whole.world, anna, { text: 'show me', visibility: 'public' })
    const announce = carl.activity('Announce', whole.world.uris.post(postId), {
      to: ['https://www.w3.org/ns/activitystreams#Public'],
      cc: [carl.followers, anna.uri],
    })
    await send(carl, announce)
    expect(find(await items(), announce.id)).toMatchObject({
      type: 'Announce',
      cc: [carl.followers, anna.uri],
      object: {
        id: whole.world.uris.post(postId),
        type: 'Note',
        content: expect.stringContaining('show me'),
      },
    })
  })

  test.each([
    ['Offer', { id: 'https://far.test/things/1', type: 'Document', name: 'A thing' }],
    ['Invite', 'https://far.test/events/1'],
    ['Listen', 'https://far.test/songs/1'],
    ['Dislike', 'https://far.test/things/2'],
    ['https://far.test/ns#Wave', 'https://far.test/things/3'],
  ])('%s, which has no effect here, is hers to read', async (type, object) => {
    const activity = carl.activity(type, object, { ...toAnna(), summary: 'hello' })
    await send(carl, activity)
    expect(find(await items(), activity.id)).toMatchObject({ type, object, summary: 'hello' })
  })

  test('Arrive, which is done to nothing, and to followers alone', async () => {
    const { object: _object, ...arrive } = carl.activity('Arrive', '', {
      to: [carl.followers],
      location: { type: 'Place', name: 'Lisbon' },
    })
    await send(carl, arrive)
    expect(find(await items(), arrive.id)).toMatchObject({ type: 'Arrive', location: { name: 'Lisbon' } })
  })

  test('an edit comes as one, and everything shows what the post says now', async () => {
    const note = carl.note('frist', { ...toAnna(), published: new Date(Date.now() - 5000).toISOString() })
    const create = carl.create(note)
    await send(carl, create)
    const update = carl.update({ ...note, content: '<p>first</p>', updated: new Date().toISOString() })
    await send(carl, update)
    const list = await items()
    expect(find(list, update.id)).toMatchObject({ type: 'Update', object: { content: '<p>first</p>' } })
    expect(find(list, create.id)?.object.content).toBe('<p>first</p>')
  })

  test('what is not for her, and what is for moderators, is not there', async () => {
    const stranger = await whole.peer.person('stranger', { host: 'far.test' })
    const create = stranger.create(stranger.note('to nobody here'))
    const offer = stranger.activity('Offer', 'https://far.test/things/4', { to: [ben.uri] })
    const flag = stranger.activity('Flag', [anna.uri], { to: [anna.uri], content: 'bad' })
    const block = stranger.activity('Block', anna.uri, { to: [anna.uri] })
    const unblock = stranger.undo(block)
    const sent = [create, flag, block, unblock]
    for (const activity of sent) await send(stranger, activity)
    await send(stranger, offer, ben)
    const list = await items()
    for (const activity of [...sent, offer]) expect(find(list, activity.id)).toBeUndefined()
  })
})

describe('what comes from here', () => {
  test('a private post of somebody else here', async () => {
    const postId = await publishPost(whole.world, ben, { text: '@anna in private', visibility: 'direct' })
    await whole.settled()
    const item = (await items()).find(({ object }) => object?.id === whole.world.uris.post(postId))
    expect(item).toMatchObject({ type: 'Create', actor: ben.uri, to: [anna.uri], object: { type: 'Note' } })
    expect(item?.id).toMatch(/^https:\/\/weft\.test\/ap\/activities\/\d+$/)
  })

  test('likes, boosts and follows between people here', async () => {
    const postId = await publishPost(whole.world, anna, { text: 'here', visibility: 'public' })
    await likePost(whole.world, ben, postId)
    await boostPost(whole.world, ben, postId, 'public')
    await requestFollow(whole.world, ben, anna)
    const list = (await items()).filter((item) => item.actor === ben.uri)
    expect(
      list
        .map(({ type }) => type)
        .slice(0, 3)
        .toSorted(),
    ).toEqual(['Announce', 'Follow', 'Like'])
  })

  test('her own posts are not delivered to herself', async () => {
    const postId = await publishPost(whole.world, anna, { text: 'to myself', visibility: 'public' })
    expect(JSON.stringify(await items())).not.toContain(`"object":{"id":"${whole.world.uris.post(postId)}`)
  })

  test.each([
    ['bto', { type: 'Note', content: 'between us two' }],
    ['bcc', { type: 'Note', content: 'between us as well' }],
    ['bcc', { type: 'Offer', object: 'https://weft.test/between-us' }],
  ])('whoever an app named in %s gets it, and nothing says so', async (field, object) => {
    const app = await tokenFor(whole.world, ben, { scope: 'write' })
    const posted = await whole.ask(pathOf(whole.world.uris.outbox(ben.id)), {
      method: 'POST',
      headers: { ...bearing(app), 'content-type': 'application/activity+json' },
      body: JSON.stringify({ ...object, [field]: [anna.uri] }),
    })
    expect(posted.status).toBe(201)
    await whole.settled()
    const item = find(await items(), posted.headers.location)
    expect(item).toMatchObject({ type: object.type === 'Note' ? 'Create' : 'Offer', actor: ben.uri })
    expect(JSON.stringify(item)).toMatch(/between.us/)
    expect(JSON.stringify(item)).not.toMatch(/bto"|bcc"/)
    expect(JSON.stringify(item)).not.toContain(anna.uri)
  })

  test('what is deleted goes, and is not counted any more', async () => {
    const postId = await publishPost(whole.world, ben, { text: '@anna not for long', visibility: 'public' })
    const before = Number((await read(inboxPath())).json.totalItems)
    await removePost(whole.world, ben, postId)
    await whole.settled()
    expect(JSON.stringify(await items())).not.toContain('not for long')
    expect((await read(inboxPath())).json.totalItems).toBe(before - 1)
  })
})

describe('whom she does not want to hear', () => {
  test('is left out and not counted, as long as she mutes or blocks them', async () => {
    const eve = await personHere(whole.world, 'eve')
    await publishPost(whole.world, eve, { text: '@anna from Eve', visibility: 'public' })
    const total = async () => Number((await read(inboxPath())).json.totalItems)
    const says = async () => JSON.stringify(await items()).includes('from Eve')
    const before = await total()
    expect(await says()).toBe(true)
    await muteAccount(whole.world, anna, eve, {})
    expect([await says(), await total()]).toEqual([false, before - 1])
    await unmuteAccount(whole.world, anna, eve)
    expect([await says(), await total()]).toEqual([true, before])
    await blockAccount(whole.world, anna, eve)
    expect([await says(), await total()]).toEqual([false, before - 1])
    await publishPost(whole.world, ben, { text: '@anna still', visibility: 'public' })
    expect(await total()).toBe(before)
  })

  test('is left out when they are suspended', async () => {
    const mal = await personHere(whole.world, 'mal')
    await publishPost(whole.world, mal, { text: '@anna from Mal', visibility: 'public' })
    expect(JSON.stringify(await items())).toContain('from Mal')
    await whole.db.updateTable('account').set({ suspended_at: new Date() }).where('id', '=', mal.id).execute()
    expect(JSON.stringify(await items())).not.toContain('from Mal')
  })
})

describe('the id of an item', () => {
  test('leads to it by us, though its own server has nothing there', async () => {
    const { id: _id, ...reaction } = carl.activity(
      'EmojiReact',
      whole.world.uris.post(await publishPost(whole.world, anna, { text: 'react', visibility: 'public' })),
      { content: '🎉', ...toAnna() },
    )
    await send(carl, reaction)
    const item = (await items())[0]
    expect(item).toMatchObject({ type: 'EmojiReact', content: '🎉' })
    expect(item?.id).toMatch(/^https:\/\/weft\.test\/ap\/received\/\d+$/)
    const { status, json } = await read(item?.id)
    expect([status, json]).toEqual([200, item])
    const other = await tokenFor(whole.world, ben, { scope: 'readinbox' })
    expect((await read(item?.id, other)).status).toBe(404)
  })
})
