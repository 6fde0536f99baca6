import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  isEmailBlocked,
  registrationNeedsApproval,
  registrationRefusedBy,
} from '../../src/domain/moderation/registration-blocks.ts'
import { apiClient, everyPage, type Toot } from '../support/mastodon/client.ts'
import { type EntityName, expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { actsIn, staffAs } from '../support/mastodon/staff.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere } from '../support/world.ts'

let server: Whole
let admin: Toot
let mod: Toot

beforeAll(async () => {
  server = await startWhole([], { WEFT_TRUSTED_PROXIES: '127.0.0.1' })
  admin = await staffAs(server, 'alma', 'admin')
  mod = await staffAs(server, 'mona', 'moderator')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const at = (name: string, id = '') => `/api/v1/admin/${name}${id && `/${id}`}`

describe.each<[string, EntityName, Record<string, unknown>, Record<string, unknown>]>([
  ['domain_blocks', 'Admin::DomainBlock', { domain: 'Bad.test', severity: 'silence' }, { domain: 'x y' }],
  ['domain_allows', 'Admin::DomainAllow', { domain: 'Good.test' }, { domain: 'weft.test' }],
  [
    'ip_blocks',
    'Admin::IpBlock',
    { ip: '192.0.2.77', severity: 'sign_up_block' },
    { ip: '1.2.3', severity: 'no_access' },
  ],
  ['email_domain_blocks', 'Admin::EmailDomainBlock', { domain: 'Spam.test' }, { domain: '' }],
  ['canonical_email_blocks', 'Admin::CanonicalEmailBlock', { email: 'A.b+c@Mail.test' }, { email: 'nobody' }],
])('%s', (name, entity, fine, wrong) => {
  test('are made, shown, listed and taken back by administrators alone', async () => {
    for (const who of [mod, await staffAs(server, 'alma', 'admin', 'read admin:read:accounts')])
      for (const [method, path] of [
        ['GET', at(name)],
        ['POST', at(name)],
        ['GET', at(name, '1')],
        ['DELETE', at(name, '1')],
      ] as const)
        expect((await who.ask(method, path, { body: fine })).status, `${method} ${path}`).toBe(403)
    const before = (await actsIn(server)).length
    const made = await admin.post(at(name), fine, 'form')
    expect(made.status, made.text).toBe(200)
    expectEntity(entity, made.json)
    expectEntities(entity, await everyPage(admin, at(name), { limit: 1 }))
    expect((await admin.get(at(name, made.json.id))).json).toEqual(made.json)
    expect((await admin.post(at(name), wrong)).status).toBe(422)
    const again = await admin.post(at(name), fine)
    expect(again.status).toBe(name === 'domain_allows' ? 200 : 422)
    expect((await admin.get(at(name))).json).toHaveLength(1)
    expect((await admin.delete(at(name, made.json.id))).json).toEqual({})
    for (const method of ['GET', 'DELETE'])
      for (const id of [made.json.id, '404', 'x'])
        expect((await admin.ask(method, at(name, id))).json).toEqual({ error: 'Record not found' })
    expect((await actsIn(server)).slice(before)).toHaveLength(2)
  })
})

describe('a domain block', () => {
  test('is changed in part, and holds for who is known from there', async () => {
    const far = await personElsewhere(server.world, 'zed', 'bad.test')
    const made = await admin.post(at('domain_blocks'), { domain: 'bad.test', private_comment: 'hm' })
    expect(made.json).toMatchObject({ severity: 'silence', private_comment: 'hm', public_comment: null })
    const path = at('domain_blocks', made.json.id)
    const changed = await admin.put(path, { severity: 'suspend', obfuscate: true }, 'form')
    expect(changed.json).toMatchObject({
      id: made.json.id,
      severity: 'suspend',
      obfuscate: true,
      private_comment: 'hm',
    })
    await server.settled()
    expect((await mod.get(`/api/v1/admin/accounts/${far.id}`)).json.suspended).toBe(true)
    const known = await admin.post(at('domain_blocks'), { domain: 'bad.test' })
    expect(known.json.existing_domain_block.id).toBe(made.json.id)
    await admin.delete(path)
    await server.settled()
    expect((await mod.get(`/api/v1/admin/accounts/${far.id}`)).json.suspended).toBe(false)
  })
})

describe('who may not come in', () => {
  test('is known by network, by mailbox however it is spelt, and by domain', async () => {
    const ids = [
      (await admin.post(at('ip_blocks'), { ip: '198.51.100.9/24', severity: 'sign_up_block' })).json,
      (await admin.post(at('ip_blocks'), { ip: '2001:db8::5/32', severity: 'sign_up_requires_approval' }))
        .json,
    ]
    expect(ids.map(({ ip }) => ip)).toEqual(['198.51.100.0/24', '2001:db8::/32'])
    const mapped = await admin.post(at('ip_blocks'), {
      ip: '::ffff:192.0.2.9/124',
      severity: 'sign_up_block',
    })
    expect(mapped.json.ip).toBe('192.0.2.0/28')
    const asItself = { ip: '::ffff:127.0.0.0/104', severity: 'no_access' }
    expect((await admin.post(at('ip_blocks'), asItself)).status).toBe(422)
    const all = { ip: '::ffff:0:0/80', severity: 'no_access' }
    expect((await admin.post(at('ip_blocks'), all)).status).toBe(422)
    await admin.post(at('email_domain_blocks'), { domain: 'spam.test' })
    await admin.post(at('canonical_email_blocks'), { email: 'a.b@mail.test' })
    const refused = (ip: string, email: string | null) => registrationRefusedBy(server.db, { ip, email })
    expect(await refused('198.51.100.200', null)).toBe('ip')
    expect(await refused('::ffff:198.51.100.200', null)).toBe('ip')
    expect(await refused('192.0.2.15', null)).toBe('ip')
    expect(await refused('198.51.101.1', 'x@y.test')).toBeUndefined()
    expect(await refused('unknown', 'AB+1@MAIL.test')).toBe('email')
    expect(await refused('2001:db8:1::1', 'x@deep.spam.test')).toBe('email')
    expect(await registrationNeedsApproval(server.db, '2001:db8:1::1')).toBe(true)
    expect(await registrationNeedsApproval(server.db, '198.51.100.200')).toBe(false)
    expect(await isEmailBlocked(server.db, 'x@nospam.test')).toBe(false)
    const found = await admin.post(at('canonical_email_blocks/test'), { email: 'A.B@mail.test' })
    expectEntities('Admin::CanonicalEmailBlock', found.json)
    expect(found.json).toHaveLength(1)
    expect((await admin.post(at('canonical_email_blocks/test'), { email: 'c@mail.test' })).json).toEqual([])
  })

  test('has no access at all from a network that is shut out, from the trusted proxy on, until it ends', async () => {
    const from = (ip: string) => apiClient(server, { 'x-forwarded-for': ip })
    const statuses = async (ip: string) =>
      Promise.all(
        ['/', '/api/v1/instance', '/nodeinfo/2.1', `/ap/actors/${admin.account.id}`].map(
          async (path) => (await from(ip).get(path)).status,
        ),
      )
    const wide = await admin.post(at('ip_blocks'), { ip: '0.0.0.0/0', severity: 'no_access' })
    expect(wide.status).toBe(422)
    const own = { ip: '127.0.0.0/8', severity: 'no_access' }
    expect((await admin.post(at('ip_blocks'), own)).status).toBe(422)
    const made = await admin.post(at('ip_blocks'), {
      ip: '203.0.113.0/24',
      severity: 'no_access',
      comment: 'c',
    })
    expect(made.json.expires_at).toBeNull()
    await expect.poll(() => statuses('203.0.113.5')).toEqual([403, 403, 403, 403])
    expect(await statuses('203.0.114.5')).not.toContain(403)
    const path = at('ip_blocks', made.json.id)
    const soon = await admin.put(path, { expires_in: 3600 })
    expectEntity('Admin::IpBlock', soon.json)
    expect(soon.json).toMatchObject({ comment: 'c', severity: 'no_access', expires_at: expect.any(String) })
    expect((await admin.put(path, { expires_in: -1 })).status).toBe(422)
    await admin.put(path, { severity: 'sign_up_block' })
    await expect.poll(() => statuses('203.0.113.5')).not.toContain(403)
  })
})
