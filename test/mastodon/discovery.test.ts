import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIds } from '../../src/base/ids.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { countTrends } from '../../src/domain/trends/count.ts'
import { apiClient, everyPage, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere } from '../support/world.ts'

let server: Whole
const people = new Map<string, Toot>()
const NAMES = ['ada', 'bob', 'cid', 'dan', 'eve', 'fay'] as const
const person = (name: string): Toot => people.get(name) as Toot
const idOf = (name: string): string => person(name).account.id

beforeAll(async () => {
  server = await startWhole()
  for (const name of NAMES) people.set(name, await tootAs(server, name))
}, 120_000)
afterAll(() => server?.[Symbol.asyncDispose]())

async function follow(who: string, ...whom: string[]) {
  for (const name of whom) {
    const reply = await person(who).post(`/api/v1/accounts/${idOf(name)}/follow`)
    expect(reply.status, reply.text).toBe(200)
  }
}

describe('suggestions', () => {
  async function suggested(who: string): Promise<[string, string[]][]> {
    const { status, json, text } = await person(who).get('/api/v2/suggestions')
    expect(status, text).toBe(200)
    expectEntities('Suggestion', json)
    const old = await person(who).get('/api/v1/suggestions')
    expectEntities('Account', old.json)
    expect(old.json.map(({ id }: { id: string }) => id)).toEqual(
      json.map(({ account }: { account: { id: string } }) => account.id),
    )
    return json.map(({ account, sources }: { account: { username: string }; sources: string[] }) => [
      account.username,
      sources,
    ])
  }

  test('are whom friends follow, and whom those follow who follow the same', async () => {
    expect(await suggested('ada')).toEqual([])
    await follow('ada', 'bob')
    await follow('bob', 'cid', 'dan', 'ada')
    await follow('eve', 'bob', 'dan')
    expect(await suggested('ada')).toEqual([
      ['dan', ['friends_of_friends', 'similar_to_recently_followed']],
      ['cid', ['friends_of_friends']],
    ])
  })

  test('are nobody who is kept away, known already, refused, or does not want to be found', async () => {
    await updateAccount(server.world, person('cid').account, { discoverable: false })
    expect((await suggested('ada')).map(([name]) => name)).toEqual(['dan'])
    await updateAccount(server.world, person('cid').account, { discoverable: true })
    const gone = await person('ada').delete(`/api/v1/suggestions/${idOf('dan')}`)
    expect(gone.status).toBe(200)
    expectEntity('Empty', gone.json)
    expect((await suggested('ada')).map(([name]) => name)).toEqual(['cid'])
    await muteAccount(server.world, person('ada').account, person('cid').account)
    expect(await suggested('ada')).toEqual([])
    for (const id of ['404', 'x', idOf('ada')])
      expect((await person('ada').delete(`/api/v1/suggestions/${id}`)).status).toBe(200)
    expect((await suggested('eve')).map(([name]) => name)).toEqual(['cid', 'ada'])
    await blockAccount(server.world, person('ada').account, person('eve').account)
    expect((await suggested('eve')).map(([name]) => name)).toEqual(['cid'])
  })

  test('are whom those recommend who look after the server, first', async () => {
    await server.db
      .updateTable('login')
      .set({ role: 'admin' })
      .where('account_id', '=', person('dan').account.id)
      .execute()
    await follow('dan', 'fay')
    const endorsed = await person('dan').post(`/api/v1/accounts/${idOf('fay')}/endorse`)
    expect(endorsed.status, endorsed.text).toBe(200)
    const { json } = await person('eve').get('/api/v2/suggestions')
    expect(json[0]).toMatchObject({ source: 'staff', account: { username: 'fay' } })
    expect(json[0].sources[0]).toBe('featured')
    expect((await person('eve').get('/api/v2/suggestions', { limit: 1 })).json).toHaveLength(1)
  })

  test('are for somebody', async () => {
    for (const version of ['v1', 'v2'])
      expect((await apiClient(server).get(`/api/${version}/suggestions`)).status).toBe(401)
  })
})

describe('the directory', () => {
  async function listed(query: Fields = {}, who = apiClient(server)): Promise<string[]> {
    const { status, json, text } = await who.get('/api/v1/directory', query)
    expect(status, text).toBe(200)
    expectEntities('Account', json)
    return json.map(({ acct }: { acct: string }) => acct)
  }
  const noted = async () => {
    server.clock.set(new Date())
    await countTrends(server.world)
  }

  test('tells who is here, who said something last first, or who came last', async () => {
    await personElsewhere(server.world, 'zoe')
    await noted()
    expect(await listed({ order: 'new' })).toEqual(['zoe@far.test', 'fay', 'eve', 'dan', 'cid', 'bob', 'ada'])
    expect(await listed({ order: 'new', local: true })).toEqual(['fay', 'eve', 'dan', 'cid', 'bob', 'ada'])
    const ids = createIds({ now: () => new Date() }, 7)
    const world = { ...server.world, clock: { now: () => new Date() }, ids }
    for (const name of ['cid', 'ada'])
      await publishPost(world, person(name).account, { text: 'here', visibility: 'public' })
    await publishPost(world, person('bob').account, { text: 'not here', visibility: 'followers' })
    await noted()
    const active = ['ada', 'cid', 'zoe@far.test', 'fay', 'eve', 'dan', 'bob']
    expect(await listed()).toEqual(active)
    expect(await listed({ offset: 1, limit: 2 })).toEqual(active.slice(1, 3))
    const all = await everyPage(apiClient(server), '/api/v1/directory', { limit: 2 })
    expect(all.map(({ acct }) => acct)).toEqual(active)
  })

  test('tells nobody who does not want it, is gone or limited, or is kept away', async () => {
    await updateAccount(server.world, person('fay').account, { discoverable: false })
    await server.db
      .updateTable('account')
      .set({ limited_at: new Date() })
      .where('id', '=', person('dan').account.id)
      .execute()
    expect(await listed({ local: true })).toEqual(['ada', 'cid', 'eve', 'bob'])
    expect(await listed({ local: true }, person('eve'))).toEqual(['cid', 'eve', 'bob'])
    expect(await listed({ local: true }, person('ada'))).toEqual(['ada', 'bob'])
    expect((await apiClient(server).get('/api/v1/directory', { order: 'best' })).status).toBe(422)
  })
})
