import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { actsIn, staffAs } from '../support/mastodon/staff.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let mod: Toot
let ada: Toot
let bob: Toot

beforeAll(async () => {
  server = await startWhole()
  mod = await staffAs(server, 'mona', 'moderator')
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const path = '/api/v1/admin/reports'
const report = async (comment: string, more = {}) =>
  (await ada.post('/api/v1/reports', { account_id: bob.account.id, comment, ...more })).json.id as string
const noticesOf = async (who: Toot) =>
  (await who.get('/api/v1/notifications', { types: ['admin.report'] })).json

describe('a report', () => {
  test('is shown with all that was said, to those who look after reports alone', async () => {
    const secret = await publishPost(server.world, bob.account, { text: '@ada hm', visibility: 'direct' })
    await ada.post(`/api/v1/statuses/${secret}/bookmark`)
    await bob.post(`/api/v1/statuses/${secret}/bookmark`)
    const id = await report('look', { status_ids: [secret] })
    const reply = await mod.get(`${path}/${id}`)
    expectEntity('Admin::Report', reply.json)
    expect(reply.json).toMatchObject({
      comment: 'look',
      account: { id: ada.account.id },
      target_account: { id: bob.account.id },
      statuses: [{ id: secret, visibility: 'direct' }],
    })
    // What whom it is about did with it is theirs alone.
    expect(reply.json.statuses[0].bookmarked).toBeUndefined()
    for (const who of [ada, bob]) expect((await who.get(`${path}/${id}`)).status).toBe(403)
    expect((await mod.get(`${path}/404`)).status).toBe(404)
  })

  test('shows nothing that was said to its target alone, though they quote it', async () => {
    const own = await publishPost(server.world, bob.account, { text: 'mine', visibility: 'public' })
    const quoting = await publishPost(server.world, bob.account, {
      text: '@ada see',
      visibility: 'direct',
      quoteOf: own,
    })
    const id = await report('quotes', { status_ids: [quoting] })
    const shown = async () => (await mod.get(`${path}/${id}`)).json.statuses[0].quote
    expect(await shown()).toMatchObject({ state: 'accepted', quoted_status: { id: own } })
    await server.db.updateTable('post').set({ visibility: 'followers' }).where('id', '=', own).execute()
    expect(await shown()).toEqual({ state: 'unauthorized', quoted_status: null })
    await mod.post(`${path}/${id}/resolve`)
  })

  test('is told to them once, and no longer than it is open', async () => {
    const id = await report('once more')
    const told = await noticesOf(mod)
    expectEntities('Notification', told)
    expect(told).toMatchObject([
      {
        account: { id: ada.account.id },
        report: { id, comment: 'once more', target_account: { id: bob.account.id } },
      },
    ])
    const groups = (await mod.get('/api/v2/notifications')).json
    expectEntity('GroupedNotifications', groups)
    expect(groups.notification_groups).toMatchObject([
      { type: 'admin.report', sample_account_ids: [ada.account.id], report: { id } },
    ])
    expect(await noticesOf(bob)).toEqual([])
    for (const one of await everyPage(mod, path, { limit: 1 })) await mod.post(`${path}/${one.id}/resolve`)
    expect(await noticesOf(mod)).toEqual([])
  })

  test('is sorted, taken on, resolved and opened again', async () => {
    const id = await report('work')
    const before = (await actsIn(server)).length
    const change = async (word: string) => (await mod.post(`${path}/${id}/${word}`)).json
    expectEntity('Admin::Report', await change('assign_to_self'))
    expect(await change('assign_to_self')).toMatchObject({ assigned_account: { id: mod.account.id } })
    expect(await change('unassign')).toMatchObject({ assigned_account: null })
    const sorted = await mod.put(`${path}/${id}`, { category: 'spam' }, 'form')
    expect(sorted.json.category).toBe('spam')
    expect((await mod.put(`${path}/${id}`, { category: 'boring' })).status).toBe(422)
    expect((await mod.put(`${path}/${id}`, { rule_ids: ['77'], category: 'violation' })).status).toBe(422)
    expect(await change('resolve')).toMatchObject({
      action_taken: true,
      action_taken_by_account: { id: mod.account.id },
    })
    expect((await mod.get(path, { resolved: true })).json[0].id).toBe(id)
    expect((await mod.get(path)).json).toEqual([])
    expect(await change('reopen')).toMatchObject({ action_taken: false, action_taken_by_account: null })
    expect((await actsIn(server)).slice(before)).toEqual([
      'report.assign',
      'report.assign',
      'report.unassign',
      'report.update',
      'report.resolve',
      'report.reopen',
    ])
    await change('resolve')
  })

  test('is resolved with the decision that it led to, and so are all about the same account', async () => {
    const [first, second] = [await report('one'), await report('two')]
    const one = `/api/v1/admin/accounts/${bob.account.id}/action`
    const wrong = { type: 'none', report_id: '404' }
    expect((await mod.post(one, wrong)).status).toBe(404)
    await mod.post(one, { type: 'none', report_id: second })
    expect((await mod.get(path)).json).toMatchObject([{ id: first }])
    await report('three')
    await mod.post(one, { type: 'silence', report_id: first })
    expect((await mod.get(path)).json).toEqual([])
    const query = { resolved: true, target_account_id: bob.account.id, account_id: ada.account.id }
    const all = await everyPage(mod, path, { ...query, limit: 2 })
    expect(all.length).toBeGreaterThan(4)
    expect(all.every(({ action_taken }) => action_taken)).toBe(true)
    expect((await mod.get(path, { resolved: true, account_id: bob.account.id })).json).toEqual([])
    expect((await mod.get(path, { resolved: true, by_target_domain: 'far.test' })).json).toEqual([])
  })
})
