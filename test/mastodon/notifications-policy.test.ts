import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

const LIST = '/api/v1/notifications'
const POLICY = '/api/v2/notifications/policy'
const REQUESTS = `${LIST}/requests`

let server: Whole
let bob: Toot
let cat: Toot
beforeAll(async () => {
  server = await startWhole()
  bob = await tootAs(server, 'bob')
  cat = await tootAs(server, 'cat')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

/** Somebody who follows bob, and whom bob and cat name; bob in a post for them alone, too. */
async function named(name: string): Promise<Toot> {
  const who = await tootAs(server, name)
  await requestFollow(server.world, who.account, bob.account)
  for (const each of [bob, cat])
    await publishPost(server.world, each.account, { text: `hello @${name}`, visibility: 'public' })
  await publishPost(server.world, cat.account, { text: `psst @${name}`, visibility: 'direct' })
  return who
}
const fromOf = async (who: Toot, query = {}) =>
  (await who.get(LIST, query)).json.map((each: { account: { acct: string } }) => each.account.acct)

describe('what somebody wishes to be told of', () => {
  test('is all but from those whom the moderators limit, until they say otherwise', async () => {
    const who = await named('ada')
    const usual = await who.get(POLICY)
    expectEntity('NotificationPolicy', usual.json)
    expect(usual.json).toMatchObject({ for_not_following: 'accept', for_limited_accounts: 'filter' })
    expect(await fromOf(who)).toEqual(['cat', 'cat', 'bob'])
    const put = await who.put(POLICY, { for_private_mentions: 'drop' }, 'form')
    expect(put.json).toMatchObject({ for_private_mentions: 'drop', for_not_following: 'accept' })
    expect(await fromOf(who, { include_filtered: true })).toEqual(['cat', 'bob'])
    const changed = await who.patch(POLICY, { for_not_following: 'filter' })
    expectEntity('NotificationPolicy', changed.json)
    expect(changed.json).toMatchObject({
      for_private_mentions: 'drop',
      summary: { pending_requests_count: 1, pending_notifications_count: 1 },
    })
    expect((await who.patch(POLICY, { for_bots: 'maybe' })).status).toBe(422)
    expect((await bob.get(POLICY)).json).toMatchObject({ for_not_following: 'accept' })
  })

  test('is said by yes and no in the older form', async () => {
    const who = await named('eve')
    const old = '/api/v1/notifications/policy'
    const changed = await who.put(old, { filter_not_following: 'true' }, 'form')
    expectEntity('V1NotificationPolicy', changed.json)
    expect(changed.json).toMatchObject({ filter_not_following: true, filter_new_accounts: false })
    expect((await who.get(POLICY)).json).toMatchObject({ for_not_following: 'filter' })
    expect(await fromOf(who)).toEqual(['bob'])
    await who.patch(old, { filter_not_following: false })
    expect(await fromOf(who)).toEqual(['cat', 'cat', 'bob'])
  })

  test.each([
    ['for_not_followers', ['cat', 'cat', 'bob'], []],
    ['for_new_accounts', ['cat', 'cat'], ['bob']],
    ['for_private_mentions', ['cat'], ['cat', 'bob']],
    ['for_bots', [], ['cat', 'cat', 'bob']],
  ])('%s keeps back what it says', async (field, held, shown) => {
    const who = await named(`f${field.slice(4, 15)}`)
    await who.patch(POLICY, { [field]: 'filter' })
    expect(await fromOf(who)).toEqual(shown)
    expect((await who.get('/api/v2/notifications')).json.notification_groups).toHaveLength(shown.length)
    expect((await who.get(`${LIST}/unread_count`)).json).toEqual({ count: shown.length })
    expect((await who.get(POLICY)).json.summary.pending_notifications_count).toBe(held.length)
    expect(await fromOf(who, { include_filtered: true })).toEqual(['cat', 'cat', 'bob'])
  })

  test('keeps back from those who are limited', async () => {
    const who = await tootAs(server, 'gil')
    const dan = await tootAs(server, 'dan')
    await publishPost(server.world, dan.account, { text: 'hello @gil', visibility: 'public' })
    expect(await fromOf(who)).toEqual(['dan'])
    await server.db
      .updateTable('account')
      .set({ limited_at: new Date() })
      .where('id', '=', dan.account.id)
      .execute()
    expect(await fromOf(who)).toEqual([])
    await requestFollow(server.world, who.account, dan.account)
    expect(await fromOf(who)).toEqual(['dan'])
  })
})

describe('what is kept back', () => {
  test('is listed by whom it is of, and taken', async () => {
    const who = await named('hal')
    await who.patch(POLICY, { for_not_followers: 'filter' })
    const { json } = await who.get(REQUESTS)
    expectEntities('NotificationRequest', json)
    const counts = json.map((each: { account: { acct: string }; notifications_count: string }) => [
      each.account.acct,
      each.notifications_count,
    ])
    expect(counts).toEqual([
      ['cat', '2'],
      ['bob', '1'],
    ])
    expect(json[0].last_status.content).toContain('psst')
    expect(await everyPage(who, REQUESTS, { limit: 1 })).toEqual(json)
    const path = `${REQUESTS}/${json[0].id}`
    expect((await who.get(path)).json).toEqual(json[0])
    for (const missing of [`${REQUESTS}/404`, `${REQUESTS}/x`])
      expect((await who.get(missing)).status).toBe(404)
    expect((await cat.post(`${path}/accept`)).status).toBe(404)
    expect((await who.post(`${path}/accept`)).json).toEqual({})
    expect(await fromOf(who)).toEqual(['cat', 'cat'])
    expect((await who.get(path)).status).toBe(404)
    expect((await who.get(`${REQUESTS}/merged`)).json).toEqual({ merged: true })
    expect((await who.post(`${REQUESTS}/accept`, { id: [bob.account.id] }, 'form')).json).toEqual({})
    expect(await fromOf(who)).toEqual(['cat', 'cat', 'bob'])
  })

  test('is left by those who want none of it', async () => {
    const who = await named('ida')
    await who.patch(POLICY, { for_not_following: 'filter' })
    const [request] = (await who.get(REQUESTS)).json
    expect((await who.post(`${REQUESTS}/${request.id}/dismiss`)).json).toEqual({})
    expect((await who.get(REQUESTS)).json).toEqual([])
    await who.patch(POLICY, { for_not_following: 'accept' })
    expect(await fromOf(who)).toEqual(['bob'])
    await who.patch(POLICY, { for_not_followers: 'filter' })
    expect((await who.post(`${REQUESTS}/dismiss`, { id: [bob.account.id, 'x'] })).json).toEqual({})
    expect(await fromOf(who, { include_filtered: true })).toEqual([])
  })
})
