import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { addRule } from '../../src/domain/instance/describe.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere } from '../support/world.ts'

let server: Whole
let ada: Toot
let bob: Toot
let cat: Toot

beforeAll(async () => {
  server = await startWhole(['far.test'])
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  cat = await tootAs(server, 'cat')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const say = (who: Toot, text: string, visibility: 'public' | 'followers' | 'direct' = 'public') =>
  publishPost(server.world, who.account, { text, visibility })
const report = (body: Record<string, unknown>) => ada.post('/api/v1/reports', body)
const kept = async () => (await server.db.selectFrom('report').select('id').execute()).length
const flags = async () =>
  (await server.db.selectFrom('activity').select('body').where('kind', '=', 'Flag').execute()).map(
    ({ body }) => JSON.parse(body) as { actor: string; object: string[]; content: string },
  )

describe('a report', () => {
  test('names somebody, what they said, and which rules it breaks', async () => {
    const rule = await addRule(server.world, { text: 'Be kind' })
    const said = await say(bob, 'rude')
    const reply = await ada.post(
      '/api/v1/reports',
      { account_id: bob.account.id, status_ids: [said], comment: 'look', rule_ids: [rule] },
      'form',
    )
    expect(reply.status, reply.text).toBe(200)
    expectEntity('Report', reply.json)
    expect(reply.json).toMatchObject({
      category: 'violation',
      comment: 'look',
      forwarded: false,
      action_taken: false,
      status_ids: [said],
      rule_ids: [rule],
      target_account: { id: bob.account.id },
    })
    expect((await report({ account_id: bob.account.id, category: 'spam' })).json.category).toBe('spam')
  })

  test('S-145: of posts only those that its target said and that the one who complains may see', async () => {
    const mine = { account_id: bob.account.id }
    const secret = await say(bob, 'for nobody', 'direct')
    const others = await say(cat, 'of somebody else')
    const toAda = await say(bob, 'psst @ada', 'direct')
    const before = await kept()
    for (const id of [secret, others, '404' as PostId]) {
      const reply = await report({ ...mine, status_ids: [toAda, id] })
      expect([reply.status, reply.json]).toEqual([404, { error: 'Record not found' }])
    }
    expect(await kept()).toBe(before)
    expect((await report({ ...mine, status_ids: [toAda] })).json.status_ids).toEqual([toAda])
  })

  test('is refused where it makes no sense, and nothing is kept', async () => {
    const before = await kept()
    expect((await report({})).status).toBe(404)
    expect((await report({ account_id: '404' })).status).toBe(404)
    expect((await report({ account_id: ada.account.id })).status).toBe(422)
    expect((await report({ account_id: bob.account.id, category: 'boring' })).status).toBe(422)
    expect((await report({ account_id: bob.account.id, rule_ids: ['77'] })).status).toBe(422)
    expect((await report({ account_id: bob.account.id, comment: 'x'.repeat(5001) })).status).toBe(422)
    const weak = await tootAs(server, 'ada', { scope: 'read' })
    expect((await weak.post('/api/v1/reports', { account_id: bob.account.id })).status).toBe(403)
    expect(await kept()).toBe(before)
  })

  test('is not made without end: no more than sixty of one person in an hour', async () => {
    const eve = await tootAs(server, 'eve')
    const made: number[] = []
    for (let n = 0; n < 62; n += 1)
      made.push((await eve.post('/api/v1/reports', { account_id: bob.account.id })).status)
    expect(made).toEqual([...Array(60).fill(200), 429, 429])
  })

  test('goes on to their own server only when asked to, without saying by whom', async () => {
    const zed = await personElsewhere(server.world, 'zed')
    const quiet = await report({ account_id: zed.id, comment: 'quiet' })
    expect(quiet.json.forwarded).toBe(false)
    expect(await flags()).toEqual([])
    const elsewhere = { account_id: zed.id, forward: true, forward_to_domains: ['other.test'] }
    expect((await report(elsewhere)).json.forwarded).toBe(false)
    const loud = await report({ account_id: zed.id, comment: 'loud', forward: true })
    expect(loud.json.forwarded).toBe(true)
    expect(await flags()).toMatchObject([
      { actor: server.world.uris.instanceActor, object: [zed.uri], content: 'loud' },
    ])
    expect(JSON.stringify(await flags())).not.toContain(ada.account.uri)
  })
})
