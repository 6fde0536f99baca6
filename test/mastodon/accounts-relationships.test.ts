import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { apiClient, everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
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
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const asked = async (who: Toot, query: string) =>
  (await who.get(`/api/v1/accounts/relationships?${query}`)).json
const act = (who: Toot, whom: Toot, name: string, body = {}) =>
  who.post(`/api/v1/accounts/${whom.account.id}/${name}`, body, 'form')

describe('relationships', () => {
  test('are told of those who are there, in the order asked, whichever way they are named', async () => {
    const [a, b] = [bob.account.id, cat.account.id]
    for (const query of [`id[]=${b}&id[]=${a}`, `id=${b}&id=${a}`, `id[0]=${b}&id[1]=${a}`]) {
      const list = await asked(ada, `${query}&id[]=404&id[]=x`)
      if (query.startsWith('id[]=')) expect(list.map(({ id }: { id: string }) => id)).toEqual([b, a])
    }
    const one = await asked(ada, `id=${a}`)
    expectEntities('Relationship', one)
    expect(one).toHaveLength(1)
    expect(await asked(ada, '')).toEqual([])
    expect((await apiClient(server).get('/api/v1/accounts/relationships?id[]=1')).status).toBe(401)
  })
})

describe('following', () => {
  test('begins at once, or waits for a yes', async () => {
    const reply = await act(ada, bob, 'follow')
    expectEntity('Relationship', reply.json)
    expect(reply.json).toMatchObject({ following: true, requested: false, showing_reblogs: true })
    expect((await act(ada, bob, 'follow')).json).toMatchObject({ following: true })
    expect((await asked(bob, `id=${ada.account.id}`))[0]).toMatchObject({
      followed_by: true,
      following: false,
    })
    await updateAccount(server.world, cat.account, { manuallyApprovesFollowers: true })
    expect((await act(ada, cat, 'follow')).json).toMatchObject({ following: false, requested: true })
    expect((await asked(cat, `id=${ada.account.id}`))[0]).toMatchObject({ requested_by: true })
    for (const each of [bob, cat])
      for (const _ of [1, 2])
        expect((await act(ada, each, 'unfollow')).json).toMatchObject({ following: false, requested: false })
  })

  test('is not for oneself, nor for whom one is kept apart from, nor for nobody', async () => {
    expect((await act(ada, ada, 'follow')).status).toBe(403)
    const dan = await tootAs(server, 'dan')
    await act(dan, ada, 'block')
    expect((await act(ada, dan, 'follow')).status).toBe(403)
    for (const id of ['404', 'x'])
      for (const name of [
        'follow',
        'unfollow',
        'block',
        'unblock',
        'mute',
        'unmute',
        'remove_from_followers',
      ]) {
        const reply = await ada.post(`/api/v1/accounts/${id}/${name}`)
        expect([reply.status, reply.json]).toEqual([404, { error: 'Record not found' }])
      }
    const reader = await tootAs(server, 'ada', { scope: 'read' })
    for (const name of ['follow', 'block', 'mute']) expect((await act(reader, bob, name)).status).toBe(403)
  })

  test('is ended by the one who is followed, too', async () => {
    await requestFollow(server.world, bob.account, ada.account)
    expect((await act(ada, bob, 'remove_from_followers')).json).toMatchObject({ followed_by: false })
    expect((await act(ada, bob, 'remove_from_followers')).status).toBe(200)
  })
})

describe('keeping away', () => {
  test('blocks, and lets meet again', async () => {
    await act(ada, bob, 'follow')
    const reply = await act(ada, bob, 'block')
    expectEntity('Relationship', reply.json)
    expect(reply.json).toMatchObject({ blocking: true, following: false })
    expect((await asked(bob, `id=${ada.account.id}`))[0]).toMatchObject({ blocked_by: true, blocking: false })
    for (const _ of [1, 2]) expect((await act(ada, bob, 'unblock')).json).toMatchObject({ blocking: false })
  })

  test('mutes, for good or for a time, with notifications or without', async () => {
    const reply = await act(ada, bob, 'mute')
    expectEntity('Relationship', reply.json)
    expect(reply.json).toMatchObject({ muting: true, muting_notifications: true, muting_expires_at: null })
    const short = await act(ada, bob, 'mute', { notifications: 'false', duration: '3600' })
    expectEntity('Relationship', short.json)
    expect(short.json).toMatchObject({ muting: true, muting_notifications: false })
    expect(Date.parse(short.json.muting_expires_at)).toBeGreaterThan(Date.now() + 3_000_000)
    for (const _ of [1, 2]) expect((await act(ada, bob, 'unmute')).json).toMatchObject({ muting: false })
  })
})

describe('what somebody keeps of others', () => {
  test('is a note that nobody else reads', async () => {
    const reply = await act(ada, cat, 'note', { comment: ' from the train ' })
    expectEntity('Relationship', reply.json)
    expect(reply.json.note).toBe('from the train')
    expect((await act(ada, cat, 'note', { comment: 'again' })).json.note).toBe('again')
    expect((await asked(bob, `id=${cat.account.id}`))[0].note).toBe('')
    expect((await asked(cat, `id=${ada.account.id}`))[0].note).toBe('')
    expect((await act(ada, cat, 'note', { comment: 'x'.repeat(2001) })).status).toBe(422)
    expect((await act(ada, cat, 'note')).json.note).toBe('')
  })

  test('is whom they recommend, as long as they follow them', async () => {
    const [eve, fay] = [await tootAs(server, 'eve'), await tootAs(server, 'fay')]
    const none = await act(ada, eve, 'endorse')
    expect(none.status).toBe(422)
    expect(none.json.error).toContain('must be already following')
    for (const each of [eve, fay]) {
      await act(ada, each, 'follow')
      const reply = await act(ada, each, each === eve ? 'endorse' : 'pin')
      expectEntity('Relationship', reply.json)
      expect(reply.json.endorsed).toBe(true)
    }
    const path = `/api/v1/accounts/${ada.account.id}/endorsements`
    const shown = await apiClient(server).get(path)
    expectEntities('Account', shown.json)
    const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)
    expect(idsOf(shown.json)).toEqual([fay.account.id, eve.account.id])
    expect(idsOf(await everyPage(ada, '/api/v1/endorsements', { limit: 1 }))).toEqual(idsOf(shown.json))
    expect((await act(ada, fay, 'unendorse')).json.endorsed).toBe(false)
    expect((await act(ada, eve, 'unfollow')).json.endorsed).toBe(false)
    expect((await ada.get(path)).json).toEqual([])
    expect((await ada.get('/api/v1/accounts/404/endorsements')).status).toBe(404)
  })
})
