import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { suspendAccount } from '../../src/domain/moderation/suspend.ts'
import { hugePng, picture } from '../support/files.ts'
import { type ApiReply, apiClient, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { type AppListening, openSocket } from '../support/mastodon/sockets.ts'
import { startWhole, type Whole } from '../support/whole.ts'

/*
 * What the design asks of every surface, at that of the Mastodon API, number by number. Others stand where they are at home:
 * S-081 in visibility, S-095 in search, S-135 and S-136 in streaming-access, S-145 in cross-user, S-144 in test/c2s/every-route,
 * which walks the routes of this API too, S-116 in test/media, S-089 in test/flows/delete-is-heard.
 */

let server: Whole
let ada: Toot
const open: AppListening[] = []
let n = 0

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
}, 120_000)
afterEach(() => {
  for (const socket of open.splice(0)) socket.close()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  expect(server.errors).toEqual([])
})

const ok = (reply: ApiReply) => {
  expect(reply.status, reply.text).toBe(200)
  return reply.json
}
const somebody = () => tootAs(server, `somebody${++n}`)
const say = async (who: Toot, status: string, more: Fields = {}): Promise<string> =>
  ok(await who.post('/api/v1/statuses', { status, language: 'en', ...more })).id
const follow = async (who: Toot, whom: Toot, more: Fields = {}) =>
  ok(await who.post(`/api/v1/accounts/${whom.account.id}/follow`, more))
/** The name that a media address ends with, for asking under our own. */
const pathOf = (url: string) => new URL(url).pathname
const idsAt = async (who: Toot, path: string) => ok(await who.get(path)).map(({ id }: { id: string }) => id)

async function hear(who: Toot, stream: string, more: Record<string, string> = {}): Promise<AppListening> {
  await sleep(200)
  const socket = await openSocket(server.port, { access_token: who.token, stream, ...more })
  open.push(socket)
  socket.say({ type: 'subscribe', stream: 'nothing like it' })
  expect(await socket.next()).toMatchObject({ status: 400 })
  return socket
}

/** Ends what lets somebody read what another says to their followers. */
const ends: readonly (readonly [string, (author: Toot, reader: Toot) => Promise<ApiReply>])[] = [
  ['unfollows', (author, reader) => reader.post(`/api/v1/accounts/${author.account.id}/unfollow`)],
  [
    'is removed',
    (author, reader) => author.post(`/api/v1/accounts/${reader.account.id}/remove_from_followers`),
  ],
  ['is blocked', (author, reader) => author.post(`/api/v1/accounts/${reader.account.id}/block`)],
  ['blocks', (author, reader) => reader.post(`/api/v1/accounts/${author.account.id}/block`)],
]

describe.each(ends)('S-085, S-086, S-087, S-090: whoever %s', (how, end) => {
  test('reads, hears and is told no more of what is for followers, at once', async () => {
    const [author, reader] = [await somebody(), await somebody()]
    await follow(reader, author, { notify: true })
    const list = ok(await reader.post('/api/v1/lists', { title: 'near' })).id
    ok(await reader.post(`/api/v1/lists/${list}/accounts`, { account_ids: [author.account.id] }))
    const file = { file: await picture({ format: 'png' }), description: 'hushed' }
    const media = (await author.post('/api/v2/media', file, 'multipart')).json
    const id = await say(author, '#hushed words', { visibility: 'private', media_ids: [media.id] })
    for (const act of ['bookmark', 'favourite']) ok(await reader.post(`/api/v1/statuses/${id}/${act}`))
    const lists = [
      '/api/v1/timelines/home',
      `/api/v1/timelines/list/${list}`,
      `/api/v1/accounts/${author.account.id}/statuses`,
      '/api/v1/bookmarks',
      '/api/v1/favourites',
    ]
    for (const path of lists) expect(await idsAt(reader, path), path).toContain(id)
    expect((await reader.get('/api/v2/search', { q: 'hushed' })).text).toContain(id)
    const notices = ['v1', 'v2'].map((version) => `/api/${version}/notifications`)
    for (const path of notices) expect((await reader.get(path)).text).toContain('words')
    const file200 = await server.ask(pathOf(media.url))
    expect([file200.status, file200.headers['cache-control']]).toEqual([200, 'private, no-store'])
    expect(pathOf(media.url)).toMatch(/^\/media\/[0-9a-f]{32}\.png$/)
    const sockets: AppListening[] = []
    for (const stream of ['user', 'user:notification', 'list', 'public', 'hashtag', 'direct'])
      sockets.push(await hear(reader, stream, { list, tag: 'hushed' }))

    ok(await end(author, reader))

    for (const path of ['', '/context', '/history', '/favourited_by'])
      expect((await reader.get(`/api/v1/statuses/${id}${path}`)).status, path).toBe(404)
    for (const path of [...lists, ...notices])
      expect((await reader.get(path)).text, path).not.toContain('words')
    expect((await reader.get('/api/v2/search', { q: 'hushed' })).text).not.toContain(id)
    expect((await reader.post(`/api/v1/statuses/${id}/reblog`)).status).toBe(404)
    await say(author, '#hushed once more', { visibility: 'private' })
    if (how.includes('block')) await say(author, '#hushed for all', { visibility: 'public' })
    for (const socket of sockets) await socket.silence(300)
    ok(await author.delete(`/api/v1/statuses/${id}`))
    expect((await server.ask(pathOf(media.url))).status).toBe(404)
  })
})

test('S-085: a stream that was begun goes on with what its token may still read, and ends with it', async () => {
  const reader = await somebody()
  await follow(reader, ada)
  const muted = await hear(reader, 'user')
  ok(await reader.post(`/api/v1/accounts/${ada.account.id}/mute`))
  await say(ada, 'muted')
  await muted.silence(300)
  ok(await reader.post(`/api/v1/accounts/${ada.account.id}/unmute`))
  await say(ada, 'heard')
  expect((await muted.next()).payload).toContain('heard')
})

test('S-088: nobody boosts what is private but its author, and then it stays so', async () => {
  const [reader, other] = [await somebody(), await somebody()]
  await follow(reader, ada)
  await follow(other, reader)
  const [own, direct] = [
    await say(ada, 'for those who follow', { visibility: 'private' }),
    await say(ada, `@${reader.account.name} for you`, { visibility: 'direct' }),
  ]
  for (const id of [own, direct]) {
    for (const more of [{}, { visibility: 'public' }]) {
      const reply = await reader.post(`/api/v1/statuses/${id}/reblog`, more)
      expect([403, 404, 422], reply.text).toContain(reply.status)
    }
  }
  expect((await ada.post(`/api/v1/statuses/${direct}/reblog`)).status).toBeGreaterThanOrEqual(400)
  const boost = ok(await ada.post(`/api/v1/statuses/${own}/reblog`, { visibility: 'public' }))
  expect(boost.visibility).toBe('private')
  expect((await other.get(`/api/v1/statuses/${boost.id}`)).status).toBe(404)
  expect((await reader.get(`/api/v1/statuses/${boost.id}`)).json.reblog.id).toBe(own)
})

test('S-091: who is blocked follows, likes, boosts, answers and names in vain, and nobody is told', async () => {
  const [author, blocked] = [await somebody(), await somebody()]
  const id = await say(author, 'open')
  ok(await author.post(`/api/v1/accounts/${blocked.account.id}/block`))
  const tried = [
    blocked.post(`/api/v1/accounts/${author.account.id}/follow`),
    ...['favourite', 'reblog', 'bookmark'].map((act) => blocked.post(`/api/v1/statuses/${id}/${act}`)),
    blocked.post('/api/v1/statuses', { status: 'so?', in_reply_to_id: id }),
    blocked.post('/api/v1/statuses', { status: 'so?', quoted_status_id: id }),
  ]
  for (const reply of await Promise.all(tried)) expect([403, 404], reply.text).toContain(reply.status)
  const naming = await say(blocked, `@${author.account.name} hello`)
  expect(ok(await author.get('/api/v1/notifications'))).toEqual([])
  expect(ok(await author.get(`/api/v1/statuses/${id}`))).toMatchObject({
    favourites_count: 0,
    reblogs_count: 0,
  })
  expect((await author.get(`/api/v1/statuses/${id}/context`)).json.descendants).toEqual([])
  expect(await idsAt(author, '/api/v1/timelines/home')).not.toContain(naming)
})

test('S-092: of who is suspended nothing is shown any more, and nothing comes', async () => {
  const [bad, reader] = [await somebody(), await somebody()]
  await follow(reader, bad)
  const id = await say(bad, 'a word of badness #bad')
  const boost = ok(await ada.post(`/api/v1/statuses/${id}/reblog`)).id
  await follow(reader, ada)
  ok(await reader.post(`/api/v1/statuses/${id}/bookmark`))
  const socket = await hear(reader, 'user')
  await suspendAccount(server.world, bad.account)
  await server.settled()
  const places = [
    ...['home', 'public', 'tag/bad'].map((name) => `/api/v1/timelines/${name}`),
    `/api/v1/accounts/${ada.account.id}/statuses`,
    '/api/v1/bookmarks',
    '/api/v1/notifications',
    '/api/v2/search?q=badness',
    `/api/v1/accounts/${ada.account.id}/followers`,
  ]
  for (const who of [reader, apiClient(server)])
    for (const path of places) {
      const { text } = await who.get(path)
      expect(text, path).not.toContain('badness')
      expect(text, path).not.toContain(bad.account.name)
    }
  for (const each of [id, boost]) expect((await reader.get(`/api/v1/statuses/${each}`)).status).toBe(404)
  expect((await bad.post('/api/v1/statuses', { status: 'still here' })).status).toBeGreaterThanOrEqual(400)
  expect(socket.heard.filter(({ event }) => event === 'update')).toEqual([])
})

describe('what is uploaded', () => {
  const upload = (file: Uint8Array, path = '/api/v2/media') => ada.post(path, { file }, 'multipart')

  test.each(['/api/v1/media', '/api/v2/media'])(
    'S-110, S-114 at %s: is written anew, and harms nobody',
    async (path) => {
      const told = await picture({
        format: 'jpeg',
        width: 60,
        height: 20,
        secret: 'Lat 52.5',
        orientation: 6,
      })
      const { json } = await upload(Buffer.concat([told, Buffer.from('<script>alert(1)</script>')]), path)
      expect(json.meta.original).toMatchObject({ width: 20, height: 60 })
      for (const url of [json.url, json.preview_url]) {
        const got = await server.ask(pathOf(url), { headers: { authorization: `Bearer ${ada.token}` } })
        expect(got.status).toBe(200)
        expect(String(got.headers['content-type'])).toMatch(/^image\//)
        expect(got.headers).toMatchObject({
          'x-content-type-options': 'nosniff',
          'content-security-policy': "default-src 'none'; sandbox",
        })
        expect(got.text).not.toMatch(/script|52\.5/)
      }
    },
  )

  test.each([
    ['a page', '<!doctype html><script>alert(1)</script>'],
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['an activity', '{"@context":"https://www.w3.org/ns/activitystreams","type":"Note"}'],
    ['a script that begins like a GIF', 'GIF89a=1;alert(document.domain)//'],
    ['a playlist', '#EXTM3U\nfile:///etc/passwd\n'],
  ])('S-111: %s is none, whatever it says it is', async (_what, text) => {
    const reply = await upload(Buffer.from(text.padEnd(200, ' ')))
    expect(reply.status, reply.text).toBe(422)
  })

  test('S-112: the name it comes with is none of where it is kept', async () => {
    for (const name of ['../../../etc/passwd', '/etc/passwd', 'x\\..\\y.png', '.htaccess', 'ü'.repeat(200)]) {
      const form = new FormData()
      form.set('file', new Blob([Buffer.from(await picture({ format: 'png' }))], { type: 'text/html' }), name)
      const reply = new Response(form)
      const { json } = await ada.ask('POST', '/api/v2/media', {
        headers: { 'content-type': String(reply.headers.get('content-type')) },
        raw: Buffer.from(await reply.arrayBuffer()),
      })
      expect(pathOf(json.url)).toMatch(/^\/media\/[0-9a-f]{32}\.png$/)
    }
  })

  test('S-115: a small file that unfolds to 30,000 × 30,000 is refused before it does', async () => {
    const began = performance.now()
    expect((await upload(hugePng(30_000))).status).toBe(422)
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

test('S-143: of twenty that come at once with one key, one is posted, and all of them are told of it', async () => {
  const who = await somebody()
  const post = (body: Fields) =>
    who.ask('POST', '/api/v1/statuses', { body, headers: { 'idempotency-key': 'once and for all' } })
  const replies = await Promise.all(Array.from({ length: 20 }, () => post({ status: 'once' })))
  const made = replies.filter(({ status }) => status === 200)
  expect(made.length).toBeGreaterThan(0)
  // What is still being done is said to be so, and can be asked for again.
  expect(replies.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
  expect(new Set(made.map(({ json }) => json.id)).size).toBe(1)
  // Mastodon looks at nothing but the key.
  const again = ok(await post({ status: 'something else' }))
  expect(again).toMatchObject({ id: made[0]?.json.id, content: '<p>once</p>' })
  expect(await idsAt(who, `/api/v1/accounts/${who.account.id}/statuses`)).toEqual([again.id])
  const other = await (await somebody()).ask('POST', '/api/v1/statuses', {
    body: { status: 'mine' },
    headers: { 'idempotency-key': 'once and for all' },
  })
  expect(ok(other).id).not.toBe(again.id)
})
