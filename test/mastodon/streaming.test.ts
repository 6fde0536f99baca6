import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Visibility } from '../../src/base/visibility.ts'
import { announce, withdrawAnnouncement } from '../../src/domain/announcements/announce.ts'
import { reactToAnnouncement } from '../../src/domain/announcements/react.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount, unmuteAccount } from '../../src/domain/blocks/mute.ts'
import { undoFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { closePoll } from '../../src/domain/polls/close.ts'
import { editPost } from '../../src/domain/posts/edit.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { type EntityName, expectEntity } from '../support/mastodon/expect-entity.ts'
import { type AppListening, type Heard, openSocket } from '../support/mastodon/sockets.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
let cat: Toot
let eve: Toot
const open: AppListening[] = []

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  cat = await tootAs(server, 'cat')
  eve = await tootAs(server, 'eve')
  await requestFollow(server.world, bob.account, ada.account)
}, 120_000)
afterEach(() => {
  for (const socket of open.splice(0)) socket.close()
  expect(server.errors).toEqual([])
})
afterAll(() => server?.[Symbol.asyncDispose]())

async function hear(who: Toot, stream: string, more: Record<string, string> = {}): Promise<AppListening> {
  // Whatever was said before has been told by now.
  await sleep(200)
  const socket = await openSocket(server.port, { access_token: who.token, stream, ...more })
  open.push(socket)
  // Channels are begun one after the other: whatever is answered later was begun before.
  socket.say({ type: 'subscribe', stream: 'nothing like it' })
  expect(await socket.next()).toMatchObject({ status: 400 })
  return socket
}
const say = (who: Toot, text: string, visibility: Visibility = 'public', more = {}) =>
  publishPost(server.world, who.account, { text, visibility, language: 'en', ...more })

/** What an event carries, after it was looked at. */
function entityIn(name: EntityName, heard: Heard) {
  const json = JSON.parse(heard.payload ?? 'null')
  expectEntity(name, json)
  return json
}
/** As the API shows the same post to the same person. */
const shownTo = async (who: Toot, id: string) => (await who.get(`/api/v1/statuses/${id}`)).json

describe('user', () => {
  test('tells what comes into a home, and to its author what they said, as each would read it', async () => {
    const [hers, his] = [await hear(ada, 'user'), await hear(bob, 'user')]
    const others = await hear(cat, 'user')
    const id = await say(ada, 'Fog over the meadows #walks')
    for (const [who, socket] of [
      [ada, hers],
      [bob, his],
    ] as const) {
      const heard = await socket.next()
      expect([heard.stream, heard.event]).toEqual([['user'], 'update'])
      expect(entityIn('Status', heard)).toEqual(await shownTo(who, id))
    }
    await others.silence()
  })

  test('tells of changes, and takes back what is gone, which is an id alone', async () => {
    const id = await say(ada, 'Once so')
    const his = await hear(bob, 'user')
    await editPost(server.world, ada.account, id, { text: 'Now otherwise' })
    const changed = await his.next()
    expect(changed.event).toBe('status.update')
    expect(entityIn('Status', changed)).toEqual(await shownTo(bob, id))
    expect(changed.payload).toContain('Now otherwise')
    await removePost(server.world, ada.account, id)
    expect(await his.next()).toEqual({ stream: ['user'], event: 'delete', payload: id })
  })

  test('shows a boost with what its reader did to the post that it shows', async () => {
    const id = await say(cat, 'Seen by few')
    await likePost(server.world, bob.account, id)
    const [hers, his] = [await hear(ada, 'user'), await hear(bob, 'user')]
    const boost = await boostPost(server.world, ada.account, id)
    const [one, other] = [await hers.next(), await his.next()]
    const boostId = JSON.parse(one.payload ?? '').id
    expect(boost).toBeDefined()
    expect(entityIn('Status', one)).toEqual(await shownTo(ada, boostId))
    expect(entityIn('Status', other)).toEqual(await shownTo(bob, boostId))
    expect(JSON.parse(other.payload ?? '').reblog).toMatchObject({ id, favourited: true })
    expect(JSON.parse(one.payload ?? '').reblog).toMatchObject({ id, favourited: false, reblogged: true })
  })

  test('of whom one mutes, blocks or follows no more nothing comes any more', async () => {
    const dan = await tootAs(server, 'dan')
    await requestFollow(server.world, dan.account, ada.account)
    const socket = await hear(dan, 'user')
    await muteAccount(server.world, dan.account, ada.account)
    await say(ada, 'Muted')
    await unmuteAccount(server.world, dan.account, ada.account)
    await say(ada, 'Heard again')
    expect((await socket.next()).payload).toContain('Heard again')
    await undoFollow(server.world, { followerId: dan.account.id, followedId: ada.account.id })
    await say(ada, 'Not followed')
    await requestFollow(server.world, dan.account, ada.account)
    await say(ada, 'Followed once more')
    expect((await socket.next()).payload).toContain('Followed once more')
    await blockAccount(server.world, ada.account, dan.account)
    await say(ada, 'Blocked')
    await socket.silence()
  })

  test('what is for followers and what is direct comes to those alone whom it is for', async () => {
    const [his, others] = [await hear(bob, 'user'), await hear(cat, 'user')]
    const id = await say(ada, 'For those who follow', 'followers')
    expect(entityIn('Status', await his.next())).toEqual(await shownTo(bob, id))
    await say(ada, 'For @cat alone', 'direct')
    expect((await others.next()).event).toBe('notification')
    await removePost(server.world, ada.account, id)
    expect(await his.next()).toMatchObject({ event: 'delete', payload: id })
    await his.silence()
    await others.silence()
  })

  test('what is read apart on a list stays out of it, and comes on the list', async () => {
    const dora = await tootAs(server, 'dora')
    await requestFollow(server.world, dora.account, eve.account)
    const { id } = (await dora.post('/api/v1/lists', { title: 'Apart', exclusive: true })).json
    await dora.post(`/api/v1/lists/${id}/accounts`, { account_ids: [eve.account.id] })
    const [home, list] = [await hear(dora, 'user'), await hear(dora, 'list', { list: id })]
    const post = await say(eve, 'Read apart')
    const heard = await list.next()
    expect([heard.stream, heard.event]).toEqual([['list', id], 'update'])
    expect(entityIn('Status', heard)).toEqual(await shownTo(dora, post))
    await removePost(server.world, eve.account, post)
    expect(await list.next()).toEqual({ stream: ['list', id], event: 'delete', payload: post })
    // It follows eve, and may have had it before the list was.
    expect(await home.next()).toMatchObject({ event: 'delete', payload: post })
    await home.silence()
  })

  test('filters are told where they are met, to their owner alone, and a change of them is told', async () => {
    const socket = await hear(bob, 'user')
    const filter = await bob.post('/api/v2/filters', {
      title: 'No herons',
      context: ['home'],
      keywords_attributes: [{ keyword: 'heron', whole_word: true }],
    })
    expect(await socket.next()).toEqual({ stream: ['user'], event: 'filters_changed' })
    const hers = await hear(ada, 'user')
    const id = await say(ada, 'A heron')
    const status = entityIn('Status', await socket.next())
    expect(status.filtered).toMatchObject([{ filter: { title: 'No herons' }, keyword_matches: ['heron'] }])
    expect(status).toEqual(await shownTo(bob, id))
    expect(entityIn('Status', await hers.next()).filtered).toEqual([])
    await bob.delete(`/api/v2/filters/${filter.json.id}`)
    expect(await socket.next()).toMatchObject({ event: 'filters_changed' })
  })
})

describe('notifications', () => {
  test('come on both of the streams of somebody, as they stand in the list', async () => {
    const id = await say(ada, 'Like this')
    const [both, alone] = [await hear(ada, 'user'), await hear(ada, 'user:notification')]
    await likePost(server.world, cat.account, id)
    const [one, other] = [await both.next(), await alone.next()]
    expect([one.stream, other.stream]).toEqual([['user'], ['user:notification']])
    const notification = entityIn('Notification', one)
    expect(JSON.parse(other.payload ?? '')).toEqual(notification)
    const [first] = (await ada.get('/api/v1/notifications', { limit: 1 })).json
    expect(notification).toEqual(first)
    await say(ada, 'No notification')
    expect((await both.next()).event).toBe('update')
    await alone.silence()
  })

  test('of follows and mentions, but not of what is kept back', async () => {
    const fay = await tootAs(server, 'fay')
    const socket = await hear(fay, 'user:notification')
    await requestFollow(server.world, cat.account, fay.account)
    expect(entityIn('Notification', await socket.next())).toMatchObject({
      type: 'follow',
      account: { id: cat.account.id },
    })
    await fay.patch('/api/v2/notifications/policy', { for_not_following: 'filter' })
    await say(eve, 'Hello @fay')
    await socket.silence()
  })

  test('that were kept back and are taken now are to be read anew', async () => {
    const hal = await tootAs(server, 'hal')
    await hal.patch('/api/v2/notifications/policy', { for_not_following: 'filter' })
    await say(eve, 'Hello @hal')
    await say(cat, 'Hello @hal')
    const [both, alone, others] = [
      await hear(hal, 'user'),
      await hear(hal, 'user:notification'),
      await hear(ada, 'user'),
    ]
    const merged = { event: 'notifications_merged', payload: '1' }
    const requests = '/api/v1/notifications/requests'
    const taken = [
      () => hal.post(`${requests}/${eve.account.id}/accept`),
      () => hal.post(`${requests}/accept`, { id: [cat.account.id] }),
    ]
    for (const [n, take] of taken.entries()) {
      await take()
      expect(await both.next()).toEqual({ stream: ['user'], ...merged })
      expect(await alone.next()).toEqual({ stream: ['user:notification'], ...merged })
      expect((await hal.get(`${requests}/merged`)).json).toEqual({ merged: true })
      expect((await hal.get('/api/v1/notifications')).json).toHaveLength(n + 1)
    }
    await hal.post(`${requests}/dismiss`, { id: [cat.account.id] })
    for (const socket of [both, alone, others]) await socket.silence()
  })

  test('of a poll come with its end; how its votes stand is not pushed, as it is no edit', async () => {
    const poll = { options: ['tea', 'coffee'], expires_in: 300 }
    const { id } = (await ada.post('/api/v1/statuses', { status: 'Which?', poll })).json
    const socket = await hear(bob, 'user')
    expect((await bob.post(`/api/v1/polls/${id}/votes`, { choices: [0] })).status).toBe(200)
    await socket.silence()
    await server.db
      .updateTable('poll')
      .set({ ends_at: new Date(0) })
      .where('post_id', '=', id)
      .execute()
    await closePoll(server.world, id)
    const notification = entityIn('Notification', await socket.next())
    expect(notification).toMatchObject({
      type: 'poll',
      status: { id, poll: { expired: true, votes_count: 1 } },
    })
    await socket.silence()
  })
})

describe('what strangers read', () => {
  test('goes to the streams that are for it, and to whoever may come upon it', async () => {
    const names = ['public', 'public:local', 'public:remote', 'public:media', 'public:local:media']
    const sockets = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await hear(cat, name)] as const)),
    ) as Record<string, AppListening>
    const id = await say(eve, 'For everybody')
    for (const name of ['public', 'public:local']) {
      const heard = (await sockets[name]?.next()) as Heard
      expect([heard.stream, heard.event]).toEqual([[name], 'update'])
      expect(entityIn('Status', heard)).toEqual(await shownTo(cat, id))
    }
    await say(eve, 'Not for the list', 'unlisted')
    await say(eve, 'For followers', 'followers')
    await say(ada, 'An answer', 'public', { replyTo: id })
    await boostPost(server.world, ada.account, id)
    for (const socket of Object.values(sockets)) await socket.silence(100)
    await removePost(server.world, eve.account, id)
    expect(await sockets.public?.next()).toMatchObject({ event: 'delete', payload: id })
  })

  test('is not heard from whom one mutes, nor from who is limited', async () => {
    const gil = await tootAs(server, 'gil')
    const socket = await hear(gil, 'public')
    await muteAccount(server.world, gil.account, eve.account)
    await say(eve, 'Muted')
    await server.db
      .updateTable('account')
      .set({ limited_at: new Date() })
      .where('id', '=', cat.account.id)
      .execute()
    await say(cat, 'Limited')
    // What is heard next shows that it was dealt with before the follow.
    await say(ada, 'Anybody else')
    expect((await socket.next()).payload).toContain('Anybody else')
    await requestFollow(server.world, gil.account, cat.account)
    await say(cat, 'Limited, and followed')
    expect((await socket.next()).payload).toContain('and followed')
    await server.db
      .updateTable('account')
      .set({ limited_at: null })
      .where('id', '=', cat.account.id)
      .execute()
    await socket.silence()
  })

  test('hashtags, in whatever case, and as they were asked for', async () => {
    const socket = await hear(bob, 'hashtag', { tag: 'Herons' })
    socket.say({ type: 'subscribe', stream: 'hashtag:local', tag: 'herons' })
    await say(eve, 'One more of the #HERONS')
    const heard = [await socket.next(), await socket.next()]
    expect(heard.map(({ stream }) => stream)).toEqual(
      expect.arrayContaining([
        ['hashtag', 'Herons'],
        ['hashtag:local', 'herons'],
      ]),
    )
    await say(eve, 'No #bird of that kind')
    await socket.silence()
  })
})

describe('direct', () => {
  test('tells of conversations, as each of those who take part has it', async () => {
    const [hers, his, others] = [
      await hear(ada, 'direct'),
      await hear(bob, 'direct'),
      await hear(cat, 'direct'),
    ]
    await say(ada, 'A word with @bob', 'direct')
    const [one, other] = [await hers.next(), await his.next()]
    expect([one.stream, one.event]).toEqual([['direct'], 'conversation'])
    for (const [who, heard] of [
      [ada, one],
      [bob, other],
    ] as const) {
      const [first] = (await who.get('/api/v1/conversations')).json
      expect(entityIn('Conversation', heard)).toEqual(first)
    }
    expect(JSON.parse(other.payload ?? '').unread).toBe(true)
    await others.silence()
  })
})

describe('announcements', () => {
  test('come to all who listen to their home', async () => {
    const [hers, alone] = [await hear(ada, 'user'), await hear(ada, 'user:notification')]
    const id = await announce(server.world, { text: 'Tomorrow we move' })
    const heard = await hers.next()
    expect([heard.stream, heard.event]).toEqual([['user'], 'announcement'])
    expect(entityIn('Announcement', heard)).toMatchObject({ id, reactions: [] })
    await reactToAnnouncement(server.world, bob.account, id, '👍')
    const reaction = await hers.next()
    expect(reaction.event).toBe('announcement.reaction')
    expect(JSON.parse(reaction.payload ?? '')).toEqual({ announcement_id: id, name: '👍', count: 1 })
    await withdrawAnnouncement(server.world, id)
    expect(await hers.next()).toEqual({ stream: ['user'], event: 'announcement.delete', payload: id })
    await alone.silence()
  })
})

describe('how a post looks to each', () => {
  test('what it quotes is shown to those alone who may see it, a poll with what each chose', async () => {
    const id = await say(cat, 'To be quoted')
    await blockAccount(server.world, cat.account, bob.account)
    const [hers, his] = [await hear(ada, 'user'), await hear(bob, 'user')]
    const quoting = await publishPost(server.world, ada.account, {
      text: 'Look at this',
      visibility: 'public',
      language: 'en',
      quoteOf: id,
    })
    const [one, other] = [await hers.next(), await his.next()]
    expect(entityIn('Status', one)).toEqual(await shownTo(ada, quoting))
    expect(entityIn('Status', other)).toEqual(await shownTo(bob, quoting))
    expect(JSON.parse(one.payload ?? '').quote?.quoted_status?.id).toBe(id)
    expect(JSON.parse(other.payload ?? '').quote).toMatchObject({
      state: 'unauthorized',
      quoted_status: null,
    })
  })
})
