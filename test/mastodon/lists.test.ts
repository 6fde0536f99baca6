import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import type { Visibility } from '../../src/base/visibility.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { undoFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
let cat: Toot
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  cat = await tootAs(server, 'cat')
  for (const each of [bob, cat]) await requestFollow(server.world, ada.account, each.account)
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const say = (who: Toot, text: string, visibility: Visibility = 'public', replyTo?: PostId) =>
  publishPost(server.world, who.account, { text, visibility, ...(replyTo && { replyTo }) })
const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)
const homeOf = async (who: Toot) => idsOf((await who.get('/api/v1/timelines/home', { limit: 40 })).json)

describe('a list', () => {
  test('is made, changed and ended by its owner alone', async () => {
    const made = await ada.post('/api/v1/lists', { title: 'Friends' }, 'form')
    expectEntity('List', made.json)
    expect(made.json).toMatchObject({ title: 'Friends', replies_policy: 'list', exclusive: false })
    const path = `/api/v1/lists/${made.json.id}`
    const changed = await ada.put(path, { replies_policy: 'none', exclusive: 'true' }, 'form')
    expect(changed.json).toMatchObject({ title: 'Friends', replies_policy: 'none', exclusive: true })
    expectEntities('List', (await ada.get('/api/v1/lists')).json)
    for (const id of [made.json.id, '404', 'x'])
      for (const part of ['', '/accounts']) {
        const reply = await bob.get(`/api/v1/lists/${id}${part}`)
        expect([reply.status, reply.json]).toEqual([404, { error: 'Record not found' }])
      }
    expect((await bob.delete(path)).status).toBe(404)
    expect((await ada.post('/api/v1/lists', { title: ' ' })).status).toBe(422)
    expect((await ada.put(path, { replies_policy: 'some' })).status).toBe(422)
    expect((await ada.delete(path)).json).toEqual({})
    expect((await ada.get('/api/v1/lists')).json).toEqual([])
  })

  test('holds those who are followed, and shows what they say', async () => {
    const { id } = (await ada.post('/api/v1/lists', { title: 'Two' })).json
    const members = `/api/v1/lists/${id}/accounts`
    const both = [bob.account.id, cat.account.id]
    const stranger = await tootAs(server, 'dan')
    const none = await ada.post(members, { account_ids: [bob.account.id, stranger.account.id] })
    expect(none.status).toBe(404)
    expect((await ada.get(members)).json).toEqual([])
    expect((await ada.post(members, { account_ids: both }, 'form')).json).toEqual({})
    expect((await ada.post(members, { account_ids: [bob.account.id] })).status).toBe(422)
    expectEntities('Account', (await ada.get(members)).json)
    expect(idsOf(await everyPage(ada, members, { limit: 1 })).sort()).toEqual([...both].sort())
    expect((await ada.get(members, { limit: 0 })).json).toHaveLength(2)

    const said: PostId[] = []
    for (let n = 0; n < 5; n += 1) said.unshift(await say(n % 2 ? bob : cat, `list ${n}`))
    const toDan = await say(stranger, 'dan')
    const answerDan = await say(bob, 'to dan', 'public', toDan)
    const answerCat = await say(
      bob,
      'to cat',
      'public',
      said.find((_, n) => n % 2 === 0),
    )
    await say(bob, 'psst @ada', 'direct')
    const timeline = `/api/v1/timelines/list/${id}`
    expect(idsOf(await everyPage(ada, timeline, { limit: 2 }))).toEqual([answerCat, ...said])
    expectEntities('Status', (await ada.get(timeline)).json)
    await ada.put(`/api/v1/lists/${id}`, { replies_policy: 'none' })
    expect(idsOf((await ada.get(timeline)).json)).toEqual(said)
    await ada.put(`/api/v1/lists/${id}`, { replies_policy: 'followed' })
    expect(idsOf((await ada.get(timeline)).json)).not.toContain(answerDan)
    await requestFollow(server.world, ada.account, stranger.account)
    expect(idsOf((await ada.get(timeline)).json)).toContain(answerDan)
    expect((await bob.get(timeline)).status).toBe(404)

    await muteAccount(server.world, ada.account, cat.account)
    for (const { account } of (await ada.get(timeline)).json) expect(account.id).toBe(bob.account.id)
    expect((await ada.delete(members, { account_ids: [cat.account.id] }, 'form')).json).toEqual({})
    expect(idsOf((await ada.get(members)).json)).toEqual([bob.account.id])
  })

  test('ends for whom its owner follows no more', async () => {
    const fay = await tootAs(server, 'fay')
    await requestFollow(server.world, ada.account, fay.account)
    const { id } = (await ada.post('/api/v1/lists', { title: 'Fay' })).json
    await ada.post(`/api/v1/lists/${id}/accounts`, { account_ids: [fay.account.id] })
    await undoFollow(server.world, { followerId: ada.account.id, followedId: fay.account.id })
    expect((await ada.get(`/api/v1/lists/${id}/accounts`)).json).toEqual([])
  })

  test('that is exclusive keeps who is on it out of the home, as long as it is', async () => {
    const gil = await tootAs(server, 'gil')
    const hal = await tootAs(server, 'hal')
    await requestFollow(server.world, gil.account, hal.account)
    const first = await say(hal, 'one')
    expect(await homeOf(gil)).toEqual([first])
    const { id } = (await gil.post('/api/v1/lists', { title: 'Apart', exclusive: true })).json
    await gil.post(`/api/v1/lists/${id}/accounts`, { account_ids: [hal.account.id] })
    expect(await homeOf(gil)).toEqual([])
    const second = await say(hal, 'two')
    expect(await homeOf(gil)).toEqual([])
    expect(idsOf((await gil.get(`/api/v1/timelines/list/${id}`)).json)).toEqual([second, first])
    await gil.put(`/api/v1/lists/${id}`, { exclusive: false })
    expect(await homeOf(gil)).toEqual([second, first])
    await gil.put(`/api/v1/lists/${id}`, { exclusive: true })
    expect(await homeOf(gil)).toEqual([])
    await gil.delete(`/api/v1/lists/${id}`)
    expect(await homeOf(gil)).toEqual([second, first])
  })
})
