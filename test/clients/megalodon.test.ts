import { createECDH, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { detector, type Entity, Mastodon, type WebSocketInterface } from 'megalodon'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { picture } from '../support/files.ts'
import { type Running, startForClients } from './running.ts'

/*
 * megalodon, on which Fedistar and Whalebird stand, against a running server. It speaks to several kinds of servers; this
 * one has to be taken for a Mastodon.
 */

let server: Running
let folder: string
let ada: Mastodon
let bob: Mastodon
let me: Entity.Account
let him: Entity.Account

beforeAll(async () => {
  server = await startForClients()
  folder = await mkdtemp(join(tmpdir(), 'weft-megalodon-'))
  ada = new Mastodon(server.origin, await server.person('ada'))
  bob = new Mastodon(server.origin, await server.person('bob'))
  me = (await ada.verifyAccountCredentials()).data
  him = (await bob.verifyAccountCredentials()).data
}, 120_000)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const posted = async (who: Mastodon, text: string, more: Parameters<Mastodon['postStatus']>[1] = {}) =>
  (await who.postStatus(text, more)).data as Entity.Status

test('knows what it speaks to, and is let in', async () => {
  expect(await detector(server.origin)).toBe('mastodon')
  const nobody = new Mastodon(server.origin)
  const app = await nobody.registerApp('Loom', { scopes: ['read', 'write', 'follow'] })
  const code = await server.codeAt('ada', app.url ?? '')
  const given = await nobody.fetchAccessToken(app.client_id, app.client_secret, code)
  expect(given).toMatchObject({ token_type: 'Bearer', scope: 'read write follow' })
  const own = new Mastodon(server.origin, given.access_token)
  expect((await own.verifyAccountCredentials()).data.username).toBe('ada')
  expect((await own.verifyAppCredentials()).data.name).toBe('Loom')
})

test('follows, and answers who asks', async () => {
  expect((await ada.followAccount(him.id)).data).toMatchObject({ following: true })
  expect((await ada.updateCredentials({ locked: true, display_name: 'Ada' })).data).toMatchObject({
    locked: true,
    display_name: 'Ada',
  })
  expect((await bob.followAccount(me.id)).data).toMatchObject({ requested: true, following: false })
  expect((await ada.getFollowRequests()).data.map(({ id }) => id)).toEqual([him.id])
  expect((await ada.acceptFollowRequest(him.id)).data).toMatchObject({ followed_by: true })
  expect((await bob.getRelationships([me.id])).data).toMatchObject([{ following: true, followed_by: true }])
  expect((await bob.getAccountFollowers(me.id)).data.map(({ acct }) => acct)).toEqual(['bob'])
})

test('posts, edits, replies, and reads the conversation', async () => {
  const first = await posted(ada, 'Fog over the #loom', { spoiler_text: 'weather', language: 'en' })
  expect(first).toMatchObject({ spoiler_text: 'weather', visibility: 'public', language: 'en' })
  const { data: edited } = await ada.editStatus(first.id, { status: 'Sun over the #loom' })
  expect(edited.content).toContain('Sun over')
  expect((await ada.getStatusSource(first.id)).data.text).toBe('Sun over the #loom')
  const second = await posted(bob, '@ada really?', { in_reply_to_id: first.id })
  const { ancestors, descendants } = (await bob.getStatusContext(first.id)).data
  expect([ancestors, descendants.map(({ id }) => id)]).toEqual([[], [second.id]])
})

test('uploads a picture with its description', async () => {
  const path = join(folder, 'red.png')
  await writeFile(path, await picture({ format: 'png', width: 60, height: 40 }))
  const { data: media } = await ada.uploadMedia(createReadStream(path), { description: 'a red square' })
  const { data: kept } = await ada.getMedia(media.id)
  expect(kept).toMatchObject({ type: 'image', description: 'a red square' })
  const shown = await posted(ada, 'Look', { media_ids: [media.id] })
  expect(shown.media_attachments).toMatchObject([{ id: media.id, description: 'a red square' }])
})

test('asks and votes, likes, boosts and keeps', async () => {
  const asked = await posted(ada, 'Tea?', { poll: { options: ['yes', 'no'], expires_in: 3600 } })
  expect((await bob.votePoll(asked.poll?.id ?? '', [1])).data).toMatchObject({ voted: true, votes_count: 1 })
  expect((await bob.favouriteStatus(asked.id)).data).toMatchObject({ favourited: true, favourites_count: 1 })
  expect((await bob.bookmarkStatus(asked.id)).data.bookmarked).toBe(true)
  expect((await bob.reblogStatus(asked.id)).data.reblog).toMatchObject({ id: asked.id, reblogged: true })
  expect((await bob.getBookmarks()).data.map(({ id }) => id)).toEqual([asked.id])
  expect((await bob.getFavourites()).data.map(({ id }) => id)).toEqual([asked.id])
  expect((await ada.getStatusRebloggedBy(asked.id)).data.map(({ acct }) => acct)).toEqual(['bob'])
})

test('reads timelines and notifications, and finds', async () => {
  const home = (await bob.getHomeTimeline({ limit: 40 })).data
  expect(home.length).toBeGreaterThan(3)
  const [newest, next] = home
  const below = (await bob.getHomeTimeline({ limit: 1, max_id: newest?.id ?? '' })).data
  expect(below.map(({ id }) => id)).toEqual([next?.id])
  expect((await bob.getLocalTimeline()).data.length).toBeGreaterThan(2)
  expect((await bob.getTagTimeline('loom')).data).toHaveLength(1)
  const told = (await ada.getNotifications({ limit: 40 })).data.map(({ type }) => type)
  expect(told).toEqual(expect.arrayContaining(['follow', 'mention', 'favourite', 'reblog']))
  expect((await bob.search('ada', { type: 'accounts' })).data.accounts.map(({ acct }) => acct)).toEqual([
    'ada',
  ])
  expect((await bob.search('loom', { type: 'hashtags' })).data.hashtags.map(({ name }) => name)).toEqual([
    'loom',
  ])
  expect((await ada.search('Sun', { type: 'statuses' })).data.statuses).toHaveLength(1)
})

test('keeps lists and filters, markers, plans and push', async () => {
  const { data: list } = await ada.createList('Weavers')
  await ada.addAccountsToList(list.id, [him.id])
  expect((await ada.getAccountsInList(list.id)).data.map(({ acct }) => acct)).toEqual(['bob'])
  const said = await posted(bob, 'For the list')
  expect((await ada.getListTimeline(list.id)).data.map(({ id }) => id)).toContain(said.id)
  const { data: filter } = await ada.createFilter('tar', ['home'], { whole_word: true })
  expect((await ada.getFilters()).data).toMatchObject([{ id: filter.id, phrase: 'tar', whole_word: true }])
  expect((await ada.saveMarkers({ home: { last_read_id: said.id } })).data).toMatchObject({
    home: { last_read_id: said.id },
  })
  const at = new Date(Date.now() + 7_200_000).toISOString()
  const { data: planned } = await ada.postStatus('Later', { scheduled_at: at })
  expect((await ada.getScheduledStatuses()).data.map(({ id }) => id)).toEqual([planned.id])
  await ada.cancelScheduledStatus(planned.id)
  expect((await ada.getScheduledStatuses()).data).toEqual([])
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  const keys = { p256dh: ecdh.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') }
  const { data: pushed } = await ada.subscribePushNotification(
    { endpoint: 'https://127.0.0.1/send/2', keys },
    { alerts: { mention: true } },
  )
  expect(pushed).toMatchObject({ endpoint: 'https://127.0.0.1/send/2', alerts: { mention: true } })
})

test('listens: a post comes, and goes', async () => {
  const stream = await ada.userStreaming()
  // It begins by itself.
  await heardOn(stream, 'connect', () => true)
  const updated = heardOn(stream, 'update', (one: Entity.Status) => one.content.includes('over the wire'))
  const deleted = heardOn(stream, 'delete', () => true)
  try {
    const said = await posted(bob, 'over the wire')
    expect(await updated).toMatchObject({ id: said.id, account: { acct: 'bob' } })
    await bob.deleteStatus(said.id)
    expect(await deleted).toBe(said.id)
  } finally {
    stream.stop()
  }
})

function heardOn<T>(stream: WebSocketInterface, event: string, fits: (heard: T) => boolean): Promise<T> {
  return new Promise((heard) => stream.on(event, (one: T) => fits(one) && heard(one)))
}
