import { createECDH, randomBytes } from 'node:crypto'
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient, type mastodon } from 'masto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { picture } from '../support/files.ts'
import { OOB, type Running, startForClients } from './running.ts'

/*
 * masto.js, on which Elk and Phanpy stand, against a running server: what those two do for somebody, by the library's
 * own names and types, which read every answer as Mastodon's.
 */

let server: Running
let token: string
let ada: mastodon.rest.Client
let bob: mastodon.rest.Client
let me: Awaited<ReturnType<typeof ada.v1.accounts.verifyCredentials>>
let him: typeof me

beforeAll(async () => {
  server = await startForClients()
  token = await server.person('ada')
  ada = createRestAPIClient({ url: server.origin, accessToken: token })
  bob = createRestAPIClient({ url: server.origin, accessToken: await server.person('bob') })
  ;[me, him] = await Promise.all([ada.v1.accounts.verifyCredentials(), bob.v1.accounts.verifyCredentials()])
}, 120_000)
afterAll(() => server?.[Symbol.asyncDispose]())

test('registers an app, is let in, and gives its token back', async () => {
  const nobody = createRestAPIClient({ url: server.origin })
  const oauth = createOAuthAPIClient({ url: server.origin })
  const scopes = 'read write follow push'
  const app = await nobody.v1.apps.create({ clientName: 'Loom', redirectUris: OOB, scopes })
  const { clientId = '', clientSecret = '' } = app
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId ?? '',
    redirect_uri: OOB,
    scope: scopes,
  })
  const code = await server.codeAt('ada', `${server.origin}/oauth/authorize?${query}`)
  const client = { clientId: clientId ?? '', clientSecret: clientSecret ?? '' }
  const given = await oauth.token.create({
    grantType: 'authorization_code',
    ...client,
    redirectUri: OOB,
    code,
  })
  expect(given).toMatchObject({ tokenType: 'Bearer', scope: scopes })
  const own = createRestAPIClient({ url: server.origin, accessToken: given.accessToken })
  expect((await own.v1.accounts.verifyCredentials()).username).toBe('ada')
  await oauth.revoke({ ...client, token: given.accessToken })
  await expect(own.v1.accounts.verifyCredentials()).rejects.toMatchObject({ statusCode: 401 })
})

test('knows the server and its owner', async () => {
  const instance = await ada.v2.instance.fetch()
  expect(instance.configuration.statuses.maxCharacters).toBeGreaterThanOrEqual(500)
  expect(instance.configuration.urls.streaming).toMatch(/^ws/)
  expect([me.username, me.acct, me.source?.privacy]).toEqual(['ada', 'ada', 'public'])
  expect(await ada.v1.preferences.fetch()).toMatchObject({ 'posting:default:visibility': 'public' })
})

test('follows, and asks where one has to ask', async () => {
  const there = await ada.v1.accounts.$select(him.id).follow()
  expect(there).toMatchObject({ id: him.id, following: true, requested: false })
  const less = { reblogs: false, notify: true, languages: ['en'] }
  const chosen = { showingReblogs: false, notifying: true, languages: ['en'] }
  expect(await ada.v1.accounts.$select(him.id).follow(less)).toMatchObject(chosen)
  await ada.v1.accounts.$select(him.id).unfollow()
  const anew = await ada.v1.accounts.$select(him.id).follow()
  expect(anew).toMatchObject({ showingReblogs: true, notifying: false, languages: null })
  await bob.v1.profile.fetch()
  expect(await ada.v1.accounts.updateCredentials({ locked: true })).toMatchObject({ locked: true })
  expect(await bob.v1.accounts.$select(me.id).follow()).toMatchObject({ following: false, requested: true })
  const asking = await ada.v1.followRequests.list()
  expect(asking.map(({ acct }) => acct)).toEqual(['bob'])
  expect(await ada.v1.followRequests.$select(him.id).authorize()).toMatchObject({ followedBy: true })
  const [relation] = await bob.v1.accounts.relationships.fetch({ id: [me.id] })
  expect(relation).toMatchObject({ following: true, followedBy: true })
})

test('posts, edits, and reads what it was', async () => {
  const posted = await ada.v1.statuses.create({
    status: 'Fog over the #loom',
    spoilerText: 'weather',
    language: 'en',
    visibility: 'public',
  })
  expect(posted).toMatchObject({ spoilerText: 'weather', sensitive: true, language: 'en', editedAt: null })
  expect(posted.tags.map(({ name }) => name)).toEqual(['loom'])
  const one = ada.v1.statuses.$select(posted.id)
  const edited = await one.update({ status: 'Sun over the #loom', spoilerText: 'weather' })
  expect(edited.content).toContain('Sun over')
  expect(edited.editedAt).not.toBeNull()
  expect((await one.history.list()).map(({ content }) => content)).toEqual([
    expect.stringContaining('Fog'),
    expect.stringContaining('Sun'),
  ])
  expect(await one.source.fetch()).toMatchObject({ text: 'Sun over the #loom', spoilerText: 'weather' })
})

test('replies, and reads the whole conversation', async () => {
  const first = await ada.v1.statuses.create({ status: 'Who weaves?' })
  const second = await bob.v1.statuses.create({ status: '@ada I do', inReplyToId: first.id })
  const third = await ada.v1.statuses.create({ status: '@bob good', inReplyToId: second.id })
  expect(second).toMatchObject({ inReplyToId: first.id, inReplyToAccountId: me.id })
  const { ancestors, descendants } = await bob.v1.statuses.$select(second.id).context.fetch()
  expect([ancestors.map(({ id }) => id), descendants.map(({ id }) => id)]).toEqual([[first.id], [third.id]])
})

test('uploads a picture with its description, and posts it', async () => {
  const file = new Blob([await picture({ format: 'png', width: 60, height: 40 })], { type: 'image/png' })
  const media = await ada.v2.media.create({ file, description: 'a red square' })
  expect(media).toMatchObject({ type: 'image', description: 'a red square' })
  const posted = await ada.v1.statuses.create({ mediaIds: [media.id], status: 'Look' })
  const [shown] = posted.mediaAttachments
  expect(shown).toMatchObject({ id: media.id, description: 'a red square', blurhash: expect.any(String) })
  const fetched = await fetch(shown?.url ?? '')
  expect([fetched.status, fetched.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^image\//),
  ])
})

test('asks, and votes', async () => {
  const asked = await ada.v1.statuses.create({
    status: 'Tea?',
    poll: { options: ['yes', 'no'], expiresIn: 3600 },
  })
  const poll = bob.v1.polls.$select(asked.poll?.id ?? '')
  expect(await poll.votes.create({ choices: [0] })).toMatchObject({
    voted: true,
    ownVotes: [0],
    votesCount: 1,
  })
  expect((await poll.fetch()).options.map(({ votesCount }) => votesCount)).toEqual([1, 0])
})

test('likes, boosts and keeps, and takes it back', async () => {
  const { id } = await ada.v1.statuses.create({ status: 'Worth it' })
  const one = bob.v1.statuses.$select(id)
  expect(await one.favourite()).toMatchObject({ favourited: true, favouritesCount: 1 })
  expect(await one.bookmark()).toMatchObject({ bookmarked: true })
  expect((await one.reblog()).reblog).toMatchObject({ id, reblogged: true, reblogsCount: 1 })
  expect((await bob.v1.favourites.list()).map((each) => each.id)).toEqual([id])
  expect((await bob.v1.bookmarks.list()).map((each) => each.id)).toEqual([id])
  expect((await one.rebloggedBy.list()).map(({ acct }) => acct)).toEqual(['bob'])
  expect((await one.favouritedBy.list()).map(({ acct }) => acct)).toEqual(['bob'])
  expect(await one.unreblog()).toMatchObject({ reblogged: false })
  expect(await one.unbookmark()).toMatchObject({ bookmarked: false })
})

test('reads timelines page by page, without a gap', async () => {
  const seen: string[] = []
  for await (const page of bob.v1.timelines.home.list({ limit: 2 })) {
    expect(page.length).toBeLessThanOrEqual(2)
    seen.push(...page.map(({ id }) => id))
  }
  const atOnce = await bob.v1.timelines.home.list({ limit: 40 })
  expect(seen).toEqual(atOnce.map(({ id }) => id))
  expect(seen.length).toBeGreaterThan(4)
  expect((await bob.v1.timelines.tag.$select('loom').list()).map(({ account }) => account.acct)).toEqual([
    'ada',
  ])
  expect((await bob.v1.timelines.public.list({ local: true })).length).toBeGreaterThan(4)
  const own = await ada.v1.accounts.$select(me.id).statuses.list({ onlyMedia: true })
  expect(own).toHaveLength(1)
})

test('is told of what others do: one by one, and by groups', async () => {
  const kinds = (await ada.v1.notifications.list()).map(({ type }) => type)
  expect(kinds).toEqual(expect.arrayContaining(['follow', 'mention', 'favourite']))
  const { notificationGroups, accounts, statuses } = await ada.v2.notifications.list()
  const like = notificationGroups.find(({ type }) => type === 'favourite')
  expect(like).toMatchObject({ notificationsCount: 1, sampleAccountIds: [him.id] })
  expect(accounts.map(({ id }) => id)).toContain(him.id)
  expect(statuses.length).toBeGreaterThan(0)
  expect((await ada.v2.notifications.unreadCount.fetch()).count).toBe(notificationGroups.length)
  const newest = (await ada.v1.notifications.list({ limit: 1 }))[0]
  await ada.v1.markers.create({ notifications: { lastReadId: newest?.id ?? '' } })
  expect((await ada.v2.notifications.unreadCount.fetch()).count).toBe(0)
  expect(await ada.v2.notifications.policy.fetch()).toMatchObject({ forNotFollowing: 'accept' })
})

test('finds people, hashtags and posts', async () => {
  expect((await bob.v2.search.list({ q: 'ada', type: 'accounts' })).accounts.map(({ acct }) => acct)).toEqual(
    ['ada'],
  )
  expect(
    (await bob.v2.search.list({ q: 'loom', type: 'hashtags' })).hashtags.map(({ name }) => name),
  ).toEqual(['loom'])
  const mine = await ada.v2.search.list({ q: 'Worth', type: 'statuses' })
  expect(mine.statuses).toHaveLength(1)
})

test('keeps lists, which are timelines', async () => {
  const list = await ada.v1.lists.create({ title: 'Weavers' })
  const one = ada.v1.lists.$select(list.id)
  await one.accounts.create({ accountIds: [him.id] })
  expect((await one.accounts.list()).map(({ acct }) => acct)).toEqual(['bob'])
  const { id } = await bob.v1.statuses.create({ status: 'For the list' })
  expect((await ada.v1.timelines.list.$select(list.id).list()).map((each) => each.id)).toContain(id)
  await one.remove()
  expect(await ada.v1.lists.list()).toEqual([])
})

test('filters by words', async () => {
  const filter = await ada.v2.filters.create({
    title: 'no tar',
    context: ['home', 'public'],
    filterAction: 'warn',
    keywordsAttributes: [{ keyword: 'tar', wholeWord: true }],
  })
  const { id } = await bob.v1.statuses.create({ status: 'sails and tar' })
  const seen = (await ada.v1.timelines.home.list()).find((each) => each.id === id)
  expect(seen?.filtered).toMatchObject([{ filter: { id: filter.id }, keywordMatches: ['tar'] }])
  await ada.v2.filters.$select(filter.id).remove()
  expect((await ada.v1.statuses.$select(id).fetch()).filtered).toEqual([])
})

test('plans a post, plans it anew, and calls it off', async () => {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
  const planned = (await ada.v1.statuses.create({
    status: 'Later',
    scheduledAt: at(2),
  } as mastodon.rest.v1.CreateScheduledStatusParams)) as unknown as mastodon.v1.ScheduledStatus
  expect(planned.params.text).toBe('Later')
  const one = ada.v1.scheduledStatuses.$select(planned.id)
  const later = at(3)
  expect(Date.parse((await one.update({ scheduledAt: later })).scheduledAt)).toBe(Date.parse(later))
  await one.remove()
  expect(await ada.v1.scheduledStatuses.list()).toEqual([])
})

test('subscribes to push', async () => {
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  const made = await ada.v1.push.subscription.create({
    subscription: {
      endpoint: 'https://127.0.0.1/send/1',
      keys: { p256dh: ecdh.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') },
    },
    data: { alerts: { mention: true } },
    policy: 'followed',
  })
  expect(made).toMatchObject({ endpoint: 'https://127.0.0.1/send/1', alerts: { mention: true } })
  const { configuration } = await ada.v2.instance.fetch()
  expect(made.serverKey).toBe(configuration.vapid.publicKey)
  const changed = await ada.v1.push.subscription.update({ data: { alerts: { mention: false, poll: true } } })
  expect(changed.alerts).toMatchObject({ mention: false, poll: true })
  await ada.v1.push.subscription.remove()
  await expect(ada.v1.push.subscription.fetch()).rejects.toMatchObject({ statusCode: 404 })
})

test('listens: a post comes, is changed, and goes; and somebody is told', async () => {
  const { configuration } = await ada.v2.instance.fetch()
  const streaming = createStreamingAPIClient({
    streamingApiUrl: configuration.urls.streaming,
    accessToken: token,
  })
  const home = streaming.user.subscribe()
  const heard: mastodon.streaming.Event[] = []
  const listening = (async () => {
    for await (const event of home) heard.push(event)
  })()
  // Subscribed is who hears something: nothing answers a subscription.
  await expect
    .poll(
      async () => {
        await bob.v1.statuses.create({ status: 'is anybody there' })
        return heard.length
      },
      { timeout: 10_000, interval: 500 },
    )
    .toBeGreaterThan(0)
  const { id } = await bob.v1.statuses.create({ status: 'hello @ada' })
  await bob.v1.statuses.$select(id).update({ status: 'hello again @ada' })
  await bob.v1.statuses.$select(id).remove()
  const about = () =>
    heard.flatMap((event) => {
      if (event.event === 'delete') return event.payload === id ? ['delete'] : []
      if (event.event === 'update' || event.event === 'status.update')
        return event.payload.id === id ? [event.event] : []
      return event.event === 'notification' && event.payload.status?.id === id ? ['notification'] : []
    })
  await expect
    .poll(about, { timeout: 10_000 })
    .toEqual(expect.arrayContaining(['update', 'status.update', 'delete', 'notification']))
  expect(about().at(-1)).toBe('delete')
  home.unsubscribe()
  streaming.close()
  await listening
})
