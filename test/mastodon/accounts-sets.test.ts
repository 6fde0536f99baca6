import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccountId } from '../../src/base/ids.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { apiClient, everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere } from '../support/world.ts'

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

const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)
const several = (names: readonly string[]) => Promise.all(names.map((name) => tootAs(server, name)))

describe('accounts', () => {
  test('are told by their ids, those that are there', async () => {
    const instance = await server.db
      .selectFrom('account')
      .select('id')
      .where('kind', '=', 'application')
      .execute()
    const asked = [cat.account.id, '404', ...instance.map(({ id }) => id), bob.account.id, 'x']
    const reply = await apiClient(server).get('/api/v1/accounts', { id: asked })
    expectEntities('Account', reply.json)
    expect(idsOf(reply.json)).toEqual([cat.account.id, bob.account.id])
    expect((await ada.get('/api/v1/accounts')).json).toEqual([])
  })

  test('are found by what their names begin with', async () => {
    const [mia, mio] = (await several(['mia', 'mio'])) as [Toot, Toot]
    await requestFollow(server.world, ada.account, mio.account)
    const search = async (query: object) => {
      const reply = await ada.get('/api/v1/accounts/search', { ...query })
      expectEntities('Account', reply.json)
      return idsOf(reply.json)
    }
    expect(await search({ q: 'mi' })).toEqual([mio.account.id, mia.account.id])
    expect(await search({ q: '@mia' })).toEqual([mia.account.id])
    expect(await search({ q: 'mi', limit: 1 })).toEqual([mio.account.id])
    expect(await search({ q: 'mi', limit: 1, offset: 1 })).toEqual([mia.account.id])
    expect(await search({ q: 'mi', following: 'true' })).toEqual([mio.account.id])
    expect(await search({ q: '@mia@weft.test', resolve: 'True' })).toEqual([mia.account.id])
    expect(await search({ q: '@mia@nowhere.test', resolve: true })).toEqual([])
    expect(await search({ q: '' })).toEqual([])
    await blockAccount(server.world, mia.account, ada.account)
    expect(await search({ q: 'mi' })).toEqual([mio.account.id])
    expect((await apiClient(server).get('/api/v1/accounts/search?q=mi')).status).toBe(401)
  })

  test('have followers whom one knows', async () => {
    const [dan, eve, fay] = (await several(['dan', 'eve', 'fay'])) as [Toot, Toot, Toot]
    for (const each of [eve, fay]) await requestFollow(server.world, each.account, dan.account)
    await requestFollow(server.world, ada.account, eve.account)
    const path = '/api/v1/accounts/familiar_followers'
    const reply = await ada.get(path, { id: [dan.account.id, bob.account.id] })
    expect(reply.json.map(({ id }: { id: AccountId }) => id)).toEqual([dan.account.id, bob.account.id])
    expectEntities('Account', reply.json[0].accounts)
    expect(idsOf(reply.json[0].accounts)).toEqual([eve.account.id])
    expect(reply.json[1].accounts).toEqual([])
    await blockAccount(server.world, dan.account, ada.account)
    expect((await ada.get(path, { id: [dan.account.id] })).json[0].accounts).toEqual([])
  })
})

describe('who asks to follow', () => {
  test('is listed, and let in or turned away', async () => {
    const gil = await tootAs(server, 'gil')
    await updateAccount(server.world, gil.account, { manuallyApprovesFollowers: true })
    const [hal, ian, joe] = (await several(['hal', 'ian', 'joe'])) as [Toot, Toot, Toot]
    for (const each of [hal, ian, joe]) await each.post(`/api/v1/accounts/${gil.account.id}/follow`)
    const list = await gil.get('/api/v1/follow_requests')
    expectEntities('Account', list.json)
    const newest = [joe, ian, hal].map(({ account }) => account.id)
    expect(idsOf(await everyPage(gil, '/api/v1/follow_requests', { limit: 2 }))).toEqual(newest)
    const own = (await gil.get('/api/v1/accounts/verify_credentials')).json
    expect(own.source.follow_requests_count).toBe(3)
    const answer = (who: Toot, id: string, name: string) => who.post(`/api/v1/follow_requests/${id}/${name}`)
    const yes = await answer(gil, hal.account.id, 'authorize')
    expectEntity('Relationship', yes.json)
    expect(yes.json).toMatchObject({ id: hal.account.id, followed_by: true, requested_by: false })
    const no = await answer(gil, ian.account.id, 'reject')
    expect(no.json).toMatchObject({ followed_by: false, requested_by: false })
    // Whoever is let in already is not turned away by this.
    for (const name of ['authorize', 'reject']) {
      for (const id of [hal.account.id, ian.account.id, '404', 'x'])
        expect((await answer(gil, id, name)).json).toEqual({ error: 'Record not found' })
      expect((await answer(ada, joe.account.id, name)).status).toBe(404)
    }
    expect(idsOf((await gil.get('/api/v1/follow_requests')).json)).toEqual([joe.account.id])
  })
})

describe('whom somebody keeps away', () => {
  test('is listed for them alone', async () => {
    const [kim, lea] = (await several(['kim', 'lea'])) as [Toot, Toot]
    for (const each of [kim, lea]) {
      await blockAccount(server.world, bob.account, each.account)
      await muteAccount(server.world, cat.account, each.account, each === kim ? {} : { seconds: 3600 })
    }
    const newest = [lea.account.id, kim.account.id]
    expectEntities('Account', (await bob.get('/api/v1/blocks')).json)
    expect(idsOf(await everyPage(bob, '/api/v1/blocks', { limit: 1 }))).toEqual(newest)
    const muted = await cat.get('/api/v1/mutes')
    expectEntities('MutedAccount', muted.json)
    expect(idsOf(muted.json)).toEqual(newest)
    expect(muted.json[1].mute_expires_at).toBe(null)
    expect(Date.parse(muted.json[0].mute_expires_at)).toBeGreaterThan(Date.now())
    for (const path of ['/api/v1/blocks', '/api/v1/mutes', '/api/v1/domain_blocks'])
      expect((await ada.get(path)).json).toEqual([])
    expect((await apiClient(server).get('/api/v1/blocks')).status).toBe(401)
  })

  test('is a whole host, too', async () => {
    const path = '/api/v1/domain_blocks'
    const hosts = ['one.test', 'two.test', 'three.test']
    for (const domain of hosts) expect((await ada.post(path, { domain }, 'form')).json).toEqual({})
    expect(await everyPage(ada, path, { limit: 1 })).toEqual(hosts.toReversed())
    expect((await ada.post(path, { domain: 'weft.test' })).status).toBe(422)
    expect((await ada.post(path)).status).toBe(422)
    const preview = await ada.get(`${path}/preview`, { domain: 'four.test' })
    expectEntity('DomainBlockPreview', preview.json)
    for (const _ of [1, 2]) expect((await ada.delete(path, { domain: 'two.test' }, 'form')).json).toEqual({})
    expect((await ada.get(path)).json).toEqual(['three.test', 'one.test'])
    const far = await personElsewhere(server.world, 'una', 'one.test')
    const [standing] = (await ada.get(`/api/v1/accounts/relationships?id=${far.id}`)).json
    expect(standing.domain_blocking).toBe(true)
    expect((await ada.post(`/api/v1/accounts/${far.id}/follow`)).status).toBe(403)
  })
})
