import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { addEmoji } from '../../src/domain/emojis/keep.ts'
import {
  countsOf,
  kept,
  mayRead,
  noteBy,
  noteFrom,
  posted,
  postTo,
  readAs,
  refused,
} from '../support/outbox.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b3, Like, EmojiReact and Dislike; e11, races: anna acts, ben and carl live here, alice elsewhere. */

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
  const { status } = await alice.post(`${ORIGIN}/ap/inbox`, alice.follow(anna.uri))
  expect(status).toBe(202)
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

describe('a Like', () => {
  test('of a post here is counted, kept for the two, and put into no queue', async () => {
    const object = await noteBy(whole, ben, 'to be liked')
    await whole.settled()
    const like = await posted(whole, anna, { type: 'Like', object, to: [], cc: [] })
    expect(like).toMatchObject({ type: 'Like', object, to: [ben.uri], cc: [] })
    expect(await countsOf(whole, object)).toEqual({ likes: 1, boosts: 0 })
    for (const reader of [anna, ben]) expect(await mayRead(whole, like.id, reader)).toBe(true)
    for (const reader of [carl, undefined]) expect(await mayRead(whole, like.id, reader)).toBe(false)
    for (const [reader, status] of [
      [anna, 200],
      [ben, 200],
      [carl, 404],
      [undefined, 404],
    ] as const)
      expect((await readAs(whole, like.id, reader)).status).toBe(status)
    expect((await readAs(whole, like.id, ben)).json).toEqual(like)
    expect((await kept(whole, like.id))?.lasting).toBe(true)
    expect(await whole.db.selectFrom('job').select('id').execute()).toEqual([])
  })

  test('of a post elsewhere that is not known yet asks for it first, and its author hears of it', async () => {
    const { id: object } = alice.note('far away')
    const like = await posted(whole, anna, { type: 'Like', object, 'x:why': { 'x:deep': [1] } })
    await whole.settled()
    const heard = await alice.receives((one) => one.type === 'Like' && one.object === object)
    expect(heard).toEqual(like)
    expect(heard).toMatchObject({ to: [alice.uri], 'x:why': { 'x:deep': [1] } })
    expect(await countsOf(whole, String(object))).toMatchObject({ likes: 1 })
  })

  test('that is for everyone is signed in itself, with all that the app wrote', async () => {
    const object = await noteFrom(whole, alice, 'for all to see')
    const to = ['https://www.w3.org/ns/activitystreams#Public']
    const like = await posted(whole, anna, {
      '@context': ['https://www.w3.org/ns/activitystreams', { mood: 'https://ext.test/ns#mood' }],
      type: 'Like',
      object,
      to,
      cc: [`${anna.uri}/followers`],
      mood: 'glad',
    })
    expect(like).toMatchObject({ to: [...to, alice.uri], cc: [`${anna.uri}/followers`], mood: 'glad' })
    expect(like.proof).toBeDefined()
    expect(like.signature).toBeDefined()
    await whole.settled()
    expect(await alice.receives((one) => one.id === like.id)).toEqual(like)
    expect(await mayRead(whole, like.id, undefined)).toBe(true)
  })

  test('is said once: a second one is redundant, and of two at the same moment one is', async () => {
    const object = await noteBy(whole, ben, 'liked by many apps at once')
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => postTo(whole, anna, { type: 'Like', object })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400, 400])
    const duplicate = answers.find(({ status }) => status === 201)?.json.id
    for (const { status, json } of answers) if (status === 400) expect(json).toMatchObject({ duplicate })
    expect(await countsOf(whole, object)).toEqual({ likes: 1, boosts: 0 })
    expect(await refused(whole, anna, { type: 'Like', object })).toMatchObject({
      status: 400,
      type: 'redundant-activity',
      json: { duplicate },
    })
  })

  test('needs something that is there and that one may see', async () => {
    const secret = await noteBy(whole, ben, 'for nobody', 'direct')
    for (const object of [secret, `${ORIGIN}/ap/posts/1`, 'https://far.test/nothing']) {
      expect(await refused(whole, anna, { type: 'Like', object })).toMatchObject({
        status: 400,
        type: 'object-does-not-exist',
      })
    }
    expect(await refused(whole, anna, { type: 'Like' })).toMatchObject({ status: 400 })
  })

  test('of what is no post is kept, and whoever made it is told', async () => {
    const place = await posted(whole, ben, { type: 'Place', name: 'Harbour', to: [anna.uri] })
    const { id: object } = place.object as { id: string }
    expect(await posted(whole, anna, { type: 'Like', object })).toMatchObject({ to: [ben.uri], object })
    expect(await refused(whole, carl, { type: 'Like', object })).toMatchObject({ status: 400 })
    expect(await refused(whole, anna, { type: 'Announce', object })).toMatchObject({ status: 403 })
    const far = `${alice.uri}/places/1`
    whole.peer.serve(far, { id: far, type: 'Place', name: 'Far', attributedTo: alice.uri })
    const like = await posted(whole, anna, { type: 'Like', object: far })
    expect(like).toMatchObject({ to: [alice.uri], object: far })
  })

  test('of a person is kept and told', async () => {
    const like = await posted(whole, anna, { type: 'Like', object: alice.uri })
    await whole.settled()
    expect(await alice.receives((one) => one.id === like.id)).toMatchObject({ object: alice.uri })
    expect(await refused(whole, anna, { type: 'Like', object: alice.uri })).toMatchObject({
      json: { duplicate: like.id },
    })
  })

  test('carries nothing that could harm whoever shows it', async () => {
    const object = await noteBy(whole, ben, 'trap')
    const like = await posted(whole, anna, {
      type: 'Like',
      object,
      summary: '<b>nice</b><script>alert(1)</script>',
      _internal: 'x',
      id: 'https://far.test/forged',
      likes: 'https://far.test/likes',
    })
    expect(like.summary).not.toContain('script')
    expect(Object.keys(like)).not.toContain('_internal')
    expect(Object.keys(like)).not.toContain('likes')
  })
})

describe('an emoji', () => {
  test('comes as an EmojiReact, or as a Like that says so', async () => {
    const object = await noteFrom(whole, alice, 'react to me')
    const react = await posted(whole, anna, { type: 'EmojiReact', object, content: '🎉' })
    const like = await posted(whole, anna, { type: 'Like', object, content: '👏' })
    expect([react, like]).toMatchObject([
      { type: 'EmojiReact', content: '🎉', object },
      { type: 'Like', content: '👏', object },
    ])
    await whole.settled()
    await alice.receives((one) => one.id === react.id && one.type === 'EmojiReact')
    await alice.receives((one) => one.id === like.id)
    const rows = await whole.db.selectFrom('reaction').select(['emoji', 'uri']).execute()
    expect(rows).toContainEqual({ emoji: '🎉', uri: react.id })
    expect(rows).toContainEqual({ emoji: '👏', uri: like.id })
    expect(await refused(whole, anna, { type: 'EmojiReact', object, content: '🎉' })).toMatchObject({
      status: 400,
      json: { duplicate: react.id },
    })
    const undo = await posted(whole, anna, { type: 'Undo', object: react.id })
    expect(undo).toMatchObject({ object: { id: react.id, type: 'EmojiReact' } })
  })

  test('may be a custom one of ours, shown to others by a tag that is ours', async () => {
    const { world } = whole
    const id = await addEmoji(world, { shortcode: 'blob', url: BLOB, file: 'b.png', mediaType: 'image/png' })
    const object = await noteFrom(whole, alice, 'react to me with a blob')
    const tag = [
      { type: 'Emoji', name: ':blob:', icon: { type: 'Image', url: 'https://far.test/other.png' } },
    ]
    const react = await posted(whole, anna, { type: 'EmojiReact', object, content: ':blob:', tag })
    const ours = { id: world.uris.emoji(id), type: 'Emoji', name: ':blob:', icon: { url: BLOB } }
    expect(react).toMatchObject({ type: 'EmojiReact', content: ':blob:', tag: [ours] })
    await whole.settled()
    expect(await alice.receives((one) => one.id === react.id)).toMatchObject({
      content: ':blob:',
      tag: [ours],
    })
    expect(await reactionsTo(object)).toEqual([{ emoji: ':blob@weft.test:', emoji_url: BLOB }])
    const like = await posted(whole, ben, { type: 'Like', object, content: ':blob:', 'x:mood': 'glad' })
    expect(like).toMatchObject({ type: 'Like', content: ':blob:', tag: [ours], 'x:mood': 'glad' })
    expect(await refused(whole, anna, { type: 'Like', object, content: ':blob:' })).toMatchObject({
      json: { duplicate: react.id },
    })
    const undo = await posted(whole, anna, {
      type: 'Undo',
      object: { type: 'EmojiReact', object, content: ':blob:' },
    })
    expect(undo.object).toMatchObject({ id: react.id, type: 'EmojiReact', content: ':blob:', tag: [ours] })
    expect(await reactionsTo(object)).toEqual([{ emoji: ':blob@weft.test:', emoji_url: BLOB }])
  })

  test('may be a custom one that others have put there, by its tag or by its host', async () => {
    const object = await noteBy(whole, ben, 'a post with an emoji')
    const tag = {
      type: 'Emoji',
      id: 'https://far.test/emoji/cat',
      name: ':cat:',
      icon: { type: 'Image', url: CAT },
    }
    const theirs = {
      ...alice.activity('Like', object),
      type: 'EmojiReact',
      content: ':cat:',
      tag: [tag],
    }
    await alice.post(`${ORIGIN}/ap/inbox`, theirs)
    await whole.settled()
    const react = await posted(whole, anna, { type: 'EmojiReact', object, content: ':cat:', tag: [tag] })
    expect(react).toMatchObject({
      content: ':cat:',
      tag: [{ type: 'Emoji', name: ':cat:', icon: { url: CAT } }],
    })
    await posted(whole, carl, { type: 'Like', object, content: ':cat@far.test:' })
    expect(await reactionsTo(object)).toEqual(
      Array.from({ length: 3 }, () => ({ emoji: ':cat@far.test:', emoji_url: CAT })),
    )
    const other = await noteBy(whole, ben, 'a post without')
    for (const content of [':unseen:', ':cat@elsewhere.test:', ':unseen@far.test:'])
      for (const type of ['Like', 'EmojiReact'])
        expect(
          await refused(whole, anna, { type, object: other, content, tag: [tag] }),
          content,
        ).toMatchObject({
          status: 422,
          code: 'reaction.unknown',
        })
    expect(await reactionsTo(other)).toEqual([])
  })

  test('is one, and an EmojiReact has one', async () => {
    const object = await noteBy(whole, ben, 'no emoji')
    expect(await refused(whole, anna, { type: 'EmojiReact', object })).toMatchObject({
      code: 'reaction.emoji',
    })
  })
})

test('a Dislike is kept and told, and counted nowhere', async () => {
  const object = await noteFrom(whole, alice, 'not so good')
  const dislike = await posted(whole, anna, { type: 'Dislike', object })
  await whole.settled()
  expect(await alice.receives('Dislike')).toEqual(dislike)
  expect(await countsOf(whole, object)).toEqual({ likes: 0, boosts: 0 })
  const again = await refused(whole, anna, { type: 'Dislike', object })
  expect(again.json).toMatchObject({ duplicate: dislike.id })
})

test('where its author wants to be asked first, it waits under the id that it will have', async () => {
  const object = await noteFrom(whole, alice, 'ask me first', {
    interactionPolicy: { canLike: { automaticApproval: [], manualApproval: [`${PUBLIC_ID}`] } },
  } as Json)
  const like = await posted(whole, anna, { type: 'Like', object })
  await whole.settled()
  const asked = await alice.receives('LikeRequest')
  expect(asked.instrument).toMatchObject({ id: like.id, type: 'Like' })
  expect(alice.received.some((one) => one.id === like.id)).toBe(false)
  expect(await refused(whole, anna, { type: 'Like', object })).toMatchObject({ json: { duplicate: like.id } })
  await posted(whole, anna, { type: 'Undo', object: like.id })
  expect(await refused(whole, anna, { type: 'Undo', object: like.id })).toMatchObject({ status: 400 })
})

test('what waited for its author keeps what its app wrote, in the request and once it is allowed', async () => {
  const object = await noteFrom(whole, alice, 'ask me before', {
    interactionPolicy: { canLike: { automaticApproval: [], manualApproval: [`${PUBLIC_ID}`] } },
  } as Json)
  const terms = {
    '@context': [AS, { x: 'https://x.test/ns#' }],
    'x:mood': 'glad',
    published: '2026-01-02T03:04:05.000Z',
  }
  const like = await posted(whole, anna, { ...terms, type: 'EmojiReact', object, content: '🎉' })
  await whole.settled()
  const asked = await alice.receives((one) => one.type === 'LikeRequest' && one.object === object)
  const said = { id: like.id, type: 'EmojiReact', content: '🎉', 'x:mood': 'glad' }
  expect(asked.instrument).toMatchObject(said)
  await alice.post(`${ORIGIN}/ap/inbox`, {
    ...alice.accept(asked),
    result: 'https://far.test/stamps/1',
  })
  await whole.settled()
  const done = await alice.receives((one) => one.id === like.id)
  expect(done).toMatchObject({ ...said, published: terms.published, likeAuthorization: expect.anything() })
  expect(JSON.stringify(done['@context'])).toContain('https://x.test/ns#')
  expect((await readAs(whole, like.id, anna)).json).toEqual(done)
  expect(await reactionsTo(object)).toEqual([{ emoji: '🎉', emoji_url: null }])
})

const AS = 'https://www.w3.org/ns/activitystreams'
const BLOB = 'https://weft.test/media/blob.png'
const CAT = 'https://far.test/cat.png'
const reactionsTo = (uri: string) =>
  whole.db
    .selectFrom('reaction')
    .innerJoin('post', 'post.id', 'reaction.post_id')
    .select(['reaction.emoji', 'reaction.emoji_url'])
    .where('post.uri', '=', uri)
    .orderBy('reaction.id')
    .execute()

const PUBLIC_ID = 'https://www.w3.org/ns/activitystreams#Public'
