import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

const LIST = '/api/v2/notifications'
type Json = Record<string, never>

let server: Whole
let others: Toot[]
beforeAll(async () => {
  server = await startWhole()
  others = await Promise.all(['bob', 'cat', 'dan'].map((name) => tootAs(server, name)))
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const say = (who: Toot, text: string) =>
  publishPost(server.world, who.account, { text, visibility: 'public' })
const byType = ({ json }: { json: Json }, type: string): Json | undefined =>
  (json.notification_groups as unknown as Json[]).find((group) => group.type === type)

/** Somebody whom all others follow and name, and of whom they like one post; the first likes one more. */
async function told(name: string): Promise<{ who: Toot; post: PostId; older: PostId }> {
  const who = await tootAs(server, name)
  const older = await say(who, `an older one of ${name}`)
  const post = await say(who, `a post of ${name}`)
  for (const [n, { account }] of others.entries()) {
    await requestFollow(server.world, account, who.account)
    if (n === 0) await likePost(server.world, account, older)
    await likePost(server.world, account, post)
    await publishPost(server.world, account, { text: `hello @${name}`, visibility: 'public' })
  }
  return { who, post, older }
}

describe('what somebody is told together', () => {
  test('is one group for each post, with every account and post once', async () => {
    const { who, post, older } = await told('ada')
    const reply = await who.get(LIST)
    expectEntity('GroupedNotifications', reply.json)
    expect(reply.json.notification_groups).toHaveLength(6)
    const group = byType(reply, 'favourite') as unknown as Record<string, unknown>
    const ids = others.map(({ account }) => account.id).toReversed()
    expect(group).toMatchObject({ notifications_count: 3, status_id: post, sample_account_ids: ids })
    expect(byType(reply, 'follow')).toMatchObject({ notifications_count: 3 })
    expect(byType(reply, 'mention')?.group_key).toMatch(/^ungrouped-/)
    expect(reply.json.accounts.map(({ id }: { id: string }) => id).sort()).toEqual(ids.toSorted())
    expect(reply.json.statuses.map(({ id }: { id: string }) => id)).toHaveLength(5)
    // All digits of the integer.
    expect(reply.text).toContain(`"most_recent_notification_id":${group.page_max_id},`)
    expect(JSON.stringify(reply.json)).toContain(older)
  })

  test('is together only where that is asked for', async () => {
    const { who } = await told('eve')
    const some = await who.get(LIST, { grouped_types: ['follow'] })
    expect(byType(some, 'follow')).toMatchObject({ notifications_count: 3 })
    expect(byType(some, 'favourite')).toMatchObject({ notifications_count: 1 })
    expect(some.json.notification_groups).toHaveLength(8)
    const likes = await who.get(LIST, { types: ['favourite'] })
    expect(likes.json.notification_groups).toHaveLength(2)
  })

  test('tells all but the first account in few words where that is asked for', async () => {
    const { who } = await told('fay')
    const reply = await who.get(LIST, { expand_accounts: 'partial_avatars', types: ['favourite'] })
    expectEntity('GroupedNotifications', reply.json)
    expect(reply.json.accounts.map(({ acct }: { acct: string }) => acct)).toEqual(['dan', 'bob'])
    expect(reply.json.partial_accounts.map(({ acct }: { acct: string }) => acct)).toEqual(['cat'])
    expect((await who.get(LIST, { expand_accounts: 'none' })).status).toBe(422)
  })

  test('is read page by page: nothing is lost, and back again', async () => {
    const { who } = await told('gil')
    const all = (await who.get(LIST)).json.notification_groups
    for (const limit of [1, 2, 5]) {
      const seen = new Set<string>()
      let reply = await who.get(LIST, { limit })
      for (let page = 0; page < 30; page += 1) {
        expect(reply.json.notification_groups.length).toBeLessThanOrEqual(limit)
        for (const { group_key } of reply.json.notification_groups) seen.add(group_key)
        if (reply.links.next === undefined) break
        reply = await who.get(reply.links.next)
      }
      expect(seen.size).toBe(all.length)
    }
    const two = await who.get(LIST, { limit: 2 })
    expect((await who.get(two.links.prev ?? '')).json.notification_groups).toEqual([])
    const oldest = all.at(-1)
    const above = await who.get(LIST, { min_id: oldest.page_min_id, limit: 1 })
    expect(above.json.notification_groups).toHaveLength(1)
    const nobody = await (await tootAs(server, 'nobody')).get(LIST)
    expect([nobody.json, nobody.headers.link]).toEqual([
      { accounts: [], statuses: [], notification_groups: [] },
      undefined,
    ])
  })

  test('is read, listed and dismissed by its name, by its owner alone', async () => {
    const { who } = await told('hal')
    const listed = await who.get(LIST)
    for (const type of ['favourite', 'follow', 'mention']) {
      const key = String(byType(listed, type)?.group_key)
      const path = `${LIST}/${key}`
      const one = await who.get(path)
      expectEntity('GroupedNotifications', one.json)
      expect(one.json.notification_groups).toMatchObject([{ group_key: key, type }])
      const accounts = await who.get(`${path}/accounts`)
      expectEntities('Account', accounts.json)
      expect(accounts.json).toHaveLength(type === 'mention' ? 1 : 3)
      expect((await (others[0] as Toot).get(path)).status).toBe(404)
      await (others[0] as Toot).post(`${path}/dismiss`)
      expect((await who.get(path)).status).toBe(200)
      expect((await who.post(`${path}/dismiss`)).json).toEqual({})
      expect((await who.get(path)).status).toBe(404)
    }
    for (const key of [
      'x',
      'follow-999999999',
      'favourite-1',
      'ungrouped-0',
      'reblog-99999999999999999999-1',
    ])
      expect((await who.get(`${LIST}/${key}`)).status).toBe(404)
    expect((await who.get(LIST)).json.notification_groups).toHaveLength(3)
  })

  test('does not tell of whom it keeps away, and is counted as far as it is new', async () => {
    const { who } = await told('ida')
    const count = async () => (await who.get(`${LIST}/unread_count`)).json
    expect(await count()).toEqual({ count: 6 })
    await blockAccount(server.world, who.account, (others[1] as Toot).account)
    const reply = await who.get(LIST)
    expect(byType(reply, 'favourite')).toMatchObject({ notifications_count: 2 })
    expect(await count()).toEqual({ count: 5 })
    const [newest] = reply.json.notification_groups
    await who.post('/api/v1/markers', { notifications: { last_read_id: newest.page_max_id } })
    expect(await count()).toEqual({ count: 0 })
  })
})
