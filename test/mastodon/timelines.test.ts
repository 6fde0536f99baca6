import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import type { Visibility } from '../../src/base/visibility.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { apiClient, everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  await requestFollow(server.world, ada.account, bob.account)
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

async function say(
  who: Toot,
  text: string,
  visibility: Visibility = 'public',
  replyTo?: PostId,
): Promise<PostId> {
  return publishPost(server.world, who.account, { text, visibility, ...(replyTo && { replyTo }) })
}
const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)

describe('the home', () => {
  test('holds what those say who are followed, newest first, each page once, back and forth', async () => {
    const said: PostId[] = []
    for (let n = 0; n < 7; n += 1) said.push(await say(bob, `number ${n}`))
    const first = await ada.get('/api/v1/timelines/home', { limit: 3 })
    expectEntities('Status', first.json)
    expect(idsOf(first.json)).toEqual(said.slice(4).toReversed())
    expect(first.links.next).toContain('limit=3')
    const second = await ada.get(first.links.next ?? '')
    expect(idsOf(second.json)).toEqual(said.slice(1, 4).toReversed())
    expect(idsOf((await ada.get(second.links.prev ?? '')).json)).toEqual(said.slice(4).toReversed())
    expect(idsOf(await everyPage(ada, '/api/v1/timelines/home', { limit: 2 }))).toEqual(said.toReversed())
    const since = await ada.get('/api/v1/timelines/home', { since_id: said[1], limit: 2 })
    expect(idsOf(since.json)).toEqual([said[6], said[5]])
    const above = await ada.get('/api/v1/timelines/home', { min_id: said[1], limit: 2 })
    expect(idsOf(above.json)).toEqual([said[3], said[2]])
  })

  test('has no address before or after where it is empty', async () => {
    const nobody = await tootAs(server, 'eve')
    const reply = await nobody.get('/api/v1/timelines/home')
    expect([reply.json, reply.headers.link]).toEqual([[], undefined])
    expect((await apiClient(server).get('/api/v1/timelines/home')).status).toBe(401)
    const narrow = await tootAs(server, 'eve', { scope: 'read:accounts' })
    expect((await narrow.get('/api/v1/timelines/home')).status).toBe(403)
  })

  test('loses nothing and repeats nothing while others go on talking', async () => {
    const cat = await tootAs(server, 'cat')
    const dan = await tootAs(server, 'dan')
    await requestFollow(server.world, cat.account, dan.account)
    const before: PostId[] = []
    for (let n = 0; n < 30; n += 1) before.push(await say(dan, `before ${n}`))
    for (const limit of [1, 3, 7]) {
      const meanwhile: PostId[] = []
      const seen: string[] = []
      const newest = before.at(-1)
      let reply = await cat.get('/api/v1/timelines/home', { limit })
      for (let page = 0; ; page += 1) {
        seen.push(...idsOf(reply.json))
        if (page % 3 === 0) meanwhile.push(await say(dan, `meanwhile ${page}`))
        if (reply.links.next === undefined) break
        reply = await cat.get(reply.links.next)
      }
      expect(seen).toEqual(before.toReversed())
      // And upwards from where it began, directly above, gap by gap.
      const above: string[] = []
      let next = await cat.get('/api/v1/timelines/home', { limit: 2, min_id: newest })
      while (next.json.length > 0) {
        above.unshift(...idsOf(next.json))
        if (above.length < 4) meanwhile.push(await say(dan, 'and more'))
        next = await cat.get(next.links.prev ?? '')
      }
      expect(above).toEqual(meanwhile.toReversed())
      before.push(...meanwhile)
    }
  })
})

describe('what is public', () => {
  test('is for everybody, without answers to others, boosts and those whom the reader keeps away', async () => {
    const fay = await tootAs(server, 'fay')
    const root = await say(fay, 'fay to all')
    const own = await say(fay, 'and more', 'public', root)
    const answer = await say(bob, 'no @fay', 'public', root)
    const quiet = await say(fay, 'quiet', 'unlisted')
    const reply = await apiClient(server).get('/api/v1/timelines/public', { local: true, limit: 40 })
    expectEntities('Status', reply.json)
    expect(idsOf(reply.json)).toEqual(expect.arrayContaining([root, own]))
    expect(idsOf(reply.json)).not.toContain(answer)
    expect(idsOf(reply.json)).not.toContain(quiet)
    expect((await ada.get('/api/v1/timelines/public', { remote: 'true' })).json).toEqual([])
    expect((await ada.get('/api/v1/timelines/public', { only_media: '1' })).json).toEqual([])
    await blockAccount(server.world, ada.account, fay.account)
    expect(idsOf((await ada.get('/api/v1/timelines/public', { limit: 40 })).json)).not.toContain(root)
  })

  test('is found by tags: any, all, none', async () => {
    const gil = await tootAs(server, 'gil')
    const rain = await say(gil, 'some #Rain')
    const both = await say(gil, '#rain and #Snow')
    const snow = await say(gil, 'only #snow')
    const tagged = async (tag: string, query = {}) =>
      idsOf((await apiClient(server).get(`/api/v1/timelines/tag/${tag}`, query)).json)
    expect(await tagged('RAIN')).toEqual([both, rain])
    expect(await tagged('rain', { any: ['snow'] })).toEqual([snow, both, rain])
    expect(await tagged('rain', { all: ['snow'] })).toEqual([both])
    expect(await tagged('rain', { none: ['snow'] })).toEqual([rain])
    expect(await tagged('rain', { all: ['hail'] })).toEqual([])
    expect(await tagged('hail')).toEqual([])
    expect(await tagged('rain', { any: ['snow'], limit: 1, min_id: rain })).toEqual([both])
    expectEntities('Status', (await ada.get('/api/v1/timelines/tag/rain')).json)
  })
})

describe('what is direct', () => {
  test('is for those named in it, and for who wrote it', async () => {
    const hal = await tootAs(server, 'hal')
    const to = await say(hal, 'psst @bob', 'direct')
    const back = await say(bob, 'yes @hal?', 'direct', to)
    for (const who of [hal, bob])
      expect(idsOf((await who.get('/api/v1/timelines/direct')).json)).toEqual([back, to])
    expect((await ada.get('/api/v1/timelines/direct')).json).toEqual([])
  })
})
