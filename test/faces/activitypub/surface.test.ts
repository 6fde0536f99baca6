import { afterAll, describe, expect, test } from 'vitest'
import { PUBLIC } from '../../../src/base/uris.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { editPost } from '../../../src/domain/posts/edit.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { removePost } from '../../../src/domain/posts/remove.ts'
import type { Reading } from '../../../src/faces/http/fedify.ts'
import { actorFrom } from '../../../src/translate/to-activity/actor.ts'
import { noteFrom } from '../../../src/translate/to-activity/note.ts'
import { viewAccount } from '../../../src/views/accounts.ts'
import { viewPost } from '../../../src/views/posts.ts'
import { testDatabase } from '../../support/database.ts'
import { startSurface } from '../../support/surface.ts'
import { ORIGIN, personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
const { world, clock } = testWorld(database.db)
const { db, uris } = world
const surface = await startSurface(world, database.url)
afterAll(async () => {
  await surface[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
  expect(surface.errors).toEqual([])
})
const anna = await personHere(world, 'Anna')
const actor = `/ap/actors/${anna.id}`

const nobody = (): Reading => ({
  viewer: undefined,
  public: false,
  lasting: false,
  gone: false,
  account: undefined,
  post: undefined,
  ownerId: undefined,
  keysOnly: false,
  paths: [],
})

const say = (text: string, more: Partial<Parameters<typeof publishPost>[2]> = {}) =>
  surface.afterDrop(() => publishPost(world, anna, { text, visibility: 'public', ...more }))

describe('an actor', () => {
  test('is served byte for byte as we wrote it', async () => {
    const got = await surface.get(actor)
    const view = await viewAccount(db, anna.id)
    expect(got.status).toBe(200)
    expect(got.headers['content-type']).toBe('application/activity+json; charset=utf-8')
    expect(view && JSON.stringify(actorFrom(view, uris))).toBe(got.text)
  })

  test('begins with the ActivityStreams context and has its links, keys and flags in the plain shapes that peers read', async () => {
    const { json } = await surface.get(actor)
    expect((json['@context'] as unknown[])[0]).toBe('https://www.w3.org/ns/activitystreams')
    expect(json).toMatchObject({
      id: ORIGIN + actor,
      type: 'Person',
      preferredUsername: 'Anna',
      url: `${ORIGIN}/@Anna`,
      inbox: `${ORIGIN}${actor}/inbox`,
      outbox: `${ORIGIN}${actor}/outbox`,
      followers: `${ORIGIN}${actor}/followers`,
      following: `${ORIGIN}${actor}/following`,
      featured: `${ORIGIN}${actor}/featured`,
      endpoints: { sharedInbox: `${ORIGIN}/ap/inbox` },
      manuallyApprovesFollowers: false,
      discoverable: true,
      indexable: false,
      publicKey: { id: `${ORIGIN}${actor}#main-key`, owner: ORIGIN + actor },
      assertionMethod: [{ id: `${ORIGIN}${actor}#ed25519-key`, type: 'Multikey' }],
      attachment: [],
      tag: [],
    })
  })

  test('has the addresses that Fedify would give it', async () => {
    const context = surface.federation.createContext(new URL(ORIGIN), nobody())
    const here = (path: string) => new URL(`${ORIGIN}${actor}${path}`)
    expect(context.getActorUri(anna.id)).toEqual(here(''))
    expect(context.getOutboxUri(anna.id)).toEqual(here('/outbox'))
    expect(context.getFollowersUri(anna.id)).toEqual(here('/followers'))
    expect(context.getFollowingUri(anna.id)).toEqual(here('/following'))
    expect(context.getFeaturedUri(anna.id)).toEqual(here('/featured'))
  })

  test('has key pairs that Fedify can sign with', async () => {
    const context = surface.federation.createContext(new URL(ORIGIN), nobody())
    const pairs = await context.getActorKeyPairs(anna.id)
    expect(pairs).toMatchObject([
      { privateKey: { type: 'private', algorithm: { name: 'RSASSA-PKCS1-v1_5' } } },
      { privateKey: { type: 'private', algorithm: { name: 'Ed25519' } } },
    ])
    expect(pairs[0]?.keyId.href).toBe(uris.rsaKey(anna.id))
  })

  test('of the server itself is an Application at a fixed address, and nowhere else', async () => {
    const { json, status } = await surface.get('/ap/actors/instance')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      id: `${ORIGIN}/ap/actors/instance`,
      type: 'Application',
      preferredUsername: 'weft.test',
      manuallyApprovesFollowers: true,
      url: `${ORIGIN}/about`,
      publicKey: { id: `${ORIGIN}/ap/actors/instance#main-key` },
    })
    const { id } = await db
      .selectFrom('account')
      .select('id')
      .where('uri', '=', uris.instanceActor)
      .executeTakeFirstOrThrow()
    expect((await surface.get(`/ap/actors/${id}`)).status).toBe(404)
  })

  test('from elsewhere has no address here', async () => {
    const far = await personElsewhere(world, 'faraway')
    expect((await surface.get(`/ap/actors/${far.id}`)).status).toBe(404)
  })

  test('that is deleted is a Tombstone with 410, its lists and its name are gone too', async () => {
    const gone = await personHere(world, 'gone')
    await db.updateTable('account').set({ deleted_at: clock.now() }).where('id', '=', gone.id).execute()
    const got = await surface.get(`/ap/actors/${gone.id}`)
    expect(got.status).toBe(410)
    expect(got.json).toMatchObject({ id: gone.uri, type: 'Tombstone' })
    expect((await surface.get(`/ap/actors/${gone.id}/outbox`)).status).toBe(410)
    expect((await surface.get('/@gone')).status).toBe(410)
    expect((await surface.get('/.well-known/webfinger?resource=acct:gone@weft.test')).status).toBe(410)
  })
})

describe('a post', () => {
  test('is served byte for byte as we wrote it, replies inlined', async () => {
    const id = await say('Hello #World')
    const got = await surface.get(`/ap/posts/${id}`)
    const view = await viewPost(db, id, undefined)
    expect(view && JSON.stringify(noteFrom(view, uris, { ids: [] }))).toBe(got.text)
    expect(got.json).toMatchObject({
      id: `${ORIGIN}/ap/posts/${id}`,
      type: 'Note',
      attributedTo: ORIGIN + actor,
      url: `${ORIGIN}/@Anna/${id}`,
      to: [PUBLIC],
      cc: [`${ORIGIN}${actor}/followers`],
      tag: [{ type: 'Hashtag' }],
      attachment: [],
      replies: { type: 'Collection', totalItems: 0, first: { type: 'CollectionPage', items: [] } },
      likes: { totalItems: 0 },
      shares: { totalItems: 0 },
    })
  })

  test('is new to the next reader after an edit, and a Tombstone with 410 after its deletion', async () => {
    const id = await say('first words')
    expect((await surface.get(`/ap/posts/${id}`)).text).toContain('first words')
    clock.advance(1000)
    await surface.afterDrop(() => editPost(world, anna, id, { text: 'second words' }))
    expect((await surface.get(`/ap/posts/${id}`)).text).toContain('second words')
    await surface.afterDrop(() => removePost(world, anna, id))
    const got = await surface.get(`/ap/posts/${id}`)
    expect(got.status).toBe(410)
    expect(got.json).toMatchObject({ id: `${ORIGIN}/ap/posts/${id}`, type: 'Tombstone' })
  })

  test('lists the open replies to it, and its conversation', async () => {
    const id = await say('a question')
    const answers = [
      await say('yes', { replyTo: id }),
      await say('no', { replyTo: id, visibility: 'unlisted' }),
    ]
    await say('between us', { replyTo: id, visibility: 'followers' })
    const replies = answers.map((answer) => `${ORIGIN}/ap/posts/${answer}`)
    surface.documents.clear()

    expect((await surface.get(`/ap/posts/${id}`)).json).toMatchObject({
      replies: { totalItems: 2, first: { items: replies } },
    })
    const root = await surface.get(`/ap/posts/${id}/replies`)
    expect(root.json).toMatchObject({
      id: `${ORIGIN}/ap/posts/${id}/replies`,
      type: 'Collection',
      repliesOf: `${ORIGIN}/ap/posts/${id}`,
      totalItems: 2,
      first: `${ORIGIN}/ap/posts/${id}/replies?cursor=first`,
      items: replies,
    })
    expect((await surface.get(`/ap/posts/${id}/replies?cursor=first`)).json).toMatchObject({
      type: 'CollectionPage',
      partOf: `${ORIGIN}/ap/posts/${id}/replies`,
      items: replies,
    })
    expect((await surface.get(`/ap/posts/${id}/context?cursor=first`)).json).toMatchObject({
      items: [`${ORIGIN}/ap/posts/${id}`, ...replies],
    })
    expect((await surface.get(`/ap/posts/${id}/context`)).json).toMatchObject({
      first: `${ORIGIN}/ap/posts/${id}/context?cursor=first`,
    })
  })

  test('says how many like and share it, and who page by page', async () => {
    const id = await say('nice')
    for (const list of ['likes', 'shares']) {
      const { json } = await surface.get(`/ap/posts/${id}/${list}`)
      expect(json).toMatchObject({
        id: `${ORIGIN}/ap/posts/${id}/${list}`,
        type: 'OrderedCollection',
        totalItems: 0,
        first: `${ORIGIN}/ap/posts/${id}/${list}?cursor=first`,
      })
      const page = await surface.get(`/ap/posts/${id}/${list}?cursor=first`)
      expect(page.json).toMatchObject({ type: 'OrderedCollectionPage', orderedItems: [] })
      expect(page.json).not.toHaveProperty('next')
    }
  })

  test('has a Create that is served as it was stored, until the post is gone', async () => {
    const id = await say('to be sent')
    const { id: activity, body } = await db
      .selectFrom('activity')
      .select(['id', 'body'])
      .where('post_id', '=', id)
      .executeTakeFirstOrThrow()
    const got = await surface.get(`/ap/activities/${activity}`)
    expect(got.text).toBe(body)
    expect(got.json).toMatchObject({ type: 'Create', actor: ORIGIN + actor, object: { type: 'Note' } })
    await surface.afterDrop(() => removePost(world, anna, id))
    expect((await surface.get(`/ap/activities/${activity}`)).status).toBe(404)
  })
})

describe('a list', () => {
  test('of an outbox gives whole Creates of what is open, newest first, in pages', async () => {
    const bea = await personHere(world, 'bea')
    const ids: string[] = []
    for (let n = 0; n < 23; n++) {
      clock.advance(1000)
      const visibility = n % 2 === 0 ? 'public' : 'unlisted'
      ids.unshift(await publishPost(world, bea, { text: `number ${n}`, visibility }))
    }
    await publishPost(world, bea, { text: 'not for everyone', visibility: 'followers' })
    await publishPost(world, bea, { text: '@anna only you', visibility: 'direct' })
    const outbox = `${ORIGIN}/ap/actors/${bea.id}/outbox`

    const root = await surface.get(`/ap/actors/${bea.id}/outbox`)
    expect(root.json).toEqual({
      '@context': ['https://www.w3.org/ns/activitystreams', expect.any(Object)],
      id: outbox,
      type: 'OrderedCollection',
      attributedTo: bea.uri,
      outboxOf: bea.uri,
      to: ['https://www.w3.org/ns/activitystreams#Public'],
      seekItem: `${outbox}/seek`,
      eventStream: `${outbox}/events`,
      totalItems: 23,
      first: `${outbox}?cursor=first`,
      last: `${outbox}?cursor=last`,
    })
    const first = (await surface.get(`/ap/actors/${bea.id}/outbox?cursor=first`)).json
    const creates = first.orderedItems as Record<string, unknown>[]
    expect(first).toMatchObject({ type: 'OrderedCollectionPage', partOf: outbox })
    expect(first['@context']).toMatchObject([
      'https://www.w3.org/ns/activitystreams',
      { sensitive: 'as:sensitive' },
    ])
    expect(creates).toHaveLength(20)
    expect(creates[0]).toMatchObject({
      type: 'Create',
      actor: bea.uri,
      object: { type: 'Note', id: `${ORIGIN}/ap/posts/${ids[0]}`, content: '<p>number 22</p>' },
    })
    expect(creates[0]).not.toHaveProperty('@context')

    const next = String(first.next)
    const second = (await surface.get(next.slice(ORIGIN.length))).json
    expect(second.id).toBe(next)
    expect((second.orderedItems as unknown[]).length).toBe(3)
    expect(second).not.toHaveProperty('next')
    expect(JSON.stringify([first, second])).not.toMatch(/not for everyone|only you/)
  })

  test('of followers and followed has a first page and a count, and gives ids letter by letter', async () => {
    const cleo = await personHere(world, 'cleo')
    const fan = await personElsewhere(world, 'fan', 'far.test', { uri: 'https://far.test/users/Fan?x=ü' })
    await requestFollow(world, fan, cleo, 'https://far.test/follows/1')
    await requestFollow(world, cleo, anna)
    const list = (path: string) => surface.get(`/ap/actors/${cleo.id}/${path}`)
    expect((await list('followers')).json).toMatchObject({
      type: 'OrderedCollection',
      totalItems: 1,
      first: `${cleo.uri}/followers?cursor=first`,
    })
    expect((await list('followers?cursor=first')).json).toMatchObject({ orderedItems: [fan.uri] })
    expect((await list('following')).json).toMatchObject({ totalItems: 1 })
    expect((await list('following?cursor=first')).json).toMatchObject({ orderedItems: [anna.uri] })
    expect((await list('featured')).json).toMatchObject({ totalItems: 0, orderedItems: [] })
  })

  test('that is empty is a list all the same', async () => {
    const dora = await personHere(world, 'dora')
    expect((await surface.get(`/ap/actors/${dora.id}/followers?cursor=first`)).json).toMatchObject({
      orderedItems: [],
    })
    expect((await surface.get('/ap/actors/instance/outbox?cursor=first')).json).toMatchObject({
      orderedItems: [],
    })
  })

  test('of a suspended account is not shown, though the account still says that it is suspended', async () => {
    const emil = await personHere(world, 'emil')
    await publishPost(world, emil, { text: 'hm', visibility: 'public' })
    await db.updateTable('account').set({ suspended_at: clock.now() }).where('id', '=', emil.id).execute()
    expect((await surface.get(`/ap/actors/${emil.id}`)).json).toMatchObject({ suspended: true })
    expect((await surface.get(`/ap/actors/${emil.id}/outbox`)).status).toBe(404)
  })

  test.each(['?cursor=', '?cursor=none', '?cursor=-1', '?cursor=99999999999999999999'])(
    'has no page %s',
    async (query) => {
      expect((await surface.get(`${actor}/outbox${query}`)).status).toBe(404)
    },
  )
})
