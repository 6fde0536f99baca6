import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { reactToPost } from '../../src/domain/reactions/react.ts'
import { apiClient, everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

const LIST = '/api/v1/notifications'

let server: Whole
let bob: Toot
let cat: Toot
beforeAll(async () => {
  server = await startWhole()
  bob = await tootAs(server, 'bob')
  cat = await tootAs(server, 'cat')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const say = (who: Toot, text: string) =>
  publishPost(server.world, who.account, { text, visibility: 'public' })
const typesOf = async (who: Toot, query = {}) =>
  (await who.get(LIST, query)).json.map(({ type }: { type: string }) => type)

/** Somebody to whom one thing of most kinds has happened, by bob; and by cat that she names them. */
async function told(name: string): Promise<{ who: Toot; post: PostId; mention: PostId }> {
  const who = await tootAs(server, name)
  const post = await say(who, `a post of ${name}`)
  await requestFollow(server.world, bob.account, who.account)
  await likePost(server.world, bob.account, post)
  await boostPost(server.world, bob.account, post)
  await reactToPost(server.world, bob.account, post, '🎉')
  return { who, post, mention: await say(cat, `hello @${name}`) }
}

describe('what somebody is told', () => {
  test('comes in documented words, with who and what, newest first', async () => {
    const { who, post, mention } = await told('ada')
    const { json } = await who.get(LIST)
    expectEntities('Notification', json)
    expect(json.map(({ type }: { type: string }) => type)).toEqual([
      'mention',
      'reblog',
      'favourite',
      'follow',
    ])
    expect(json.map((each: { account: { acct: string } }) => each.account.acct)).toEqual([
      'cat',
      'bob',
      'bob',
      'bob',
    ])
    expect(json.map((each: { status?: { id: string } }) => each.status?.id)).toEqual([
      mention,
      post,
      post,
      undefined,
    ])
    expect(json[0].group_key).toBe(`ungrouped-${json[0].id}`)
    expect(json[2].group_key).toMatch(new RegExp(`^favourite-${post}-\\d+$`))
    // What has no documented word is there for those who know ours.
    expect(await typesOf(who, { supported_types: ['reaction'] })).toContain('reaction')
  })

  test('is narrowed by type and by whom it is from', async () => {
    const { who } = await told('eve')
    expect(await typesOf(who, { types: ['favourite', 'follow'] })).toEqual(['favourite', 'follow'])
    expect(await typesOf(who, { exclude_types: ['favourite', 'follow'] })).toEqual(['mention', 'reblog'])
    expect(await typesOf(who, { types: ['admin.sign_up'] })).toEqual([])
    expect(await typesOf(who, { account_id: cat.account.id })).toEqual(['mention'])
    expect(await typesOf(who, { account_id: 'x' })).toEqual([])
  })

  test('is read page by page, back and forth', async () => {
    const { who } = await told('fay')
    const all = (await who.get(LIST)).json
    expect(await everyPage(who, LIST, { limit: 1 })).toEqual(all)
    const first = await who.get(LIST, { limit: 2, exclude_types: ['mention'] })
    expect(first.links.next).toContain('exclude_types')
    const second = await who.get(first.links.next ?? '')
    expect(second.json).toEqual([all[3]])
    expect((await who.get(second.links.prev ?? '')).json).toEqual(first.json)
    const above = await who.get(LIST, { min_id: all[3].id, limit: 2 })
    expect(above.json).toEqual([all[1], all[2]])
    const nobody = await (await tootAs(server, 'nobody')).get(LIST)
    expect([nobody.json, nobody.headers.link]).toEqual([[], undefined])
  })

  test('leaves out who is kept away, and what is gone', async () => {
    const { who, mention } = await told('gil')
    await removePost(server.world, cat.account, mention)
    expect(await typesOf(who)).toEqual(['reblog', 'favourite', 'follow'])
    await muteAccount(server.world, who.account, bob.account)
    expect(await typesOf(who)).toEqual([])
    const other = await told('hal')
    await blockAccount(server.world, cat.account, other.who.account)
    expect(await typesOf(other.who)).not.toContain('mention')
  })

  test('is read and dismissed one by one, by nobody else, and cleared', async () => {
    const { who } = await told('ida')
    const { id } = (await who.get(LIST)).json[0]
    const one = await who.get(`${LIST}/${id}`)
    expectEntity('Notification', one.json)
    expect(one.json.type).toBe('mention')
    for (const [client, missing] of [
      [bob, id],
      [who, '404'],
      [who, 'x'],
    ] as const) {
      expect((await client.get(`${LIST}/${missing}`)).status).toBe(404)
      expect((await client.post(`${LIST}/${missing}/dismiss`)).status).toBe(404)
    }
    expect((await who.post(`${LIST}/${id}/dismiss`)).json).toEqual({})
    expect((await who.get(`${LIST}/${id}`)).status).toBe(404)
    expect(await typesOf(who)).toEqual(['reblog', 'favourite', 'follow'])
    expect((await who.post(`${LIST}/clear`)).json).toEqual({})
    expect(await typesOf(who)).toEqual([])
  })

  test('is counted as far as it is new', async () => {
    const { who } = await told('jon')
    const count = async (query = {}) => (await who.get(`${LIST}/unread_count`, query)).json
    expect(await count()).toEqual({ count: 4 })
    expect(await count({ limit: 2 })).toEqual({ count: 2 })
    expect(await count({ types: ['mention'] })).toEqual({ count: 1 })
    const { id } = (await who.get(LIST)).json[1]
    await who.post('/api/v1/markers', { notifications: { last_read_id: id } })
    expect(await count()).toEqual({ count: 1 })
  })

  test('is for apps that may read it', async () => {
    expect((await apiClient(server).get(LIST)).status).toBe(401)
    const narrow = await tootAs(server, 'bob', { scope: 'read:statuses' })
    expect((await narrow.get(LIST)).status).toBe(403)
    const reader = await tootAs(server, 'bob', { scope: 'read:notifications' })
    expect((await reader.get(LIST)).status).toBe(200)
    expect((await reader.post(`${LIST}/clear`)).status).toBe(403)
  })
})
