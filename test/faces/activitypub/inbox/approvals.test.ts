import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { PostId } from '../../../../src/base/ids.ts'
import { PUBLIC } from '../../../../src/base/uris.ts'
import type { Account, LocalAccount } from '../../../../src/domain/accounts/account.ts'
import { requestFollow } from '../../../../src/domain/follows/request.ts'
import {
  approveInteraction,
  rejectInteraction,
  revokeInteraction,
} from '../../../../src/domain/policies/decide.ts'
import { findApprovalOf, listPending } from '../../../../src/domain/policies/find.ts'
import type { Choices } from '../../../../src/domain/policies/policy.ts'
import { findPostByUri } from '../../../../src/domain/posts/find.ts'
import { publishPost } from '../../../../src/domain/posts/publish.ts'
import { inboxHandler } from '../../../../src/faces/activitypub/inbox/process.ts'
import type { LaneItem } from '../../../../src/jobs/outcomes.ts'
import { listNotifications } from '../../../../src/views/notifications.ts'
import { viewPost } from '../../../../src/views/posts.ts'
import { listReplies } from '../../../../src/views/threads.ts'
import { listHome } from '../../../../src/views/timelines.ts'
import { testDatabase } from '../../../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../../../support/world.ts'

type Json = Record<string, unknown>

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db, uris } = world
const anna = await personHere(world, 'anna')
const ben = await personHere(world, 'ben')
const carl = await personElsewhere(world, 'carl')
const fan = await personElsewhere(world, 'fan', 'else.test')
await requestFollow(world, fan, anna, `${fan.uri}/follows/1`)
await requestFollow(world, ben, carl)
await db.updateTable('follow').set({ state: 'accepted' }).execute()

const heard: string[] = []
const take = inboxHandler(world, (_type, outcome) => heard.push(outcome))
const signal = new AbortController().signal
let n = 0

async function send(...activities: readonly Json[]): Promise<string> {
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
  return heard.join()
}

const say = async (policy: Choices, by: LocalAccount = anna, text = 'something') => {
  const id = await publishPost(world, by, { text, visibility: 'public', policy })
  return { id, uri: uris.post(id) }
}
type Said = Awaited<ReturnType<typeof say>>

function note(by: Account, more: Json): Json & { id: string } {
  return {
    id: `${by.uri}/notes/${++n}`,
    type: 'Note',
    attributedTo: by.uri,
    content: '<p>words of theirs</p>',
    published: world.clock.now().toISOString(),
    to: [PUBLIC],
    cc: [`${by.uri}/followers`],
    ...more,
  }
}
const act = (by: Account, type: string, object: unknown, more: Json = {}): Json => ({
  '@context': 'https://www.w3.org/ns/activitystreams',
  id: `${by.uri}/${type.toLowerCase()}/${++n}`,
  type,
  actor: by.uri,
  object,
  ...more,
})
const create = (by: Account, object: Json) => act(by, 'Create', object, { to: object.to, cc: object.cc })
const replyTo = (by: Account, { uri }: Said) => note(by, { inReplyTo: uri })
const requestOf = (by: Account, type: string, target: Said, instrument: unknown) =>
  act(by, type, target.uri, { instrument, to: [anna.uri] })

/** What we said since, oldest first. */
async function said(kind: string): Promise<Json[]> {
  const rows = await db.selectFrom('activity').select('body').where('kind', '=', kind).orderBy('id').execute()
  return rows.map(({ body }) => JSON.parse(body) as Json)
}
const recipientsOf = async (id: unknown) => {
  const rows = await db.selectFrom('job').select('payload').where('kind', '=', 'deliver').execute()
  const all = rows.map(
    ({ payload }) => JSON.parse(String(payload)) as { activityId: string; recipients: Json },
  )
  return all.find(({ activityId }) => String(id).endsWith(`/${activityId}`))?.recipients
}
const kept = async (uri: string) => findPostByUri(db, uri)
const noticesOf = async (who: LocalAccount) =>
  (await listNotifications(db, who.id, { limit: 80 })).items.map(({ kind, from }) => `${kind} ${from.name}`)
const pending = () => listPending(db, anna.id, { limit: 80 })

beforeEach(async () => {
  await db.deleteFrom('notification').execute()
  await db.deleteFrom('activity').execute()
  await db.deleteFrom('job').execute()
  await db.deleteFrom('approval').execute()
})

describe('a reply to a post of ours', () => {
  test('from somebody whom its author does not let reply is not kept, and nobody hears of it', async () => {
    const post = await say({ reply: 'nobody' })
    const reply = replyTo(carl, post)
    expect(await send(create(carl, reply))).toBe('refused')
    expect(await kept(reply.id)).toBeUndefined()
    expect(await noticesOf(anna)).toEqual([])
    expect(await said('Reject')).toEqual([])
  })

  test('is kept from those who may: named, following, followed', async () => {
    const named = await say({ reply: 'mentioned' }, anna, 'ask @carl@far.test')
    expect(await send(create(carl, replyTo(carl, named)))).toBe('stored')
    expect(await send(create(fan, replyTo(fan, named)))).toBe('refused')
    const followers = await say({ reply: 'followers' })
    expect(await send(create(fan, replyTo(fan, followers)))).toBe('stored')
    expect(await send(create(carl, replyTo(carl, followers)))).toBe('refused')
    const following = await say({ reply: 'following' }, ben)
    expect(await send(create(carl, replyTo(carl, following)))).toBe('stored')
    expect(await send(create(fan, replyTo(fan, following)))).toBe('refused')
  })

  test('that only we can tell to come from a follower is vouched for before everybody', async () => {
    const post = await say({ reply: 'followers' })
    const reply = replyTo(fan, post)
    await send(create(fan, reply))
    const [accept] = await said('Accept')
    expect(accept).toMatchObject({ object: reply.id, target: post.uri, to: [fan.uri] })
    expect(accept?.cc).toEqual([PUBLIC, uris.followers(anna.id)])
    expect(accept?.result).toContain(`${uris.origin}/ap/stamps/`)
    expect(await recipientsOf(accept?.id)).toMatchObject({ accountIds: [fan.id], followersOf: anna.id })
  })

  test('that waits is hidden from all but its author and ours, on every path, until it is approved', async () => {
    const post = await say({ reply: 'nobody+ask' })
    const reply = replyTo(carl, post)
    const named = { ...reply, tag: [{ type: 'Mention', href: ben.uri, name: '@ben' }], cc: [ben.uri] }
    expect(await send(create(carl, named))).toBe('stored')
    const { id = '0' as PostId } = (await kept(reply.id)) ?? {}
    const seenBy = async (who: Account | undefined) =>
      (await viewPost(db, id, who && { accountId: who.id })) !== undefined
    const everywhere = async () => ({
      author: await seenBy(carl),
      anna: await seenBy(anna),
      others: [await seenBy(undefined), await seenBy(ben), await seenBy(fan)],
      listed: (await listReplies(db, post.id, { limit: 9 })).items,
      counted: (await viewPost(db, post.id, undefined))?.counts.replies,
      home: (await listHome(db, ben.id, { limit: 80 })).items.filter((each) => each.id === id).length,
      ben: await noticesOf(ben),
      anna2: await noticesOf(anna),
    })
    expect(await everywhere()).toEqual({
      author: true,
      anna: true,
      others: [false, false, false],
      listed: [],
      counted: 0,
      home: 0,
      ben: [],
      anna2: ['reply-request carl'],
    })

    const [request] = await pending()
    if (request) await approveInteraction(world, anna, request.id)
    expect(await everywhere()).toMatchObject({
      others: [true, true, true],
      listed: [reply.id],
      counted: 1,
      ben: ['mention carl'],
    })
    // It came without a request, so everybody's servers are told.
    const [accept] = await said('Accept')
    expect(accept).toMatchObject({ object: reply.id, target: post.uri, to: [carl.uri] })
    expect(await recipientsOf(accept?.id)).toMatchObject({ followersOf: anna.id })
  })

  test('to one that waits waits with it, and comes with it', async () => {
    const post = await say({ reply: 'nobody+ask' })
    const first = replyTo(carl, post)
    const second = note(carl, { inReplyTo: first.id })
    expect(await send(create(carl, first), create(carl, second))).toBe('stored,stored')
    expect((await kept(second.id))?.held).toBe(true)
    const waiting = await pending()
    expect(waiting.map(({ uri }) => uri)).toEqual([first.id])
    if (waiting[0]) await approveInteraction(world, anna, waiting[0].id)
    expect((await kept(second.id))?.held).toBe(false)
  })

  test('that is turned down is gone, and an edit of one that waits is told to nobody', async () => {
    const post = await say({ reply: 'nobody+ask' })
    const reply = replyTo(carl, post)
    await send(create(carl, reply))
    const tag = [{ type: 'Mention', href: ben.uri, name: '@ben' }]
    const updated = new Date(world.clock.now().getTime() + 5000).toISOString()
    await send(act(carl, 'Update', { ...reply, content: '<p>worse</p>', tag, updated }))
    expect(await noticesOf(ben)).toEqual([])
    const [request] = await pending()
    if (request) await rejectInteraction(world, anna, request.id)
    expect(await kept(reply.id)).toBeUndefined()
    expect(await said('Reject')).toMatchObject([{ object: reply.id, to: [carl.uri] }])
    expect(await noticesOf(anna)).toEqual([])
  })
})

describe('a ReplyRequest', () => {
  test('for what may be said gets a stamp with the request whole, and the reply is there', async () => {
    const post = await say({ reply: 'followers' })
    const reply = replyTo(fan, post)
    const request = requestOf(fan, 'ReplyRequest', post, reply)
    expect(await send(request)).toBe('stored')
    expect((await kept(reply.id))?.held).toBe(false)
    const [accept] = await said('Accept')
    expect(accept).toMatchObject({
      to: [fan.uri],
      cc: [],
      object: {
        id: request.id,
        type: 'ReplyRequest',
        actor: fan.uri,
        object: post.uri,
        instrument: reply.id,
      },
    })
    expect(await recipientsOf(accept?.id)).toEqual({ accountIds: [fan.id] })
    // The reply itself, which comes after, is known by then.
    expect(await send(create(fan, { ...reply, replyAuthorization: accept?.result }))).toBe('known')
  })

  test('for what may not be said is turned down with the request whole, and nothing is kept', async () => {
    const post = await say({ reply: 'nobody' })
    const reply = replyTo(carl, post)
    const request = requestOf(carl, 'ReplyRequest', post, reply)
    expect(await send(request)).toBe('turned down')
    expect(await said('Reject')).toMatchObject([{ object: { id: request.id, instrument: reply.id } }])
    expect(await kept(reply.id)).toBeUndefined()
    expect(await pending()).toEqual([])
  })

  test('waits where its author wants to be asked, and is answered when they say yes', async () => {
    const post = await say({ reply: 'nobody+ask' })
    const reply = replyTo(carl, post)
    const request = requestOf(carl, 'ReplyRequest', post, reply)
    await send(request)
    expect((await kept(reply.id))?.held).toBe(true)
    const [waiting] = await pending()
    expect(waiting).toMatchObject({ requestUri: request.id, uri: reply.id })
    // Who asks again hears nothing else, and the same is not asked twice.
    await send(requestOf(carl, 'ReplyRequest', post, reply))
    expect(await pending()).toHaveLength(1)
    if (waiting) await approveInteraction(world, anna, waiting.id)
    expect(await said('Accept')).toMatchObject([
      { object: { type: 'ReplyRequest', instrument: reply.id }, cc: [] },
    ])
  })

  test.each<[string, (post: Said) => Json]>([
    ['on another server', (post) => ({ ...replyTo(carl, post), id: 'https://else.test/notes/77' })],
    [
      'of another author',
      (post) => ({ ...replyTo(carl, post), attributedTo: 'https://far.test/users/dora' }),
    ],
  ])('about something %s has no effect', async (_, instrument) => {
    const post = await say({ reply: 'everyone' })
    const given = instrument(post)
    expect(await send(requestOf(carl, 'ReplyRequest', post, given))).not.toBe('stored')
    expect(await kept(String(given.id))).toBeUndefined()
    expect(await said('Accept')).toEqual([])
  })

  test('about an answer to something else is turned down', async () => {
    const post = await say({ reply: 'everyone' })
    const other = await say({ reply: 'nobody' })
    expect(await send(requestOf(carl, 'ReplyRequest', post, replyTo(carl, other)))).toBe('turned down')
  })

  test('S-054: about a post of theirs that answers nothing gets no stamp, whatever it will say later', async () => {
    const post = await say({ reply: 'nobody' })
    const unrelated = note(carl, {})
    expect(await send(create(carl, unrelated))).toBe('stored')
    expect(await send(requestOf(carl, 'ReplyRequest', post, unrelated.id))).toBe('turned down')
    expect(await said('Accept')).toEqual([])
    expect(await said('Reject')).toHaveLength(1)
    expect(await findApprovalOf(db, 'reply', unrelated.id)).toBeUndefined()
  })

  test('S-054: is not granted by taking it back and asking again', async () => {
    const post = await say({ reply: 'nobody+ask' })
    const reply = replyTo(carl, post)
    await send(create(carl, reply))
    await send(act(carl, 'Undo', reply.id))
    expect(await send(requestOf(carl, 'ReplyRequest', post, reply.id))).toBe('asked')
    expect(await said('Accept')).toEqual([])
    expect(await pending()).toMatchObject([{ uri: reply.id }])
    expect((await kept(reply.id))?.held).toBe(true)
  })

  test('about a post that they cannot see has no effect', async () => {
    const id = await publishPost(world, anna, { text: 'few', visibility: 'followers' })
    const post = { id, uri: uris.post(id) }
    expect(await send(requestOf(carl, 'ReplyRequest', post, replyTo(carl, post)))).toBe(
      'not about a post of ours',
    )
    expect([...(await said('Accept')), ...(await said('Reject'))]).toEqual([])
  })
})

describe('likes and boosts', () => {
  const like = (by: Account, { uri }: Said) => act(by, 'Like', uri)
  const announce = (by: Account, { uri }: Said) =>
    act(by, 'Announce', uri, { to: [PUBLIC], cc: [`${by.uri}/followers`] })
  const counts = async ({ id }: Said) => (await viewPost(db, id, undefined))?.counts

  test('that are not allowed do not count', async () => {
    const post = await say({ like: 'nobody', announce: 'nobody' })
    expect(await send(like(carl, post), announce(carl, post))).toBe('refused,refused')
    expect(await counts(post)).toMatchObject({ likes: 0, boosts: 0 })
  })

  test('that wait count once they are approved', async () => {
    const post = await say({ like: 'nobody+ask', announce: 'nobody+ask' })
    expect(await send(like(carl, post), announce(carl, post))).toBe('held,held')
    expect(await counts(post)).toMatchObject({ likes: 0, boosts: 0 })
    expect((await noticesOf(anna)).sort()).toEqual(['boost-request carl', 'like-request carl'])
    for (const { id } of await pending()) await approveInteraction(world, anna, id)
    expect(await counts(post)).toMatchObject({ likes: 1, boosts: 1 })
    expect((await noticesOf(anna)).sort()).toEqual(['boost carl', 'like carl'])
  })

  test('that are taken back while they wait are not asked about any more', async () => {
    const post = await say({ like: 'nobody+ask' })
    const liked = like(carl, post)
    await send(liked)
    await send(act(carl, 'Undo', liked))
    expect(await pending()).toEqual([])
  })

  test('that wait are kept twenty times at most, whatever ids they come under (S-107)', async () => {
    const post = await say({ like: 'nobody+ask' })
    for (let n = 0; n < 25; n++) await send(like(carl, post))
    expect(await pending()).toHaveLength(20)
  })

  test('that are allowed for one post are not for another', async () => {
    const [open, closed] = [await say({ like: 'followers' }), await say({ like: 'nobody+ask' })]
    const liked = like(fan, open)
    expect(await send(requestOf(fan, 'LikeRequest', open, liked))).toBe('granted')
    expect(await send({ ...liked, object: closed.uri })).toBe('held')
    expect(await counts(closed)).toMatchObject({ likes: 0 })
  })

  test('asked for with ever other emoji stay within what one may put to a post', async () => {
    const post = await say({ like: 'followers' })
    const emojis = Array.from({ length: 25 }, (_, at) => String.fromCodePoint(0x1f400 + at))
    await send(
      ...emojis.map((content) => requestOf(fan, 'LikeRequest', post, { ...like(fan, post), content })),
    )
    const rows = await db.selectFrom('reaction').select('id').where('post_id', '=', post.id).execute()
    expect(rows).toHaveLength(20)
  })

  test.each([
    ['LikeRequest', 'Like', 'likes'],
    ['AnnounceRequest', 'Announce', 'boosts'],
  ] as const)('asked for by %s take effect with the answer', async (request, type, counted) => {
    const post = await say({ like: 'followers', announce: 'followers' })
    const instrument = { ...act(fan, type, post.uri, { to: [PUBLIC] }) }
    const asked = requestOf(fan, request, post, instrument)
    expect(await send(asked)).toBe('granted')
    expect(await said('Accept')).toMatchObject([{ object: { id: asked.id, type: request } }])
    expect((await counts(post))?.[counted]).toBe(1)
    await send(instrument)
    expect((await counts(post))?.[counted]).toBe(1)
    expect(await send(requestOf(carl, request, post, act(carl, type, post.uri, { to: [PUBLIC] })))).toBe(
      'turned down',
    )
    expect((await counts(post))?.[counted]).toBe(1)
  })
})

describe('a QuoteRequest', () => {
  const quoting = (by: Account, { uri }: Said, more: Json = {}) => note(by, { quote: uri, ...more })
  const stateOf = async (uri: string) =>
    (await viewPost(db, (await kept(uri))?.id ?? ('0' as PostId), { accountId: anna.id }))?.quote

  test('gets a stamp where the policy says so, and the quote counts', async () => {
    const post = await say({})
    const quote = quoting(carl, post)
    const request = requestOf(carl, 'QuoteRequest', post, quote)
    expect(await send(request)).toBe('stored')
    const [accept] = await said('Accept')
    expect(accept).toMatchObject({ object: { id: request.id, type: 'QuoteRequest', instrument: quote.id } })
    expect(await stateOf(quote.id)).toMatchObject({ state: 'accepted', stampUri: accept?.result })
    expect((await viewPost(db, post.id, undefined))?.counts.quotes).toBe(1)
    expect(await noticesOf(anna)).toEqual(['quote carl'])
    // An Update that brings our own stamp back, or leaves it out, changes nothing.
    for (const stamp of [{ quoteAuthorization: accept?.result }, {}]) {
      await send(act(carl, 'Update', { ...quote, ...stamp }))
      expect(await stateOf(quote.id)).toMatchObject({ state: 'accepted' })
    }
  })

  test('comes after the post that quotes as well as before', async () => {
    const post = await say({})
    const quote = quoting(carl, post)
    expect(await send(create(carl, quote))).toBe('stored')
    expect(await stateOf(quote.id)).toMatchObject({ state: 'pending', post: null })
    expect(await send(requestOf(carl, 'QuoteRequest', post, quote))).toBe('granted')
    expect(await stateOf(quote.id)).toMatchObject({ state: 'accepted' })
  })

  test('is turned down with the request whole where nobody may quote, and nothing is kept', async () => {
    const post = await say({ quote: 'nobody' })
    const quote = quoting(carl, post)
    const request = requestOf(carl, 'QuoteRequest', post, quote)
    expect(await send(request)).toBe('turned down')
    expect(await said('Reject')).toMatchObject([{ object: { id: request.id, instrument: quote.id } }])
    expect(await kept(quote.id)).toBeUndefined()
  })

  test('does not let a post be quoted that quotes another', async () => {
    const post = await say({})
    const other = await say({ quote: 'nobody' })
    expect(await send(requestOf(carl, 'QuoteRequest', post, quoting(carl, other)))).toBe('turned down')
    expect(await said('Accept')).toEqual([])
  })

  test('for a private post lets the quoted author read it, and nobody else', async () => {
    const post = await say({})
    const quote = quoting(carl, post, { to: [`${carl.uri}/followers`], cc: [] })
    await send(requestOf(carl, 'QuoteRequest', post, quote))
    const id = (await kept(quote.id))?.id ?? ('0' as PostId)
    expect(await viewPost(db, id, { accountId: anna.id })).toBeDefined()
    expect(await viewPost(db, id, { accountId: fan.id })).toBeUndefined()
  })

  test('S-054: once revoked, the quote shows nothing, and the stamp is said to be gone', async () => {
    const post = await say({})
    const quote = quoting(carl, post)
    await send(requestOf(carl, 'QuoteRequest', post, quote))
    const stampUri = (await findApprovalOf(db, 'quote', quote.id))?.stampUri
    await revokeInteraction(world, anna, 'quote', quote.id)
    expect(await stateOf(quote.id)).toMatchObject({ state: 'revoked', post: null, stampUri: null })
    expect((await viewPost(db, post.id, undefined))?.counts.quotes).toBe(0)
    const [deleted] = await said('Delete')
    expect(deleted).toMatchObject({ object: { id: stampUri, type: 'QuoteAuthorization' } })
    // Neither the old stamp nor a new request brings it back.
    await send(act(carl, 'Update', { ...quote, quoteAuthorization: stampUri }))
    expect(await stateOf(quote.id)).toMatchObject({ state: 'revoked' })
    expect(await send(requestOf(carl, 'QuoteRequest', post, quote))).toBe('turned down')
    // Nor does it that what was revoked is said to be undone.
    await send(act(carl, 'Undo', quote.id))
    expect(await send(requestOf(carl, 'QuoteRequest', post, quote))).toBe('turned down')
    expect(await stateOf(quote.id)).toMatchObject({ state: 'revoked' })
  })
})

describe('an older form of a quote of ours', () => {
  test.each<[Choices, string]>([
    [{}, 'accepted'],
    [{ quote: 'nobody' }, 'rejected'],
    [{ quote: 'nobody+ask' }, 'pending'],
  ])('with %o is decided by what its author states: %s', async (policy, state) => {
    const post = await say(policy)
    const quote = note(carl, { _misskey_quote: post.uri, quoteUrl: post.uri })
    await send(create(carl, quote))
    const { id = '0' as PostId } = (await kept(quote.id)) ?? {}
    const view = await viewPost(db, id, undefined)
    expect(view?.quote?.state).toBe(state)
    expect(view?.quote?.post !== null).toBe(state === 'accepted')
    expect(await pending()).toHaveLength(state === 'pending' ? 1 : 0)
  })
})
