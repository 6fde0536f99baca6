import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import { PUBLIC } from '../../../src/base/uris.ts'
import type { Account } from '../../../src/domain/accounts/account.ts'
import { acceptFollow } from '../../../src/domain/follows/answer.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { chooseDefaults, choosePolicy } from '../../../src/domain/policies/choose.ts'
import type { Policy } from '../../../src/domain/policies/policy.ts'
import { findPostByUri } from '../../../src/domain/posts/find.ts'
import type { Draft } from '../../../src/domain/posts/post.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { removePost } from '../../../src/domain/posts/remove.ts'
import { boostPost } from '../../../src/domain/reactions/boost.ts'
import { likePost } from '../../../src/domain/reactions/like.ts'
import { unlikePost } from '../../../src/domain/reactions/undo.ts'
import { inboxHandler } from '../../../src/faces/activitypub/inbox/process.ts'
import { viewPost } from '../../../src/views/posts.ts'
import { listHome } from '../../../src/views/timelines.ts'
import { testDatabase } from '../../support/database.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

type Json = Record<string, unknown>

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db, uris } = world
const anna = await personHere(world, 'anna')
const ben = await personHere(world, 'ben')
const carl = await personElsewhere(world, 'carl')
const dora = await personElsewhere(world, 'dora', 'else.test')
for (const pair of [
  [anna, carl],
  [ben, anna],
] as const) {
  await requestFollow(world, pair[0], pair[1])
  await acceptFollow(world, { followerId: pair[0].id, followedId: pair[1].id }).catch(() => undefined)
}

const outcomes: string[] = []
const take = inboxHandler(world, (_type, outcome) => outcomes.push(outcome))
let n = 0
async function send(activity: Json): Promise<string | undefined> {
  const id = String(++n)
  const item = { id, lane: 1, kind: 'inbox', body: JSON.stringify(activity), attempts: 0 }
  await take([{ ...item, receivedAt: world.clock.now() }], new AbortController().signal)
  return outcomes.at(-1)
}
const answer = (type: 'Accept' | 'Reject', by: Account, object: unknown, more: Json = {}): Json => ({
  id: `${by.uri}/answers/${++n}`,
  type,
  actor: by.uri,
  object,
  ...more,
})

async function theirs(policy: Policy | null, by: Account = carl): Promise<{ id: PostId; uri: string }> {
  const incoming = incomingBy(by, { policy })
  await receivePosts(world, [{ incoming, author: by, wanted: true }])
  const post = await findPostByUri(db, incoming.uri)
  return { id: post?.id ?? ('0' as PostId), uri: incoming.uri }
}
const only = (...automatic: string[]) => ({ automatic, manual: [] })
const asking = { automatic: [carl.uri], manual: [PUBLIC] }
const reply = (replyTo: PostId, more: Partial<Draft> = {}) =>
  publishPost(world, anna, { text: 'an answer', visibility: 'public', replyTo, ...more })

async function said(kind: string): Promise<Json[]> {
  const rows = await db.selectFrom('activity').select('body').where('kind', '=', kind).orderBy('id').execute()
  return rows.map(({ body }) => JSON.parse(body) as Json)
}
const recipients = async () => {
  const rows = await db
    .selectFrom('job')
    .select('payload')
    .where('kind', '=', 'deliver')
    .orderBy('id')
    .execute()
  return rows.map(({ payload }) => (JSON.parse(String(payload)) as { recipients: Json }).recipients)
}
beforeEach(async () => {
  for (const table of ['activity', 'job', 'approval'] as const) await db.deleteFrom(table).execute()
})

describe('what the author of a post elsewhere forbids', () => {
  test('our people cannot do', async () => {
    const nobody = only(carl.uri)
    const { id } = await theirs({ reply: nobody, like: nobody, announce: nobody, quote: nobody })
    await expect(reply(id)).rejects.toMatchObject({ code: 'reply.refused' })
    await expect(likePost(world, anna, id)).rejects.toMatchObject({ code: 'like.refused' })
    await expect(boostPost(world, anna, id)).rejects.toMatchObject({ code: 'boost.refused' })
    const quote = { text: 'look', visibility: 'public', quoteOf: id } as const
    await expect(publishPost(world, anna, quote)).rejects.toMatchObject({ code: 'quote.refused' })
    expect(await recipients()).toEqual([])
  })

  test('they cannot do by quoting what says nothing of quotes', async () => {
    const { id } = await theirs(null)
    const quote = { text: 'look', visibility: 'public', quoteOf: id } as const
    await expect(publishPost(world, anna, quote)).rejects.toMatchObject({ code: 'quote.refused' })
  })

  test('is told apart from what is allowed by name', async () => {
    const named = only(anna.uri)
    const { id } = await theirs({ reply: named, like: named, announce: named })
    await reply(id)
    await likePost(world, anna, id)
    await boostPost(world, anna, id)
    expect(
      (await said('Create')).length + (await said('Like')).length + (await said('Announce')).length,
    ).toBe(3)
    await expect(likePost(world, ben, id)).rejects.toMatchObject({ code: 'like.refused' })
  })
})

describe('a reply that needs leave', () => {
  test.each<[string, Policy]>([
    ['asked for', { reply: asking }],
    ['of followers, whom only their own server can tell', { reply: only(carl.uri, `${carl.uri}/followers`) }],
  ])('is %s: sent to the author alone, hidden, and sent to all once they say yes', async (_, policy) => {
    const post = await theirs(policy)
    const id = await reply(post.id)
    expect(await said('Create')).toEqual([])
    const [request] = await said('ReplyRequest')
    expect(request).toMatchObject({ object: post.uri, actor: anna.uri, to: [carl.uri] })
    expect(request?.instrument).toMatchObject({ id: uris.post(id), type: 'Note', inReplyTo: post.uri })
    expect(await recipients()).toEqual([{ accountIds: [carl.id] }])
    expect(await viewPost(db, id, { accountId: anna.id })).toMatchObject({ held: true })
    expect(await viewPost(db, id, { accountId: carl.id })).toBeDefined()
    for (const other of [undefined, ben, dora]) {
      expect(await viewPost(db, id, other && { accountId: other.id })).toBeUndefined()
    }
    const homeOf = async (who: Account) =>
      (await listHome(db, who.id, { limit: 80 })).items.some((each) => each.id === id)
    expect([await homeOf(anna), await homeOf(ben)]).toEqual([true, false])

    // Nobody else's word counts.
    const stamp = `${carl.uri}/stamps/${++n}`
    await send(answer('Accept', dora, request, { result: `${dora.uri}/stamps/1` }))
    expect(await viewPost(db, id, undefined)).toBeUndefined()
    expect(await send(answer('Accept', carl, request, { result: stamp }))).toBe('approved')
    expect(await viewPost(db, id, undefined)).toMatchObject({ held: false, approvedBy: stamp })
    const [create] = await said('Create')
    expect(create?.object).toMatchObject({ replyAuthorization: stamp, approvedBy: stamp })
    expect((await recipients()).at(-1)).toMatchObject({ followersOf: anna.id })

    // What they gave they may take back.
    await send({ id: `${carl.uri}/d/${++n}`, type: 'Delete', actor: carl.uri, object: stamp })
    expect(await viewPost(db, id, undefined)).toBeUndefined()
    expect(await viewPost(db, id, { accountId: anna.id })).toBeDefined()
  })

  test('that is turned down stays its author’s to see, and is told to nobody when it is deleted', async () => {
    const post = await theirs({ reply: asking })
    const id = await reply(post.id)
    const [request] = await said('ReplyRequest')
    expect(await send(answer('Reject', carl, request))).toBe('turned down')
    expect(await viewPost(db, id, { accountId: anna.id })).toMatchObject({ held: true })
    expect(await viewPost(db, id, { accountId: ben.id })).toBeUndefined()
    expect(await send(answer('Accept', carl, request))).toBe('answered before')
    const before = (await viewPost(db, post.id, undefined))?.counts.replies
    await removePost(world, anna, id)
    expect((await viewPost(db, post.id, undefined))?.counts.replies).toBe(before)
  })

  test('is itself the request where the server of its author knows no others', async () => {
    const post = await theirs({ reply: asking, byDoing: true })
    const id = await reply(post.id)
    expect(await said('ReplyRequest')).toEqual([])
    const [create] = await said('Create')
    expect(create).toMatchObject({ object: { id: uris.post(id), inReplyTo: post.uri } })
    expect(await recipients()).toEqual([{ accountIds: [carl.id] }])
    expect(await viewPost(db, id, undefined)).toBeUndefined()
    const accept = answer('Accept', carl, uris.post(id))
    expect(await send(accept)).toBe('approved')
    expect(await said('Create')).toMatchObject([{}, { object: { approvedBy: accept.id } }])
    expect((await recipients()).at(-1)).toMatchObject({ followersOf: anna.id })
  })

  test('is answered by its bare id as well, as GoToSocial does', async () => {
    const post = await theirs({ reply: asking })
    const id = await reply(post.id)
    expect(await send(answer('Accept', carl, uris.post(id), { result: `${carl.uri}/stamps/b` }))).toBe(
      'approved',
    )
    expect(await viewPost(db, id, undefined)).toBeDefined()
  })
})

describe('likes and boosts that need leave', () => {
  test.each([
    ['like', 'LikeRequest', 'Like', 'likeAuthorization', likePost],
    ['boost', 'AnnounceRequest', 'Announce', 'announceAuthorization', boostPost],
  ] as const)('a %s is asked for, and done with the stamp', async (_, asked, type, property, does) => {
    const post = await theirs({ like: asking, announce: asking })
    await does(world, anna, post.id)
    await does(world, anna, post.id)
    const requests = await said(asked)
    expect(requests).toHaveLength(1)
    const [request] = requests
    expect(request?.instrument).toMatchObject({ type, actor: anna.uri, object: post.uri })
    const counts = async () => {
      const found = (await viewPost(db, post.id, undefined))?.counts
      return (found?.likes ?? 0) + (found?.boosts ?? 0)
    }
    expect(await counts()).toBe(0)
    const stamp = `${carl.uri}/stamps/${++n}`
    await send(answer('Accept', carl, { id: request?.id, type: asked }, { result: stamp }))
    expect(await counts()).toBe(1)
    const [done] = await said(type)
    expect(done).toMatchObject({
      id: (request?.instrument as Json | undefined)?.id,
      [property]: stamp,
      approvedBy: stamp,
    })
  })

  test('one that is taken back before the answer is not done any more', async () => {
    const post = await theirs({ like: asking })
    await likePost(world, anna, post.id)
    const [request] = await said('LikeRequest')
    await unlikePost(world, anna, post.id)
    await send(answer('Accept', carl, request, { result: `${carl.uri}/stamps/c` }))
    expect((await viewPost(db, post.id, undefined))?.counts.likes).toBe(0)
  })
})

describe('what our people choose', () => {
  test('holds for all that they say, and for one post what they say there', async () => {
    await chooseDefaults(world, ben, { reply: 'followers' })
    const policyOf = async (draft: Partial<Draft> = {}) => {
      const id = await publishPost(world, ben, { text: 'hello', visibility: 'public', ...draft })
      return (await viewPost(db, id, undefined))?.policy
    }
    expect((await policyOf())?.reply?.automatic).toEqual([ben.uri, uris.followers(ben.id)])
    expect((await policyOf({ policy: { reply: 'nobody' } }))?.reply?.automatic).toEqual([ben.uri])
    expect(await policyOf({ policy: { reply: 'everyone' } })).toBeNull()
    await chooseDefaults(world, ben, { reply: 'everyone' })
    expect(await policyOf()).toBeNull()
  })

  test('can be changed later, which is told and is no edit', async () => {
    const id = await publishPost(world, ben, { text: 'enough', visibility: 'public' })
    await choosePolicy(world, ben, id, { reply: 'nobody' })
    await expect(reply(id)).rejects.toMatchObject({ code: 'reply.refused' })
    const [update] = await said('Update')
    expect(update?.object).toMatchObject({
      interactionPolicy: { canReply: { automaticApproval: [ben.uri] } },
    })
    expect((update?.object as Json | undefined)?.updated).toBeUndefined()
  })

  test('holds for neighbours: a reply waits, a quote waits, and each is told', async () => {
    const id = await publishPost(world, ben, {
      text: 'ask me',
      visibility: 'public',
      policy: { reply: 'nobody+ask', quote: 'nobody+ask' },
    })
    const answered = await reply(id)
    const quoting = await publishPost(world, anna, { text: 'look', visibility: 'public', quoteOf: id })
    expect(await viewPost(db, answered, undefined)).toBeUndefined()
    expect(await viewPost(db, answered, { accountId: ben.id })).toBeDefined()
    expect((await viewPost(db, quoting, undefined))?.quote).toMatchObject({ state: 'pending', post: null })
    const kinds = await db.selectFrom('notification').select('kind').where('owner_id', '=', ben.id).execute()
    expect(kinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['reply-request', 'quote-request']))
    // Between neighbours nothing is sent.
    expect([...(await said('ReplyRequest')), ...(await said('QuoteRequest'))]).toEqual([])
  })
})
