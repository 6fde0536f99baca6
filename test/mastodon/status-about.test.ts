import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deleteAccount } from '../../src/domain/accounts/delete.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { apiClient, everyPage, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
let eve: Toot

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  eve = await tootAs(server, 'eve')
}, 120_000)
afterAll(() => server?.[Symbol.asyncDispose]())

const NOT_FOUND = { error: 'Record not found' }
const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)

async function say(who: Toot, status: string, more: Fields = {}): Promise<string> {
  const reply = await who.post('/api/v1/statuses', { status, ...more })
  expect(reply.status, reply.text).toBe(200)
  return reply.json.id
}

describe('a conversation', () => {
  test('is told from its beginning, each answer below what it answers', async () => {
    const root = await say(ada, 'root')
    const first = await say(bob, 'first', { in_reply_to_id: root })
    const second = await say(eve, 'second', { in_reply_to_id: root })
    const below = await say(ada, 'below first', { in_reply_to_id: first })
    const secret = await say(bob, '@ada secret', { in_reply_to_id: root, visibility: 'direct' })
    const reply = await ada.get(`/api/v1/statuses/${root}/context`)
    expectEntity('Context', reply.json)
    expect(idsOf(reply.json.descendants)).toEqual([first, below, second, secret])
    const others = await eve.get(`/api/v1/statuses/${root}/context`)
    expect(idsOf(others.json.descendants)).toEqual([first, below, second])
    const deep = await apiClient(server).get(`/api/v1/statuses/${below}/context`)
    expectEntity('Context', deep.json)
    expect([idsOf(deep.json.ancestors), deep.json.descendants]).toEqual([[root, first], []])
    expect((await eve.get(`/api/v1/statuses/${secret}/context`)).json).toEqual(NOT_FOUND)
  })

  test('goes on without those whom its reader mutes or blocks', async () => {
    const [mel, dan] = [await tootAs(server, 'mel'), await tootAs(server, 'dan')]
    const root = await say(ada, 'root')
    const byMel = await say(mel, 'from mel', { in_reply_to_id: root })
    const byDan = await say(dan, 'from dan', { in_reply_to_id: root })
    const byBob = await say(bob, 'from bob', { in_reply_to_id: byMel })
    const below = async (who: Toot) =>
      idsOf((await who.get(`/api/v1/statuses/${root}/context`)).json.descendants)
    expect(await below(eve)).toEqual([byMel, byBob, byDan])
    await muteAccount(server.world, eve.account, mel.account)
    await blockAccount(server.world, eve.account, dan.account)
    expect(await below(eve)).toEqual([byBob])
    expect(await below(bob)).toEqual([byMel, byBob, byDan])
  })
})

describe('the words of a post', () => {
  test('as they were typed, and as they were before', async () => {
    const id = await say(ada, 'frist @bob', { poll: { options: ['a', 'b'], expires_in: 3600 } })
    await ada.put(`/api/v1/statuses/${id}`, { status: 'first', spoiler_text: 'edited' })
    const source = await ada.get(`/api/v1/statuses/${id}/source`)
    expectEntity('StatusSource', source.json)
    expect(source.json).toEqual({ id, text: 'first', spoiler_text: 'edited' })
    const history = await apiClient(server).get(`/api/v1/statuses/${id}/history`)
    expectEntities('StatusEdit', history.json)
    expect(history.json).toMatchObject([
      { spoiler_text: '', poll: { options: [{ title: 'a' }, { title: 'b' }] } },
      { content: '<p>first</p>', spoiler_text: 'edited' },
    ])
    expect(history.json[0].content).toContain('frist')
    expect(history.json[1].poll).toBeUndefined()
  })

  test('are for those who may see it', async () => {
    const id = await say(ada, 'mine', { visibility: 'direct' })
    for (const what of ['source', 'history', 'context', 'reblogged_by', 'favourited_by', 'quotes'])
      expect((await bob.get(`/api/v1/statuses/${id}/${what}`)).json).toEqual(NOT_FOUND)
  })
})

describe('who likes and boosts', () => {
  test.each([
    ['favourite', 'favourited_by'],
    ['reblog', 'reblogged_by'],
  ])('%s: is listed, the latest first, page by page', async (act, list) => {
    const id = await say(ada, 'liked')
    for (const who of [bob, eve, ada]) await who.post(`/api/v1/statuses/${id}/${act}`)
    const reply = await apiClient(server).get(`/api/v1/statuses/${id}/${list}`, { limit: 2 })
    expectEntities('Account', reply.json)
    expect(idsOf(reply.json)).toEqual([ada.account.id, eve.account.id])
    expect(reply.links.prev).toContain('since_id=')
    const all = await everyPage(bob, `/api/v1/statuses/${id}/${list}`, { limit: 1 })
    expect(idsOf(all)).toEqual([ada, eve, bob].map(({ account }) => account.id))
  })
})

describe('what somebody keeps', () => {
  test.each([
    ['favourite', 'favourites'],
    ['bookmark', 'bookmarks'],
  ])('%s: stands in the order in which they did it', async (act, list) => {
    const ids: string[] = []
    for (let at = 0; at < 5; at += 1) ids.push(await say(ada, `${act} ${at}`))
    const order = [3, 0, 4, 1, 2].map((at) => ids[at] ?? '')
    for (const id of order) await bob.post(`/api/v1/statuses/${id}/${act}`)
    const all = await everyPage(bob, `/api/v1/${list}`, { limit: 2 })
    expectEntities('Status', all)
    const kept = idsOf(all).filter((id) => ids.includes(id))
    expect(kept).toEqual(order.toReversed())
    const first = await bob.get(`/api/v1/${list}`, { limit: 2 })
    const before = await bob.get(first.links.prev ?? '')
    expect(before.json).toEqual([])
    expect(before.links).toEqual({})
    await ada.delete(`/api/v1/statuses/${order[4]}`)
    expect(idsOf((await bob.get(`/api/v1/${list}`)).json)).not.toContain(order[4])
    expect(idsOf((await eve.get(`/api/v1/${list}`)).json).filter((id) => ids.includes(id))).toEqual([])
    expect((await apiClient(server).get(`/api/v1/${list}`)).status).toBe(401)
  })
})

describe('quotes', () => {
  test('are listed, and taken back by whoever is quoted alone', async () => {
    const id = await say(ada, 'quote me')
    const quoting = await say(bob, 'so', { quoted_status_id: id })
    const list = await ada.get(`/api/v1/statuses/${id}/quotes`)
    expectEntities('Status', list.json)
    expect(idsOf(list.json)).toEqual([quoting])
    expect((await eve.post(`/api/v1/statuses/${id}/quotes/${quoting}/revoke`)).status).toBe(404)
    const revoked = await ada.post(`/api/v1/statuses/${id}/quotes/${quoting}/revoke`)
    expect(revoked.status, revoked.text).toBe(200)
    expectEntity('Status', revoked.json)
    expect(revoked.json.quote).toEqual({ state: 'revoked', quoted_status: null })
    expect((await ada.get(`/api/v1/statuses/${id}/quotes`)).json).toEqual([])
    expect((await ada.post(`/api/v1/statuses/${id}/quotes/${quoting}/revoke`)).status).toBe(404)
  })

  test('are allowed and forbidden afterwards', async () => {
    const id = await say(ada, 'mine')
    const path = `/api/v1/statuses/${id}/interaction_policy`
    const closed = await ada.put(path, { quote_approval_policy: 'nobody' })
    expectEntity('Status', closed.json)
    expect(closed.json.quote_approval.automatic).toEqual([])
    expect((await bob.get(`/api/v1/statuses/${id}`)).json.quote_approval.current_user).toBe('denied')
    const open = await ada.put(path, { quote_approval_policy: 'public' })
    expect(open.json.quote_approval.automatic).toEqual(['public'])
    expect((await bob.put(path, { quote_approval_policy: 'nobody' })).json).toEqual(NOT_FOUND)
  })
})

test('whoever goes leaves nothing of it behind', async () => {
  const gone = await tootAs(server, 'gone')
  const id = await say(ada, 'marked')
  await gone.post(`/api/v1/statuses/${id}/bookmark`)
  await gone.post(`/api/v1/statuses/${id}/mute`)
  await gone.post('/api/v1/statuses', { status: 'never', scheduled_at: '2099-01-01T00:00:00Z' })
  const left = () =>
    Promise.all(
      (['bookmark', 'conversation_mute', 'scheduled_post'] as const).map(async (table) => {
        const rows = server.db
          .selectFrom(table)
          .select('account_id')
          .where('account_id', '=', gone.account.id)
        return (await rows.execute()).length
      }),
    )
  expect(await left()).toEqual([1, 1, 1])
  await deleteAccount(server.world, gone.account)
  await server.settled()
  expect(await left()).toEqual([0, 0, 0])
})

test('translating is not supported, and says so', async () => {
  const id = await say(ada, 'bonjour')
  const reply = await ada.post(`/api/v1/statuses/${id}/translate`)
  expect([reply.status, reply.json]).toEqual([404, { error: 'Translation is not supported by this server.' }])
  expect((await ada.get('/api/v2/instance')).json.configuration.translation).toEqual({ enabled: false })
  expect((await apiClient(server).post(`/api/v1/statuses/${id}/translate`)).status).toBe(401)
  const secret = await say(ada, 'psst', { visibility: 'direct' })
  const hidden = await bob.post(`/api/v1/statuses/${secret}/translate`)
  expect([hidden.status, hidden.json]).toEqual([404, NOT_FOUND])
})
