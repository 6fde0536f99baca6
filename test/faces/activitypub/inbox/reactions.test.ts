import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { PostId } from '../../../../src/base/ids.ts'
import type { Account, LocalAccount } from '../../../../src/domain/accounts/account.ts'
import { blockAccount } from '../../../../src/domain/blocks/block.ts'
import { acceptFollow } from '../../../../src/domain/follows/answer.ts'
import { requestFollow } from '../../../../src/domain/follows/request.ts'
import { findPostByUri } from '../../../../src/domain/posts/find.ts'
import { publishPost } from '../../../../src/domain/posts/publish.ts'
import { boostPost } from '../../../../src/domain/reactions/boost.ts'
import { inboxHandler } from '../../../../src/faces/activitypub/inbox/process.ts'
import type { LaneItem } from '../../../../src/jobs/outcomes.ts'
import { listNotifications } from '../../../../src/views/notifications.ts'
import { viewPost } from '../../../../src/views/posts.ts'
import { viewReactions } from '../../../../src/views/reactions.ts'
import { listHome } from '../../../../src/views/timelines.ts'
import { testDatabase } from '../../../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../../../support/world.ts'

const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world
const anna = await personHere(world, 'anna')
const ben = await personHere(world, 'ben')
const carl = await personElsewhere(world, 'carl')
const dora = await personElsewhere(world, 'dora', 'else.test')
const eve = await personElsewhere(world, 'eve', 'third.test')
await requestFollow(world, ben, carl)
await acceptFollow(world, { followerId: ben.id, followedId: carl.id })

const heard: string[] = []
const take = inboxHandler(world, (type, outcome) => heard.push(`${type}: ${outcome}`))
const signal = new AbortController().signal
let n = 0
let post: PostId
beforeEach(async () => {
  post = await say(anna)
})

const say = (author: LocalAccount, visibility: 'public' | 'followers' | 'direct' = 'public') =>
  publishPost(world, author, { text: 'something', visibility })
const uriOf = (id: PostId) => world.uris.post(id)

function activity(type: string, by: Account, object: unknown, more: Record<string, unknown> = {}) {
  return {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${by.uri}/${type.toLowerCase()}s/${++n}`,
    type,
    actor: by.uri,
    object,
    ...more,
  }
}

const announce = (by: Account, object: unknown, more: Record<string, unknown> = {}) =>
  activity('Announce', by, object, {
    to: [PUBLIC],
    cc: [`${by.uri}/followers`],
    published: new Date(world.clock.now().getTime() - 1000).toISOString(),
    ...more,
  })

async function run(...activities: Record<string, unknown>[]): Promise<string[]> {
  heard.length = 0
  const items = activities.map(
    (one): LaneItem => ({
      id: String(++n),
      lane: 1,
      kind: 'inbox',
      body: JSON.stringify(one),
      attempts: 0,
      receivedAt: world.clock.now(),
    }),
  )
  await take(items, signal)
  return [...heard]
}

const counts = async (id = post) => (await viewPost(db, id, { accountId: anna.id }))?.counts
const notices = async () =>
  (await listNotifications(db, anna.id, { limit: 80 })).items
    .filter(({ postId }) => postId === post)
    .map(({ kind, from }) => `${kind} ${from.name}`)
    .sort()
const emojis = async () =>
  ((await viewReactions(db, [post], undefined)).get(post) ?? []).map(
    ({ emoji, url, count }) => `${emoji} ${url} ${count}`,
  )

describe('Like', () => {
  test('counts once and is told, redelivered or said again', async () => {
    const like = activity('Like', dora, uriOf(post))
    expect(await run(like, like, activity('Like', dora, uriOf(post)))).toEqual([
      'Like: added',
      'Like: known',
      'Like: known',
    ])
    expect(await counts()).toMatchObject({ likes: 1 })
    expect(await notices()).toEqual(['like dora'])
  })

  test.each([
    ['whole', (like: Record<string, unknown>) => like],
    ['by its bare id (Pleroma)', (like: Record<string, unknown>) => like.id],
    [
      'as a single value without addresses (GoToSocial)',
      ({ id, type, actor, object }: Record<string, unknown>) => ({ id, type, actor, object }),
    ],
    [
      'under an id that was never given (Lemmy)',
      (like: Record<string, unknown>) => ({ ...like, id: `${dora.uri}/likes/new-${++n}` }),
    ],
    [
      'without an id',
      ({ type, actor, object }: Record<string, unknown>) => ({ type, actor, object, id: null }),
    ],
    [
      'with its object whole',
      (like: Record<string, unknown>) => ({ ...like, object: { id: like.object, type: 'Note' } }),
    ],
  ])('is undone %s', async (_how, inner) => {
    const like = activity('Like', dora, uriOf(post))
    await run(like)
    expect(await run(activity('Undo', dora, inner(like)))).toEqual(['Undo: removed'])
    expect(await counts()).toMatchObject({ likes: 0 })
    expect(await notices()).toEqual([])
    // Redelivered, it stays undone.
    await run(like)
    expect(await counts()).toMatchObject({ likes: 0 })
  })

  test('S-045: nobody undoes another’s', async () => {
    const like = activity('Like', dora, uriOf(post))
    await run(like)
    await run(activity('Undo', eve, like), activity('Undo', eve, like.id), {
      ...activity('Undo', eve, { ...like, actor: eve.uri }),
    })
    expect(await counts()).toMatchObject({ likes: 1 })
  })

  test('that comes after its Undo has no effect', async () => {
    const like = activity('Like', dora, uriOf(post))
    expect(await run(activity('Undo', dora, like), like)).toEqual(['Undo: remembered', 'Like: undone'])
    const again = activity('Like', dora, uriOf(post))
    await run(activity('Undo', dora, again.id), again)
    expect(await counts()).toMatchObject({ likes: 0 })
  })

  test('of Threads and Misskey, whose ids have fragments, is taken back by these', async () => {
    const first = { ...activity('Like', dora, uriOf(post)), id: `${dora.uri}/#likes/1` }
    const second = { ...activity('Like', eve, uriOf(post)), id: `${eve.uri}#likes/1` }
    await run(first, second)
    expect(await counts()).toMatchObject({ likes: 2 })
    await run(activity('Undo', dora, first.id))
    expect(await counts()).toMatchObject({ likes: 1 })
  })

  test('of what is not known is nobody’s business, and nobody is asked', async () => {
    expect(await run(activity('Like', dora, uriOf('77' as PostId)))).toEqual(['Like: unrelated'])
    expect(await run(activity('Like', carl, 'https://far.test/unknown'))).toEqual(['Like: unrelated'])
    const stranger = { ...carl, uri: 'https://far.test/users/stranger' }
    expect(await run(activity('Like', stranger, 'https://far.test/unknown'))).toEqual(['Like: unrelated'])
    expect(await db.selectFrom('job').select('kind').where('kind', '=', 'ask').execute()).toEqual([])
  })

  test('S-053: of a post that its sender cannot see is dropped, and nobody is told', async () => {
    post = await say(anna, 'followers')
    expect(await run(activity('Like', dora, uriOf(post)))).toEqual(['Like: hidden'])
    expect(await counts()).toMatchObject({ likes: 0 })
    await requestFollow(world, dora, anna)
    expect(await run(activity('Like', dora, uriOf(post)))).toEqual(['Like: added'])
    expect(await notices()).toEqual(['like dora'])
  })

  test('S-091: of somebody who is blocked, or blocks, is dropped, and nobody is told', async () => {
    const fred = await personElsewhere(world, 'fred', 'else.test')
    await blockAccount(world, anna, fred)
    expect(await run(activity('Like', fred, uriOf(post)), announce(fred, uriOf(post)))).toEqual([
      'Like: hidden',
      'Announce: hidden',
    ])
    expect(await counts()).toMatchObject({ likes: 0, boosts: 0 })
    expect(await notices()).toEqual([])
  })
})

describe('ids that cannot be kept', () => {
  test('S-107: never cost those who come with them anything', async () => {
    const odd = Array.from({ length: 1900 }, () =>
      String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000)),
    )
    const uri = `https://far.test/${odd.join('')}`
    const others = [activity('Like', eve, uriOf(post)), announce(eve, uriOf(post))]
    expect(await run(announce(dora, uriOf(post), { id: uri }), others[1] ?? {})).toEqual([
      'unreadable: request.invalid',
      'Announce: added',
    ])
    expect(await run({ ...activity('Like', dora, uriOf(post)), id: uri }, others[0] ?? {})).toContain(
      'Like: added',
    )
    const halves = ['\ud800', '\ud801'].map((half) =>
      activity('Undo', dora, `${dora.uri}/likes/none-${half}`),
    )
    expect(await run(...halves, activity('Like', carl, uriOf(post)))).toContain('Like: added')
  })

  test('a boost said again by the id of a post keeps the id that it has', async () => {
    const said = await publishPost(world, anna, { text: 'hm', visibility: 'public' })
    const boosts = [announce(carl, uriOf(post)), announce(carl, uriOf(post)), announce(carl, uriOf(said))]
    const [first, second] = boosts
    await run(announce(carl, uriOf(said), { id: second?.id }))
    await run(first ?? {}, second ?? {})
    await run(activity('Undo', carl, first?.id))
    expect(await counts()).toMatchObject({ boosts: 1 })
  })
})

describe('an emoji', () => {
  const blob = (host: string) => ({
    id: `https://${host}/emojis/blob`,
    type: 'Emoji',
    name: ':blob:',
    icon: { type: 'Image', url: `https://${host}/blob.png` },
  })

  test.each([
    ['EmojiReact', { content: '🔥' }, '🔥 null 1'],
    ['Like', { content: '🔥' }, '🔥 null 1'],
    ['Like', { _misskey_reaction: '🔥', content: 'x' }, '🔥 null 1'],
    [
      'Like',
      { _misskey_reaction: ':blob:', content: ':blob:', tag: [blob('else.test')] },
      ':blob@else.test: https://else.test/blob.png 1',
    ],
    [
      'EmojiReact',
      { content: ':blob:', tag: blob('third.test') },
      ':blob@third.test: https://third.test/blob.png 1',
    ],
  ])('in %s, %j, is kept and shown', async (type, more, shown) => {
    expect(await run(activity(type, dora, uriOf(post), more))).toEqual([`${type}: added`])
    expect(await emojis()).toEqual([shown])
    expect(await notices()).toEqual(['reaction dora'])
    expect(await counts()).toMatchObject({ likes: 0 })
  })

  test.each([
    ['a heart, which is Misskey’s plain like', { content: '❤', _misskey_reaction: '❤' }],
    ['words', { content: 'nice' }],
    ['a custom emoji without its picture', { content: ':blob:' }],
  ])('%s in a Like is a like', async (_what, more) => {
    await run(activity('Like', dora, uriOf(post), more))
    expect(await counts()).toMatchObject({ likes: 1 })
    expect(await emojis()).toEqual([])
  })

  test('that cannot be shown, and a Dislike, are politely ignored', async () => {
    expect(await run(activity('EmojiReact', dora, uriOf(post), { content: 'nope' }))).toEqual([
      'EmojiReact: no emoji that could be shown',
    ])
    expect(await run(activity('Dislike', dora, uriOf(post)))).toEqual(['Dislike: dislikes are not kept'])
  })

  test('is undone alone, by what it was, among several', async () => {
    const fire = activity('EmojiReact', dora, uriOf(post), { content: '🔥', id: null })
    await run(fire, activity('EmojiReact', dora, uriOf(post), { content: '🎉' }))
    expect(await run(activity('Undo', dora, fire))).toEqual(['Undo: removed'])
    expect(await emojis()).toEqual(['🎉 null 1'])
    expect(await notices()).toEqual(['reaction dora'])
  })

  test('of one person for one post are so many and no more', async () => {
    const many = [
      '😀',
      '😁',
      '😂',
      '😃',
      '😄',
      '😅',
      '😆',
      '😇',
      '😈',
      '😉',
      '😊',
      '😋',
      '😌',
      '😍',
      '😎',
      '😏',
    ]
    many.push('😐', '😑', '😒', '😓', '😔', '😕')
    const outcomes = await run(
      ...many.map((content) => activity('EmojiReact', dora, uriOf(post), { content })),
    )
    expect(outcomes.filter((one) => one === 'EmojiReact: too many')).toHaveLength(2)
    expect(await emojis()).toHaveLength(20)
  })
})

describe('Announce', () => {
  const homeOfBen = async () =>
    (await listHome(db, ben.id, { limit: 80 })).items.map((one) => one.boostOf?.id ?? one.id)

  test('of a post of ours by anybody is counted and told', async () => {
    expect(await run(announce(dora, uriOf(post)))).toEqual(['Announce: added'])
    expect(await counts()).toMatchObject({ boosts: 1 })
    expect(await notices()).toEqual(['boost dora'])
  })

  test('by somebody who is followed is seen at home, and gone after its Undo', async () => {
    const boost = announce(carl, uriOf(post))
    expect(await run(boost, boost, announce(carl, uriOf(post)))).toEqual([
      'Announce: added',
      'Announce: known',
      'Announce: known',
    ])
    expect(await homeOfBen()).toContain(post)
    expect(await counts()).toMatchObject({ boosts: 1 })
  })

  test('made long ago enters no home', async () => {
    const published = new Date(world.clock.now().getTime() - 7 * 3_600_000).toISOString()
    expect(await run(announce(carl, uriOf(post), { published }))).toEqual(['Announce: added'])
    expect(await homeOfBen()).not.toContain(post)
    expect(await counts()).toMatchObject({ boosts: 1 })
  })

  test('is undone whole, by its bare id, and before it came', async () => {
    const [one, two, three] = [
      announce(carl, uriOf(post)),
      announce(dora, uriOf(post)),
      announce(eve, uriOf(post)),
    ]
    await run(one, two, activity('Undo', eve, three))
    expect(await run(activity('Undo', carl, one), activity('Undo', dora, two.id), three)).toEqual([
      'Undo: removed',
      'Undo: removed',
      'Announce: undone',
    ])
    expect(await counts()).toMatchObject({ boosts: 0 })
    expect(await homeOfBen()).not.toContain(post)
    expect(await notices()).toEqual([])
  })

  test('without an id, or with the post whole in it, counts for what its id says', async () => {
    const forged = { id: uriOf(post), type: 'Note', attributedTo: anna.uri, content: 'forged' }
    await run({ ...announce(dora, forged), id: null })
    expect(await counts()).toMatchObject({ boosts: 1 })
    expect((await viewPost(db, post, undefined))?.contentHtml).toContain('something')
  })

  test('S-088: of a private post is dropped, but for its author’s own', async () => {
    post = await say(anna, 'followers')
    await requestFollow(world, eve, anna)
    expect(await run(announce(eve, uriOf(post)))).toEqual(['Announce: hidden'])
    expect(await counts()).toMatchObject({ boosts: 0 })
    expect(await notices()).toEqual([])
  })

  test('of an unknown post is asked for only if somebody here follows who boosts', async () => {
    const unknown = 'https://other.test/notes/1'
    expect(await run(announce(dora, unknown))).toEqual(['Announce: unrelated'])
    expect(await run(announce(carl, uriOf('88' as PostId)))).toEqual(['Announce: unrelated'])
    expect(await run(announce(carl, unknown))).toEqual(['Announce: asking'])
    await db.deleteFrom('job').where('kind', '=', 'ask').execute()
  })

  test('for one person alone is for nobody here', async () => {
    expect(await run(announce(dora, uriOf(post), { to: [anna.uri], cc: [] }))).toEqual([
      'Announce: for nobody here',
    ])
  })

  test('that is deleted instead of undone is gone', async () => {
    const boost = announce(carl, uriOf(post))
    await run(boost)
    expect(await run(activity('Delete', carl, boost.id))).toEqual(['Delete: removed'])
    expect(await counts()).toMatchObject({ boosts: 0 })
  })

  test('goes with its post, whose Delete comes from elsewhere, and those who had it are told', async () => {
    const note = {
      id: `${carl.uri}/notes/${++n}`,
      type: 'Note',
      attributedTo: carl.uri,
      to: [PUBLIC],
      content: '<p>hi</p>',
      published: new Date(world.clock.now().getTime() - 1000).toISOString(),
    }
    await run(activity('Create', carl, note))
    const known = await findPostByUri(db, note.id)
    const boost = await boostPost(world, anna, known?.id as PostId)
    expect(await run(activity('Delete', carl, note.id))).toEqual(['Delete: removed'])
    expect(await viewPost(db, boost, { accountId: anna.id })).toBeUndefined()
    const last = await db
      .selectFrom('activity')
      .select('body')
      .where('account_id', '=', anna.id)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(JSON.parse(last.body)).toMatchObject({
      type: 'Undo',
      object: { type: 'Announce', object: note.id },
    })
  })

  test('of an Announce is one of what that showed', async () => {
    const boost = announce(carl, uriOf(post))
    await run(boost)
    expect(await run(announce(dora, boost.id), activity('Like', eve, boost.id))).toEqual([
      'Announce: added',
      'Like: added',
    ])
    expect(await counts()).toMatchObject({ boosts: 2, likes: 1 })
  })
})

test('a batch of many kinds and people is what it would be one by one', async () => {
  const like = activity('Like', dora, uriOf(post))
  const boost = announce(carl, uriOf(post))
  await run(
    like,
    boost,
    activity('Undo', dora, like),
    activity('Like', eve, uriOf(post)),
    activity('Undo', carl, boost),
    announce(carl, uriOf(post)),
    activity('EmojiReact', dora, uriOf(post), { content: '🔥' }),
  )
  expect(await counts()).toMatchObject({ likes: 1, boosts: 1 })
  expect(await emojis()).toEqual(['🔥 null 1'])
  expect(await notices()).toEqual(['boost carl', 'like eve', 'reaction dora'])
})
