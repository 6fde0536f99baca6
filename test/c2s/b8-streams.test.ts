import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { blockAccount, unblockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount, unmuteAccount } from '../../src/domain/blocks/mute.ts'
import { acceptFollow, undoFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { editPost } from '../../src/domain/posts/edit.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { unlikePost } from '../../src/domain/reactions/undo.ts'
import { type Listening, listenTo } from '../support/streams.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let cleo: LocalAccount
let dora: LocalAccount
const tokens = new Map<string, string>()
const open: Listening[] = []

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  const person = async (name: string, more = {}) => {
    const account = await personHere(whole.world, name, more)
    tokens.set(account.id, await tokenFor(whole.world, account, { scope: 'read' }))
    return account
  }
  anna = await person('anna')
  ben = await person('ben')
  cleo = await person('cleo')
  dora = await person('dora', { manuallyApprovesFollowers: true })
  await requestFollow(whole.world, ben, anna)
}, 60_000)
afterEach(() => {
  for (const stream of open.splice(0)) stream.close()
})
afterAll(() => whole?.[Symbol.asyncDispose]())

const pathOf = (url: string) => url.replace('https://weft.test', '')
async function hear(of: string, who: LocalAccount): Promise<Listening> {
  const path = pathOf(whole.world.uris.events(of))
  const stream = await listenTo(whole.port, path, bearing(tokens.get(who.id) ?? ''))
  expect(stream.status).toBe(200)
  open.push(stream)
  return stream
}
const say = (who: LocalAccount, text: string, more: Partial<Parameters<typeof publishPost>[2]> = {}) =>
  publishPost(whole.world, who, { text, visibility: 'public', language: 'en', ...more })
/** Nothing else has come, as is certain once what came later is here. */
async function silent(stream: Listening): Promise<void> {
  await sleep(300)
  await expect(stream.next(1)).rejects.toThrow('no event came')
}

describe('an inbox', () => {
  test('tells what comes into it, whole, context first, with where, under ids that grow', async () => {
    const target = whole.world.uris.inbox(ben.id)
    const stream = await hear(target, ben)
    await say(anna, 'Hello to all')
    await say(anna, 'And hello again')
    const [first, second] = [await stream.next(), await stream.next()]
    expect(first.event).toBe('Add')
    expect(Object.keys(first.data)[0]).toBe('@context')
    expect(first.data).toMatchObject({
      type: 'Add',
      target,
      object: { type: 'Create', actor: anna.uri, object: { type: 'Note', attributedTo: anna.uri } },
    })
    expect(JSON.stringify(first.data)).toContain('Hello to all')
    expect(BigInt(second.id ?? 0)).toBeGreaterThan(BigInt(first.id ?? 0))
    expect(stream.raw.split('\n').filter((line) => line.startsWith('data:'))).toHaveLength(2)
  })

  test('what comes from elsewhere is told too, and a Like is an activity as it came', async () => {
    const carl = await whole.peer.person('carl', { host: 'far.test' })
    const post = await say(anna, 'Like this')
    const stream = await hear(whole.world.uris.inbox(anna.id), anna)
    const like = {
      id: 'https://far.test/likes/1',
      type: 'Like',
      actor: carl.uri,
      object: whole.world.uris.post(post),
    }
    await carl.post(whole.world.uris.inbox(anna.id), like)
    await whole.settled()
    expect((await stream.next()).data).toMatchObject({
      type: 'Add',
      object: { id: like.id, type: 'Like', actor: carl.uri, object: like.object },
    })
  })

  test('is silent of whom its owner mutes', async () => {
    const stream = await hear(whole.world.uris.inbox(ben.id), ben)
    await muteAccount(whole.world, ben, anna, {})
    await say(anna, 'Unheard')
    await silent(stream)
    await unmuteAccount(whole.world, ben, anna)
    await say(anna, 'Heard')
    expect(JSON.stringify((await stream.next()).data)).toContain('Heard')
  })
})

describe('an outbox', () => {
  test('tells each reader what that reader may read: of five posts five, three or one', async () => {
    const target = whole.world.uris.outbox(anna.id)
    const [own, follower, stranger] = [
      await hear(target, anna),
      await hear(target, ben),
      await hear(target, cleo),
    ]
    await say(anna, 'one: to followers', { visibility: 'followers' })
    await say(anna, 'two: to @cleo alone', { visibility: 'direct' })
    await say(anna, 'three: to nobody', { visibility: 'direct' })
    await say(anna, 'four: to all')
    const heard = async (stream: Listening, n: number) => {
      const words: string[] = []
      for (let i = 0; i < n; i++) {
        const { data } = await stream.next()
        words.push(/(one|two|three|four):/.exec(JSON.stringify(data))?.[1] ?? '?')
      }
      return words
    }
    expect(await heard(own, 4)).toEqual(['one', 'two', 'three', 'four'])
    expect(await heard(follower, 2)).toEqual(['one', 'four'])
    expect(await heard(stranger, 2)).toEqual(['two', 'four'])
    for (const stream of [own, follower, stranger]) await silent(stream)
  })

  test('tells that something is out of it, to those alone who could see it', async () => {
    const target = whole.world.uris.outbox(anna.id)
    const secret = await say(anna, 'to followers', { visibility: 'followers' })
    const [follower, stranger] = [await hear(target, ben), await hear(target, cleo)]
    await removePost(whole.world, anna, secret)
    const removed = await follower.next()
    expect(removed.data).toMatchObject({ type: 'Remove', target })
    expect(String(removed.data.object)).toMatch(/\/ap\/activities\/\d+$/)
    const events = [...stranger.events]
    await sleep(300)
    expect(stranger.events.filter(({ event }) => event === 'Remove')).toEqual([])
    expect(events.filter(({ event }) => event === 'Remove')).toEqual([])
  })

  test('who is kept apart from its owner hears nothing any more, and cannot come again', async () => {
    const target = whole.world.uris.outbox(anna.id)
    const stream = await hear(target, cleo)
    await blockAccount(whole.world, anna, cleo)
    await say(anna, 'after the block')
    await silent(stream)
    const again = await listenTo(
      whole.port,
      pathOf(whole.world.uris.events(target)),
      bearing(tokens.get(cleo.id) ?? ''),
    )
    expect(again.status).toBe(404)
    await unblockAccount(whole.world, anna, cleo)
  })

  test('tells boosts', async () => {
    const post = await say(ben, 'Show me')
    const stream = await hear(whole.world.uris.outbox(anna.id), cleo)
    await boostPost(whole.world, anna, post)
    expect((await stream.next()).data).toMatchObject({
      type: 'Add',
      object: { type: 'Announce', actor: anna.uri, object: whole.world.uris.post(post) },
    })
  })
})

describe('a post', () => {
  test('tells its edit, whole, and its end', async () => {
    const post = await say(anna, 'First words')
    const stream = await hear(whole.world.uris.post(post), cleo)
    await editPost(whole.world, anna, post, { text: 'Second words' })
    const { event, data } = await stream.next()
    expect(event).toBe('Update')
    expect(data).toMatchObject({ type: 'Update', object: { id: whole.world.uris.post(post), type: 'Note' } })
    expect(JSON.stringify(data)).toContain('Second words')
    expect(data).not.toHaveProperty('target')
    await removePost(whole.world, anna, post)
    expect((await stream.next()).data).toMatchObject({
      type: 'Delete',
      object: { id: whole.world.uris.post(post), type: 'Tombstone' },
    })
  })

  test('its likes, shares and replies tell what is added to them', async () => {
    const post = await say(anna, 'Do something')
    const { uris } = whole.world
    const [likes, shares, replies] = [
      await hear(uris.likes(post), cleo),
      await hear(uris.shares(post), cleo),
      await hear(uris.replies(post), cleo),
    ]
    await likePost(whole.world, ben, post)
    expect((await likes.next()).data).toMatchObject({
      type: 'Add',
      object: { type: 'Like', actor: ben.uri, object: uris.post(post) },
      target: uris.likes(post),
    })
    await unlikePost(whole.world, ben, post)
    expect((await likes.next()).data).toMatchObject({ type: 'Remove', target: uris.likes(post) })
    await boostPost(whole.world, ben, post)
    expect((await shares.next()).data).toMatchObject({
      type: 'Add',
      object: { type: 'Announce', actor: ben.uri },
    })
    const hidden = await say(ben, 'For followers', { replyTo: post, visibility: 'followers' })
    const reply = await say(ben, 'An answer', { replyTo: post })
    expect((await replies.next()).data).toMatchObject({
      type: 'Add',
      object: { id: uris.post(reply), type: 'Note' },
    })
    await removePost(whole.world, ben, hidden)
    await removePost(whole.world, ben, reply)
    expect((await replies.next()).data).toMatchObject({ type: 'Remove', object: uris.post(reply) })
    await silent(replies)
  })

  test('that is not for the reader cannot be listened to, nor one that never was: 404, word for word', async () => {
    const secret = await say(anna, 'For followers', { visibility: 'followers' })
    const { uris } = whole.world
    const answers = []
    for (const of of [uris.post(secret), uris.replies(secret), uris.post('1' as typeof secret)]) {
      const path = pathOf(uris.events(of))
      const reply = await whole.ask(path, { headers: bearing(tokens.get(cleo.id) ?? '') })
      answers.push([reply.status, reply.text])
    }
    expect(answers).toEqual([answers[0], answers[0], answers[0]])
    expect(answers[0]?.[0]).toBe(404)
    expect((await hear(uris.post(secret), ben)).status).toBe(200)
  })
})

describe('people', () => {
  test('an actor tells its new profile', async () => {
    const stream = await hear(anna.uri, cleo)
    await updateAccount(whole.world, anna, { displayName: 'Anna the Second' })
    expect((await stream.next()).data).toMatchObject({
      type: 'Update',
      object: { id: anna.uri, type: 'Person', name: 'Anna the Second' },
    })
  })

  test('followers and following, asked for and accepted, on both sides', async () => {
    const { uris } = whole.world
    const [pending, asked, followers, following] = [
      await hear(`${dora.uri}/pending_followers`, dora),
      await hear(`${cleo.uri}/pending_following`, cleo),
      await hear(uris.followers(dora.id), anna),
      await hear(uris.following(cleo.id), anna),
    ]
    await requestFollow(whole.world, cleo, dora)
    const wish = { type: 'Follow', actor: cleo.uri, object: dora.uri }
    for (const stream of [pending, asked]) {
      expect((await stream.next()).data).toMatchObject({ type: 'Add', object: wish })
    }
    const pair = { followerId: cleo.id, followedId: dora.id }
    await acceptFollow(whole.world, pair)
    for (const stream of [pending, asked]) expect((await stream.next()).event).toBe('Remove')
    expect((await followers.next()).data).toMatchObject({
      type: 'Add',
      object: { id: cleo.uri, type: 'Person' },
    })
    expect((await following.next()).data).toMatchObject({ type: 'Add', object: { id: dora.uri } })
    await undoFollow(whole.world, pair)
    expect((await followers.next()).data).toMatchObject({ type: 'Remove', object: cleo.uri })
    expect((await following.next()).data).toMatchObject({ type: 'Remove', object: dora.uri })
  })

  test('whom somebody blocks is told to them alone', async () => {
    const stream = await hear(`${ben.uri}/blocked`, ben)
    await blockAccount(whole.world, ben, dora)
    expect((await stream.next()).data).toMatchObject({ type: 'Add', object: { id: dora.uri } })
    await unblockAccount(whole.world, ben, dora)
    expect((await stream.next()).data).toMatchObject({ type: 'Remove', object: dora.uri })
    const path = pathOf(whole.world.uris.events(`${ben.uri}/blocked`))
    const other = await whole.ask(path, { headers: bearing(tokens.get(cleo.id) ?? '') })
    expect(other.status).toBe(403)
  })
})

describe('the streams of a person', () => {
  test('home tells what comes into it, notifications what they are told', async () => {
    const { uris } = whole.world
    const [home, notices] = [
      await hear(uris.homeStream(ben.id), ben),
      await hear(uris.notificationsStream(ben.id), ben),
    ]
    await say(anna, 'Good morning, @ben')
    const told = await home.next()
    expect(told.data).toMatchObject({
      type: 'Add',
      target: uris.homeStream(ben.id),
      object: { type: 'Create' },
    })
    const notice = await notices.next()
    expect(notice.data).toMatchObject({ type: 'Add', object: { type: 'Create', actor: anna.uri } })
    // What is told has the id under which the list has it.
    const page = await whole.ask(`${pathOf(uris.homeStream(ben.id))}?cursor=first`, {
      headers: bearing(tokens.get(ben.id) ?? ''),
    })
    const [newest] = (JSON.parse(page.text) as { orderedItems: { id: string }[] }).orderedItems
    expect((told.data.object as { id: string }).id).toBe(newest?.id)
  })
})

describe('what an app makes', () => {
  async function post(activity: object): Promise<{ object: { id: string } }> {
    const writing = await tokenFor(whole.world, anna, { scope: 'read write' })
    const posted = await whole.ask(pathOf(whole.world.uris.outbox(anna.id)), {
      method: 'POST',
      headers: { ...bearing(writing), 'content-type': 'application/activity+json' },
      body: JSON.stringify(activity),
    })
    expect([posted.status, posted.text]).toEqual([201, posted.text])
    return JSON.parse(posted.text)
  }
  const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'

  test('an activity of a kind that nobody knows is in the stream of its outbox', async () => {
    const stream = await hear(whole.world.uris.outbox(anna.id), cleo)
    await post({ type: 'https://far.test/ns#Wave', object: anna.uri, to: [PUBLIC] })
    expect((await stream.next()).data).toMatchObject({
      type: 'Add',
      object: { actor: anna.uri, object: anna.uri },
    })
  })

  test('a collection tells what is put into it, to those alone who may see that', async () => {
    const { object } = await post({ type: 'Collection', name: 'Birds', to: [PUBLIC] })
    const [own, other] = [await hear(object.id, anna), await hear(object.id, cleo)]
    const hidden = whole.world.uris.post(await say(anna, 'For followers', { visibility: 'followers' }))
    const shown = whole.world.uris.post(await say(anna, 'For all'))
    for (const uri of [hidden, shown]) await post({ type: 'Add', object: uri, target: object.id })
    const added = (uri: string) => ({ type: 'Add', object: { id: uri }, target: object.id })
    expect((await own.next()).data).toMatchObject(added(hidden))
    expect((await own.next()).data).toMatchObject(added(shown))
    expect((await other.next()).data).toMatchObject(added(shown))
    await silent(other)
  })

  test('an object tells its change, whole, and its end', async () => {
    const { object } = await post({
      type: 'Event',
      name: 'A walk',
      'https://far.test/ns#odd': 1,
      to: [PUBLIC],
    })
    const stream = await hear(object.id, cleo)
    await post({ type: 'Update', object: { id: object.id, name: 'A longer walk' } })
    const { data } = await stream.next()
    expect(data).toMatchObject({
      type: 'Update',
      object: { id: object.id, type: 'Event', name: 'A longer walk' },
    })
    expect(data.object).toHaveProperty(['https://far.test/ns#odd'])
    await post({ type: 'Delete', object: object.id })
    expect((await stream.next()).data).toMatchObject({ type: 'Delete', object: { id: object.id } })
  })
})

test('pitfall e2: of whom something was for in secret there is nothing in any stream', async () => {
  const { uris } = whole.world
  const streams = [
    await hear(uris.outbox(anna.id), anna),
    await hear(uris.inbox(ben.id), ben),
    await hear(uris.inbox(cleo.id), cleo),
    await hear(uris.homeStream(ben.id), ben),
  ]
  const writing = await tokenFor(whole.world, anna, { scope: 'read write' })
  const note = { type: 'Note', content: 'psst', to: [ben.uri], bcc: [cleo.uri], bto: [dora.uri] }
  const posted = await whole.ask(pathOf(uris.outbox(anna.id)), {
    method: 'POST',
    headers: { ...bearing(writing), 'content-type': 'application/activity+json' },
    body: JSON.stringify(note),
  })
  expect(posted.status).toBe(201)
  for (const stream of streams.slice(0, 3))
    expect(JSON.stringify((await stream.next()).data)).toContain('psst')
  await sleep(200)
  for (const stream of streams) {
    expect(stream.raw).not.toMatch(/"(?:bto|bcc)"/)
    expect(stream.raw).not.toContain(dora.uri)
  }
  expect(streams[0]?.raw).not.toContain(cleo.uri)
  expect(streams[1]?.raw).not.toContain(cleo.uri)
})
