import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { staffAs } from '../support/mastodon/staff.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere } from '../support/world.ts'

let server: Whole
let mod: Toot
let ada: Toot

beforeAll(async () => {
  server = await startWhole()
  mod = await staffAs(server, 'mona', 'moderator')
  ada = await tootAs(server, 'ada')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const ask = (what: string, body: Record<string, unknown>, as: 'json' | 'form' = 'json') =>
  mod.post(`/api/v1/admin/${what}`, body, as)
const today = () => new Date().toISOString().slice(0, 10)
const say = (text: string) => publishPost(server.world, ada.account, { text, visibility: 'public' })
const tagId = async (name: string) =>
  (await server.db.selectFrom('hashtag').select('id').where('name', '=', name).executeTakeFirstOrThrow()).id

describe('measures', () => {
  test('count by day what happened, and what happened in as many days before', async () => {
    const first = await say('one #Rain')
    await say('two #rain')
    await mod.post(`/api/v1/statuses/${first}/favourite`)
    await mod.post(`/api/v1/statuses/${first}/reblog`)
    await mod.post('/api/v1/reports', { account_id: ada.account.id })
    await ada.post('/api/v1/reports', { account_id: mod.account.id })
    const id = await tagId('rain')
    const zed = await personElsewhere(server.world, 'zed')
    const keys = ['new_users', 'active_users', 'interactions', 'opened_reports', 'resolved_reports']
    const more = ['tag_uses', 'tag_accounts', 'tag_servers', 'instance_accounts', 'instance_statuses']
    const reply = await ask('measures', {
      keys: [...keys, ...more, 'instance_followers', 'instance_follows', 'instance_reports', 'nonsense'],
      start_at: new Date(Date.now() - 2 * 86_400_000).toISOString(),
      end_at: today(),
      ...Object.fromEntries(more.slice(0, 3).map((key) => [key, { id }])),
      ...Object.fromEntries(
        [
          'instance_accounts',
          'instance_statuses',
          'instance_followers',
          'instance_follows',
          'instance_reports',
        ].map((key) => [key, { domain: zed.host }]),
      ),
    })
    expect(reply.status, reply.text).toBe(200)
    expectEntities('Admin::Measure', reply.json)
    const totals = Object.fromEntries(
      reply.json.map((each: { key: string; total: string }) => [each.key, each.total]),
    )
    expect(totals).toEqual({
      new_users: '2',
      active_users: '2',
      interactions: '2',
      opened_reports: '2',
      resolved_reports: '0',
      tag_uses: '2',
      tag_accounts: '1',
      tag_servers: '1',
      instance_accounts: '1',
      instance_statuses: '0',
      instance_followers: '0',
      instance_follows: '0',
      instance_reports: '0',
    })
    const [users] = reply.json
    expect(users.data).toHaveLength(3)
    expect(users.data.at(-1)).toEqual({ date: `${today()}T00:00:00.000Z`, value: '2' })
    expect(users.previous_total).toBe('0')
  })

  test('are refused for what is no time, and to who may not see them', async () => {
    const keys = ['new_users']
    const wrong = [
      { start_at: 'yesterday' },
      { start_at: '2026-01-02', end_at: '2026-01-01' },
      { start_at: '1990-01-01', end_at: today() },
      { start_at: '275760-01-01', end_at: '275760-02-01' },
    ]
    for (const each of wrong) expect((await ask('measures', { keys, ...each })).status).toBe(422)
    for (const what of ['measures', 'dimensions', 'retention'])
      expect((await ada.post(`/api/v1/admin/${what}`, { keys })).status).toBe(403)
    expect((await ask('measures', { keys: ['tag_uses', 'instance_accounts', 'toString'] })).json).toEqual([])
    expect((await ask('measures', {})).json).toEqual([])
  })
})

describe('dimensions and retention', () => {
  test('say what is made up of what', async () => {
    const id = await tagId('rain')
    const keys = [
      'languages',
      'sources',
      'servers',
      'space_usage',
      'software_versions',
      'tag_servers',
      'tag_languages',
    ]
    const reply = await ask('dimensions', {
      keys: [...keys, 'instance_accounts', 'instance_languages', 'nonsense'],
      tag_servers: { id },
      tag_languages: { id },
      instance_accounts: { domain: 'far.test' },
      instance_languages: { domain: 'far.test' },
    })
    expectEntities('Admin::Dimension', reply.json)
    const found = Object.fromEntries(
      reply.json.map((each: { key: string; data: unknown }) => [each.key, each.data]),
    )
    expect(Object.keys(found)).toEqual([...keys, 'instance_accounts', 'instance_languages'])
    expect(found.tag_servers).toEqual([{ key: 'weft.test', human_key: 'weft.test', value: '2' }])
    expect(found.software_versions.map(({ key }: { key: string }) => key)).toEqual([
      'weft',
      'node',
      'postgresql',
    ])
  })

  test('and how many of those who came are still here', async () => {
    const reply = await ask('retention', { start_at: today(), end_at: today(), frequency: 'day' }, 'form')
    expectEntities('Admin::Cohort', reply.json)
    expect(reply.json).toEqual([
      {
        period: `${today()}T00:00:00.000Z`,
        frequency: 'day',
        data: [{ date: `${today()}T00:00:00.000Z`, rate: 1, value: '2' }],
      },
    ])
    expectEntities('Admin::Cohort', (await ask('retention', { frequency: 'month' })).json)
    expect((await ask('retention', { frequency: 'hour' })).status).toBe(422)
  })
})

describe('hashtags', () => {
  test('are spelt otherwise, and may trend or not', async () => {
    const id = await tagId('rain')
    const path = `/api/v1/admin/tags/${id}`
    expectEntities('AdminTag', await everyPage(mod, '/api/v1/admin/tags', { limit: 1 }))
    expectEntity('AdminTag', (await mod.get(path)).json)
    const changed = await mod.put(path, { display_name: 'RAIN', trendable: false }, 'form')
    expect(changed.json).toMatchObject({ id, name: 'RAIN', trendable: false, requires_review: false })
    for (const wrong of [
      { display_name: 'snow' },
      { display_name: 'r a' },
      { usable: false },
      { listable: false },
    ])
      expect((await mod.put(path, wrong)).status).toBe(422)
    expect((await mod.get(path)).json.name).toBe('RAIN')
    for (const method of ['GET', 'PUT'])
      expect((await mod.ask(method, '/api/v1/admin/tags/404', { body: {} })).status).toBe(404)
    expect((await ada.put(path, { trendable: true })).status).toBe(403)
  })
})
