import { afterAll, describe, expect, test } from 'vitest'
import type { AccountId, PostId } from '../../../src/base/ids.ts'
import type { Account, LocalAccount } from '../../../src/domain/accounts/account.ts'
import { acceptFollow } from '../../../src/domain/follows/answer.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { removePost } from '../../../src/domain/posts/remove.ts'
import { boostPost } from '../../../src/domain/reactions/boost.ts'
import { likePost } from '../../../src/domain/reactions/like.ts'
import { reactToPost } from '../../../src/domain/reactions/react.ts'
import { unboostPost, unlikePost, unreactToPost } from '../../../src/domain/reactions/undo.ts'
import { listNotifications } from '../../../src/views/notifications.ts'
import { listOutbox, viewPost } from '../../../src/views/posts.ts'
import { listBoosters, listLikers, viewReactions, viewViewerReactions } from '../../../src/views/reactions.ts'
import { listHome } from '../../../src/views/timelines.ts'
import { testDatabase } from '../../support/database.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world
const anna = await personHere(world, 'anna')
const ben = await personHere(world, 'ben')
const cleo = await personHere(world, 'cleo')
const dora = await personElsewhere(world, 'dora')
await follows(ben, anna)
await follows(cleo, anna)
await follows(cleo, ben)
await follows(dora, ben)

async function follows(follower: Account, followed: Account): Promise<void> {
  await requestFollow(world, follower, followed)
  await acceptFollow(world, { followerId: follower.id, followedId: followed.id })
}

const say = (author: LocalAccount, visibility: 'public' | 'unlisted' | 'followers' | 'direct' = 'public') =>
  publishPost(world, author, { text: `something, by ${author.name}`, visibility })

async function sayAfar(): Promise<PostId> {
  const incoming = incomingBy(dora)
  await receivePosts(world, [{ incoming, author: dora, wanted: true }])
  const row = await db
    .selectFrom('post')
    .select('id')
    .where('uri', '=', incoming.uri)
    .executeTakeFirstOrThrow()
  return row.id
}

const counts = async (id: PostId) => (await viewPost(db, id, undefined))?.counts
const home = async (owner: LocalAccount) =>
  (await listHome(db, owner.id, { limit: 80 })).items.map((post) => post.boostOf?.id ?? post.id)
const notices = async (owner: LocalAccount) =>
  (await listNotifications(db, owner.id, { limit: 80 })).items.map(
    ({ kind, from, postId }) => `${kind} ${from.name} ${postId}`,
  )
async function said(by: LocalAccount, after: number) {
  const rows = await db
    .selectFrom('activity')
    .select('body')
    .where('account_id', '=', by.id)
    .orderBy('id')
    .execute()
  return rows.slice(after).map(({ body }) => {
    // What it is signed with stands outside of what it says.
    const { proof: _proof, signature: _signature, ...json } = JSON.parse(body) as Record<string, unknown>
    return json
  })
}
const saidSoFar = async (by: LocalAccount) => (await said(by, 0)).length
async function recipientsOf(kind: string): Promise<unknown> {
  const rows = await db
    .selectFrom('job')
    .select('payload')
    .where('kind', '=', 'deliver')
    .orderBy('id')
    .execute()
  const payloads = rows.map(
    ({ payload }) => JSON.parse(payload) as { activityId: string; recipients: unknown },
  )
  const activities = await db.selectFrom('activity').select('id').where('kind', '=', kind).execute()
  const ids = new Set(activities.map(({ id }) => String(id)))
  return payloads.findLast(({ activityId }) => ids.has(activityId))?.recipients
}

describe('a like', () => {
  test('counts once, however often it is given, and its author is told', async () => {
    const post = await say(anna)
    await likePost(world, ben, post)
    await likePost(world, ben, post)
    expect(await counts(post)).toMatchObject({ likes: 1 })
    expect(await notices(anna)).toContain(`like ben ${post}`)
    expect((await listLikers(db, post, { limit: 10 })).items.map(({ name }) => name)).toEqual(['ben'])
    expect((await viewViewerReactions(db, [post], ben.id)).get(post)).toMatchObject({
      liked: true,
      boosted: false,
    })
  })

  test('taken back counts no more and is not told of any more', async () => {
    const post = await say(anna)
    await likePost(world, ben, post)
    await unlikePost(world, ben, post)
    await unlikePost(world, ben, post)
    expect(await counts(post)).toMatchObject({ likes: 0 })
    expect(await notices(anna)).not.toContain(`like ben ${post}`)
  })

  test('of one’s own post tells nobody', async () => {
    const post = await say(anna)
    await likePost(world, anna, post)
    expect(await counts(post)).toMatchObject({ likes: 1 })
    expect(await notices(anna)).not.toContain(`like anna ${post}`)
  })

  test('of a post elsewhere goes to its author, and its Undo holds it whole', async () => {
    const post = await sayAfar()
    const before = await saidSoFar(ben)
    await likePost(world, ben, post)
    await unlikePost(world, ben, post)
    const [like, undo] = await said(ben, before)
    expect(like).toMatchObject({ type: 'Like', actor: ben.uri, to: [dora.uri], object: expect.any(String) })
    const { '@context': _context, ...whole } = like ?? {}
    expect(undo).toMatchObject({ type: 'Undo', actor: ben.uri, to: [dora.uri], object: whole })
    expect(await recipientsOf('Like')).toEqual({ accountIds: [dora.id] })
  })

  test('S-053: of a post that one may not see is refused as if it were not there', async () => {
    const post = await say(anna, 'direct')
    await expect(likePost(world, ben, post)).rejects.toMatchObject({ code: 'post.not-found' })
    await expect(likePost(world, ben, '12345' as PostId)).rejects.toMatchObject({ code: 'post.not-found' })
    expect(await db.selectFrom('reaction').selectAll().where('post_id', '=', post).execute()).toEqual([])
  })
})

describe('an emoji', () => {
  test('is shown with how many gave it and whether the reader did', async () => {
    const post = await say(anna)
    await reactToPost(world, ben, post, '🎉')
    await reactToPost(world, cleo, post, '🎉')
    await reactToPost(world, cleo, post, '❤')
    await reactToPost(world, cleo, post, '❤️')
    expect((await viewReactions(db, [post], { accountId: ben.id })).get(post)).toEqual([
      { emoji: '🎉', url: null, count: 2, mine: true },
      { emoji: '❤️', url: null, count: 1, mine: false },
    ])
    expect(await counts(post)).toMatchObject({ likes: 0 })
    expect((await notices(anna)).filter((one) => one.endsWith(post)).sort()).toEqual([
      `reaction ben ${post}`,
      `reaction cleo ${post}`,
    ])
    const told = (await listNotifications(db, anna.id, { limit: 80 })).items
    expect(told.find(({ postId, from }) => postId === post && from.name === 'cleo')?.emoji).toEqual([
      '🎉',
      '❤️',
    ])
    await unreactToPost(world, cleo, post, '🎉')
    expect(await notices(anna)).toContain(`reaction cleo ${post}`)
    await unreactToPost(world, cleo, post, '❤')
    expect(await notices(anna)).not.toContain(`reaction cleo ${post}`)
  })

  test.each(['', 'a', 'ok', '🎉🎉', ':blob:', '<b>'])('%j is none', async (text) => {
    const post = await say(anna)
    await expect(reactToPost(world, ben, post, text)).rejects.toMatchObject({ code: 'reaction.emoji' })
  })

  test('goes out as a Like that says which', async () => {
    const post = await sayAfar()
    const before = await saidSoFar(ben)
    await reactToPost(world, ben, post, '🎉')
    expect(await said(ben, before)).toMatchObject([{ type: 'Like', content: '🎉', _misskey_reaction: '🎉' }])
  })
})

describe('a boost', () => {
  test('is seen by the booster’s followers, counted, and told to the author', async () => {
    const post = await sayAfar()
    const boost = await boostPost(world, ben, post)
    expect(await home(cleo)).toContain(post)
    expect(await counts(post)).toMatchObject({ boosts: 1 })
    expect(await viewPost(db, boost, { accountId: cleo.id })).toMatchObject({
      kind: 'boost',
      author: { name: 'ben' },
      boostOf: { id: post, author: { name: 'dora' } },
    })
    expect((await listBoosters(db, post, undefined, { limit: 10 })).items.map(({ name }) => name)).toEqual([
      'ben',
    ])
  })

  test('of a post that is among the latest of a home is not repeated there', async () => {
    const post = await say(anna)
    await boostPost(world, ben, post)
    expect((await home(cleo)).filter((id) => id === post)).toHaveLength(1)
  })

  test('comes again where its post has gone down far enough', async () => {
    const post = await say(anna)
    for (let n = 0; n < 41; n++) await say(anna)
    await boostPost(world, ben, post)
    expect((await home(cleo)).filter((id) => id === post)).toHaveLength(2)
  })

  test('given twice is the first one', async () => {
    const post = await say(anna)
    const first = await boostPost(world, ben, post)
    expect(await boostPost(world, ben, post)).toBe(first)
    expect(await boostPost(world, cleo, first)).not.toBe(first)
    expect(await counts(post)).toMatchObject({ boosts: 2 })
  })

  test('taken back is seen, counted and told of no more, and leaves no activity to serve', async () => {
    const post = await sayAfar()
    const before = await saidSoFar(ben)
    const boost = await boostPost(world, ben, post)
    const [announce] = await said(ben, before)
    await unboostPost(world, ben, post)
    expect(await home(cleo)).not.toContain(post)
    expect(await counts(post)).toMatchObject({ boosts: 0 })
    expect(await viewPost(db, boost, { accountId: ben.id })).toBeUndefined()
    const { '@context': _context, ...whole } = announce ?? {}
    expect(await said(ben, before)).toMatchObject([
      { type: 'Undo', object: whole, to: whole.to, cc: whole.cc },
    ])
  })

  test('goes to the followers, and to the author who may not be one', async () => {
    const post = await sayAfar()
    const before = await saidSoFar(anna)
    await boostPost(world, anna, post)
    const [announce] = await said(anna, before)
    expect(announce).toMatchObject({
      type: 'Announce',
      object: expect.stringMatching(/^https:/),
      published: expect.any(String),
      to: ['https://www.w3.org/ns/activitystreams#Public'],
      cc: [world.uris.followers(anna.id), dora.uri],
    })
    expect(await recipientsOf('Announce')).toEqual({ accountIds: [dora.id], followersOf: anna.id })
  })

  test('S-088: of a private post is its author’s alone, and goes to the same followers', async () => {
    const post = await say(anna, 'followers')
    await expect(boostPost(world, ben, post)).rejects.toMatchObject({ code: 'boost.private' })
    const before = await saidSoFar(anna)
    const boost = await boostPost(world, anna, post, 'public')
    expect(await viewPost(db, boost, undefined)).toBeUndefined()
    expect(await viewPost(db, boost, { accountId: cleo.id })).toMatchObject({ visibility: 'followers' })
    expect(await said(anna, before)).toMatchObject([
      { type: 'Announce', to: [world.uris.followers(anna.id)], cc: [] },
    ])
    const direct = await say(anna, 'direct')
    await expect(boostPost(world, anna, direct)).rejects.toMatchObject({ code: 'boost.private' })
    await expect(boostPost(world, ben, direct)).rejects.toMatchObject({ code: 'post.not-found' })
  })

  test('S-094: for followers of an open post is not counted, nor shown to others', async () => {
    const post = await say(anna)
    const boost = await boostPost(world, ben, post, 'followers')
    expect(await counts(post)).toMatchObject({ boosts: 0 })
    expect((await listBoosters(db, post, undefined, { limit: 10 })).items).toEqual([])
    expect((await listBoosters(db, post, { accountId: ben.id }, { limit: 10 })).items).toHaveLength(1)
    expect(await viewPost(db, boost, { accountId: dora.id })).toBeDefined()
    expect(await viewPost(db, boost, undefined)).toBeUndefined()
    await unboostPost(world, ben, boost)
    expect(await counts(post)).toMatchObject({ boosts: 0 })
  })

  test('is answered and liked by what it shows', async () => {
    const post = await say(anna)
    const boost = await boostPost(world, ben, post)
    await likePost(world, cleo, boost)
    const reply = await publishPost(world, cleo, { text: 'yes', visibility: 'public', replyTo: boost })
    expect(await counts(post)).toMatchObject({ likes: 1, replies: 1 })
    expect((await viewPost(db, reply, undefined))?.inReplyTo).toMatchObject({ id: post })
  })

  test('stands in the outbox; a private one does not', async () => {
    const open = await boostPost(world, ben, await say(anna))
    const quiet = await boostPost(world, ben, await say(anna), 'followers')
    const listed = (await listOutbox(db, ben.id, { limit: 80 })).items.map(({ id }) => id)
    expect(listed).toContain(open)
    expect(listed).not.toContain(quiet)
  })

  test('goes with its post, and whoever had it is told', async () => {
    const post = await say(anna)
    const boost = await boostPost(world, ben, post)
    await likePost(world, cleo, post)
    const before = (await saidSoFar(ben)) - 1
    await removePost(world, anna, post)
    expect(await viewPost(db, boost, { accountId: ben.id })).toBeUndefined()
    expect(await home(cleo)).not.toContain(post)
    expect(await db.selectFrom('reaction').select('id').where('post_id', '=', post).execute()).toEqual([])
    expect(await said(ben, before)).toMatchObject([{ type: 'Undo', object: { type: 'Announce' } }])
  })

  test('deleted as if it were a post is taken back', async () => {
    const post = await say(anna)
    const boost = await boostPost(world, ben, post)
    await expect(removePost(world, cleo, boost)).rejects.toMatchObject({ code: 'post.not-yours' })
    await removePost(world, ben, boost)
    expect(await counts(post)).toMatchObject({ boosts: 0 })
    expect(await viewPost(db, post, undefined)).toBeDefined()
  })
})

test('pages of who liked a post have no gap and no repetition', async () => {
  const post = await say(anna)
  const all: AccountId[] = []
  for (let n = 0; n < 7; n++) {
    const person = await personHere(world, `liker${n}`)
    await likePost(world, person, post)
    all.unshift(person.id)
  }
  const seen: AccountId[] = []
  for (let maxId: string | undefined; ; ) {
    const page = await listLikers(db, post, { limit: 3, ...(maxId === undefined ? {} : { maxId }) })
    seen.push(...page.items.map(({ id }) => id))
    maxId = page.next
    if (maxId === undefined) break
  }
  expect(seen).toEqual(all)
})
