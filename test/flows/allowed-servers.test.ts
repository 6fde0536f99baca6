import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { staffAs } from '../support/mastodon/staff.ts'
import type { Person } from '../support/peer.ts'
import { pushedApp } from '../support/push-service.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN } from '../support/world.ts'

let whole: Whole
let admin: Toot
let ada: Toot
let nora: Person

beforeAll(async () => {
  whole = await startWhole(['near.test', 'far.test'], { WEFT_FEDERATION: 'allowed' })
  admin = await staffAs(whole, 'alma', 'admin')
  ada = await tootAs(whole, 'ada')
  nora = await whole.peer.person('nora', { host: 'near.test' })
}, 60_000)
afterAll(() => whole?.[Symbol.asyncDispose]())

const inbox = `${ORIGIN}/ap/inbox`
const follow = async () => {
  const { status } = await nora.post(inbox, nora.activity('Follow', ada.account.uri))
  await whole.settled()
  return status
}
const found = async (handle: string) =>
  (await ada.get('/api/v2/search', { q: handle, resolve: true })).json.accounts.length
const followers = async () => (await ada.get(`/api/v1/accounts/${ada.account.id}/followers`)).json.length

test('where contact is with some alone, nothing comes from others and nobody is asked', async () => {
  const instance = await ada.get('/api/v2/instance')
  expectEntity('Instance', instance.json)
  expect(instance.json.configuration.limited_federation).toBe(true)
  const otto = await whole.peer.person('otto', { host: 'far.test' })
  expect(await found(otto.uri)).toBe(0)
  expect([401, 403]).toContain(await follow())
  expect(await followers()).toBe(0)
})

test('as soon as they are allowed there is contact, and no longer than that', async () => {
  const made = await admin.post('/api/v1/admin/domain_allows', { domain: 'near.test' })
  expect(made.status).toBe(200)
  await expect.poll(() => found(nora.uri), { timeout: 5_000 }).toBe(1)
  expect(await follow()).toBe(202)
  expect(await followers()).toBe(1)
  await admin.delete(`/api/v1/admin/domain_allows/${made.json.id}`)
  await expect.poll(follow, { timeout: 5_000 }).toBeGreaterThan(400)
})

test('apps are told of notifications all the same, but by no service of a domain that is suspended', async () => {
  const app = pushedApp(whole.peer)
  const wish = (endpoint: string) => ({
    subscription: { endpoint, keys: app.keys, standard: true },
    data: { alerts: { follow: true } },
  })
  expect((await ada.post('/api/v1/push/subscription', wish(app.endpoint))).status).toBe(200)
  const bea = await tootAs(whole, 'bea')
  await bea.post(`/api/v1/accounts/${ada.account.id}/follow`)
  await whole.settled()
  expect(app.messages()).toMatchObject([{ notification_type: 'follow' }])

  await admin.post('/api/v1/admin/domain_blocks', { domain: 'push.test', severity: 'suspend' })
  const again = async () => (await ada.post('/api/v1/push/subscription', wish(app.endpoint))).status
  await expect.poll(again, { timeout: 5_000 }).toBe(422)
})
