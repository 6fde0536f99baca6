import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import type { Visibility } from '../../src/base/visibility.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { pinPost } from '../../src/domain/featured/pin.ts'
import { undoFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { apiClient, everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const say = (who: Toot, text: string, visibility: Visibility = 'public', replyTo?: PostId) =>
  publishPost(server.world, who.account, { text, visibility, ...(replyTo && { replyTo }) })
const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)
const suspend = (who: Toot) =>
  server.db
    .updateTable('account')
    .set({ suspended_at: new Date() })
    .where('id', '=', who.account.id)
    .execute()

describe('an account', () => {
  test('is told to its owner with what nobody else learns', async () => {
    const reply = await ada.get('/api/v1/accounts/verify_credentials')
    expectEntity('CredentialAccount', reply.json)
    expect(reply.json).toMatchObject({
      id: ada.account.id,
      acct: 'ada',
      source: { privacy: 'public', note: '', follow_requests_count: 0, quote_policy: 'public' },
    })
    expect((await apiClient(server).get('/api/v1/accounts/verify_credentials')).status).toBe(401)
    const narrow = await tootAs(server, 'ada', { scope: 'read:statuses' })
    expect((await narrow.get('/api/v1/accounts/verify_credentials')).status).toBe(403)
    const profile = await tootAs(server, 'ada', { scope: 'profile' })
    expect((await profile.get('/api/v1/accounts/verify_credentials')).status).toBe(200)
  })

  test('is shown to everybody, and nobody where there is none', async () => {
    const nobody = apiClient(server)
    const reply = await nobody.get(`/api/v1/accounts/${bob.account.id}`)
    expectEntity('Account', reply.json)
    expect(reply.json).toMatchObject({ id: bob.account.id, username: 'bob', acct: 'bob' })
    for (const id of ['404', 'x', '0', '99999999999999999999'])
      for (const part of ['', '/statuses', '/followers', '/following']) {
        const none = await ada.get(`/api/v1/accounts/${id}${part}`)
        expect([none.status, none.json]).toEqual([404, { error: 'Record not found' }])
      }
  })

  test('is found by its name, in any way that it is written', async () => {
    for (const acct of ['bob', '@bob', 'BOB', 'bob@weft.test', '@bob@weft.test'])
      expect((await ada.get('/api/v1/accounts/lookup', { acct })).json.id, acct).toBe(bob.account.id)
    for (const acct of ['nobody', 'bob@elsewhere.test', '', 'a b'])
      expect((await ada.get('/api/v1/accounts/lookup', { acct })).status, acct).toBe(404)
    expectEntity('Account', (await apiClient(server).get('/api/v1/accounts/lookup?acct=bob')).json)
  })

  test('that is suspended says nothing of itself', async () => {
    const sue = await tootAs(server, 'sue')
    await say(sue, 'gone')
    await requestFollow(server.world, ada.account, sue.account)
    await suspend(sue)
    const path = `/api/v1/accounts/${sue.account.id}`
    const reply = await ada.get(path)
    expectEntity('Account', reply.json)
    expect(reply.json).toMatchObject({ suspended: true, display_name: '', note: '', fields: [] })
    for (const part of ['/statuses', '/followers', '/following'])
      expect((await ada.get(path + part)).json).toEqual([])
  })
})

describe('what somebody says', () => {
  test('is read page by page, in both directions', async () => {
    const cat = await tootAs(server, 'cat')
    const said: PostId[] = []
    for (let n = 0; n < 7; n += 1) said.unshift(await say(cat, `number ${n}`))
    const path = `/api/v1/accounts/${cat.account.id}/statuses`
    const first = await apiClient(server).get(path, { limit: 3 })
    expectEntities('Status', first.json)
    expect(idsOf(first.json)).toEqual(said.slice(0, 3))
    const second = await ada.get(first.links.next ?? '')
    expect(idsOf(second.json)).toEqual(said.slice(3, 6))
    expect(idsOf((await ada.get(second.links.prev ?? '')).json)).toEqual(said.slice(0, 3))
    expect(idsOf(await everyPage(ada, path, { limit: 2 }))).toEqual(said)
    expect(idsOf((await ada.get(path, { min_id: said[5], limit: 2 })).json)).toEqual(said.slice(3, 5))
    expect(idsOf((await ada.get(path, { since_id: said[5], limit: 2 })).json)).toEqual(said.slice(0, 2))
  })

  test('is what its reader may see', async () => {
    const dan = await tootAs(server, 'dan')
    const open = await say(dan, 'open')
    const inner = await say(dan, 'inner', 'followers')
    const direct = await say(dan, 'psst @ada', 'direct')
    const read = async (who: { get: Toot['get'] }, query = {}) =>
      idsOf((await who.get(`/api/v1/accounts/${dan.account.id}/statuses`, query)).json)
    expect(await read(apiClient(server))).toEqual([open])
    expect(await read(bob)).toEqual([open])
    expect(await read(ada)).toEqual([direct, open])
    expect(await read(ada, { exclude_direct: true })).toEqual([open])
    await requestFollow(server.world, bob.account, dan.account)
    expect(await read(bob)).toEqual([inner, open])
    await undoFollow(server.world, { followerId: bob.account.id, followedId: dan.account.id })
    expect(await read(dan)).toEqual([direct, inner, open])
    await blockAccount(server.world, dan.account, bob.account)
    expect(await read(bob)).toEqual([])
  })

  test('is narrowed to what is asked for', async () => {
    const eve = await tootAs(server, 'eve')
    const root = await say(eve, 'a root with #Rain')
    const own = await say(eve, 'and more', 'public', root)
    const toBob = await say(eve, 'an answer', 'public', await say(bob, 'hello'))
    const again = await boostPost(server.world, eve.account, await say(bob, 'good'))
    const path = `/api/v1/accounts/${eve.account.id}/statuses`
    const read = async (query: object) => idsOf((await ada.get(path, { ...query })).json)
    const all = await read({})
    expect(all).toEqual([again, toBob, own, root])
    expect(await read({ exclude_reblogs: '1' })).toEqual([toBob, own, root])
    expect(await read({ exclude_replies: 'true', exclude_reblogs: true })).toEqual([own, root])
    expect(await read({ exclude_replies: 'false' })).toEqual(all)
    expect(await read({ tagged: 'RAIN' })).toEqual([root])
    expect(await read({ tagged: 'snow' })).toEqual([])
    expect(await read({ only_media: 'true' })).toEqual([])
    expect(await read({ pinned: 'true' })).toEqual([])
    await pinPost(server.world, eve.account, own)
    const pinned = await eve.get(path, { pinned: true })
    expectEntities('Status', pinned.json)
    expect(idsOf(pinned.json)).toEqual([own])
    expect(pinned.json[0].pinned).toBe(true)
    expect(pinned.links).toEqual({})
  })
})

describe('who follows whom', () => {
  test('is listed page by page, but to those kept apart', async () => {
    const fay = await tootAs(server, 'fay')
    const names = ['gil', 'hal', 'ian', 'joe', 'kim']
    const people = await Promise.all(names.map((name) => tootAs(server, name)))
    for (const each of people) {
      await requestFollow(server.world, each.account, fay.account)
      await requestFollow(server.world, fay.account, each.account)
    }
    const newest = people.map(({ account }) => account.id).toReversed()
    for (const side of ['followers', 'following']) {
      const path = `/api/v1/accounts/${fay.account.id}/${side}`
      const first = await apiClient(server).get(path, { limit: 2 })
      expectEntities('Account', first.json)
      expect(idsOf(first.json)).toEqual(newest.slice(0, 2))
      expect(idsOf(await everyPage(ada, path, { limit: 2 }))).toEqual(newest)
    }
    const [gil, hal] = people as [Toot, Toot]
    await blockAccount(server.world, gil.account, hal.account)
    const path = `/api/v1/accounts/${fay.account.id}/followers`
    expect(idsOf((await gil.get(path)).json)).not.toContain(hal.account.id)
    await blockAccount(server.world, fay.account, gil.account)
    expect((await gil.get(path)).json).toEqual([])
  })
})
