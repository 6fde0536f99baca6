import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endEverywhere } from '../../src/domain/accounts/end-everywhere.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { actsIn, staffAs } from '../support/mastodon/staff.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere } from '../support/world.ts'

let server: Whole
let owner: Toot
let admin: Toot
let mod: Toot

beforeAll(async () => {
  server = await startWhole(['far.test'])
  owner = await staffAs(server, 'olga', 'owner')
  admin = await staffAs(server, 'alma', 'admin')
  mod = await staffAs(server, 'mona', 'moderator')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const path = '/api/v1/admin/accounts'
const act = (who: Toot, id: string, type: string, more = {}) =>
  who.post(`${path}/${id}/action`, { type, ...more }, 'form')
const seen = async (id: string) => (await mod.get(`${path}/${id}`)).json
const names = (list: readonly { username: string }[]) => list.map(({ username }) => username)

describe('who may', () => {
  test('is decided by role and by scope, at every request', async () => {
    const person = await staffAs(server, 'paul', 'user')
    const narrow = await staffAs(server, 'mona', 'moderator', 'read admin:read:reports')
    for (const who of [person, narrow, await tootAs(server, 'mona')])
      for (const route of [path, `${path}/${person.account.id}`, '/api/v2/admin/accounts'])
        expect((await who.get(route)).status, route).toBe(403)
    expect((await act(narrow, person.account.id, 'suspend')).status).toBe(403)
    expect((await seen(person.account.id)).suspended).toBe(false)
    await server.db
      .updateTable('login')
      .set({ role: 'moderator' })
      .where('account_id', '=', person.account.id)
      .execute()
    expect((await person.get(path)).status).toBe(200)
  })

  test('nobody decides about themself, nor about whoever has as much to say', async () => {
    const second = await staffAs(server, 'mike', 'moderator')
    for (const [who, whom] of [
      [mod, mod],
      [mod, second],
      [mod, admin],
      [admin, owner],
      [mod, owner],
      [owner, owner],
    ] as const) {
      for (const type of ['none', 'sensitive', 'disable', 'silence', 'suspend'])
        expect((await act(who, whom.account.id, type)).status).toBe(403)
      expect((await who.delete(`${path}/${whom.account.id}`)).status).toBe(403)
    }
    expect((await owner.get('/api/v1/accounts/verify_credentials')).status).toBe(200)
    expect((await act(admin, second.account.id, 'none')).status).toBe(200)
  })
})

describe('the list', () => {
  test('is of everybody, page by page, as it is asked for', async () => {
    const far = await personElsewhere(server.world, 'zed')
    const eve = await tootAs(server, 'Eve_1')
    await server.db
      .updateTable('login')
      .set({ email: 'Eve@mail.test' })
      .where('account_id', '=', eve.account.id)
      .execute()
    const all = await everyPage(mod, path, { limit: 2 })
    expectEntities('Admin::Account', all)
    expect(new Set(names(all)).size).toBe(all.length)
    expect(all.find(({ id }) => id === far.id)).toMatchObject({ domain: 'far.test', role: null, email: null })
    const asked = async (query: object, version = 'v1') => {
      const reply = await mod.get(`/api/${version}/admin/accounts`, { ...query })
      expect(reply.status, reply.text).toBe(200)
      return names(reply.json)
    }
    expect(await asked({ remote: true })).toEqual(['zed'])
    expect(await asked({ origin: 'remote' }, 'v2')).toEqual(['zed'])
    expect(await asked({ by_domain: 'far.test' }, 'v2')).toEqual(['zed'])
    expect(await asked({ username: 'eve' })).toEqual(['Eve_1'])
    expect(await asked({ email: 'eve@' })).toEqual(['Eve_1'])
    expect((await asked({ staff: true })).sort()).toEqual(['alma', 'mike', 'mona', 'olga', 'paul'])
    expect(await asked({ permissions: 'staff', role_ids: ['3'] }, 'v2')).toEqual(['olga'])
    expect(await asked({ status: 'pending' }, 'v2')).toEqual([])
    expect(await asked({ ip: '192.0.2.1' })).toEqual([])
    expect((await mod.get('/api/v2/admin/accounts', { status: 'odd' })).status).toBe(422)
    expect((await mod.get(`${path}/404`)).json).toEqual({ error: 'Record not found' })
  })
})

describe('a decision', () => {
  test('to disable ends all sessions and tokens, until it is taken back', async () => {
    const bob = await tootAs(server, 'bob')
    expect((await act(mod, bob.account.id, 'disable', { text: 'wait' })).json).toEqual({})
    expect(await seen(bob.account.id)).toMatchObject({ disabled: true, suspended: false })
    expect((await bob.get('/api/v1/preferences')).status).toBe(401)
    expect(names((await mod.get(path, { disabled: true })).json)).toEqual(['bob'])
    const back = await mod.post(`${path}/${bob.account.id}/enable`)
    expectEntity('Admin::Account', back.json)
    expect(back.json.disabled).toBe(false)
    const again = await tootAs(server, 'bob')
    expect((await again.get('/api/v1/preferences')).status).toBe(200)
  })

  test('to silence, to suspend and to mark as sensitive holds until it is taken back', async () => {
    const cat = await tootAs(server, 'cat')
    const far = await personElsewhere(server.world, 'yan')
    for (const id of [cat.account.id, far.id]) {
      for (const [type, undo, field] of [
        ['silence', 'unsilence', 'silenced'],
        ['sensitive', 'unsensitive', 'sensitized'],
        ['suspend', 'unsuspend', 'suspended'],
      ] as const) {
        expect((await act(mod, id, type)).status, type).toBe(200)
        expect(await seen(id)).toMatchObject({ [field]: true })
        const list = (await mod.get('/api/v2/admin/accounts', { status: field })).json
        expect(list.map((each: { id: string }) => each.id)).toEqual([id])
        expect((await mod.post(`${path}/${id}/${undo}`)).json).toMatchObject({ id, [field]: false })
      }
    }
    expect((await act(mod, far.id, 'disable')).status).toBe(422)
    expect((await mod.post(`${path}/${far.id}/unsuspend`)).status).toBe(422)
    expect((await act(mod, far.id, 'vanish')).status).toBe(422)
    expect((await act(mod, '404', 'suspend')).status).toBe(404)
  })

  test('to mark as sensitive covers what they show, in posts of before as well, until it is taken back', async () => {
    const gil = await tootAs(server, 'gil')
    const plain = await publishPost(server.world, gil.account, { text: 'words', visibility: 'public' })
    const shown = await publishPost(server.world, gil.account, { text: 'look', visibility: 'public' })
    await server.db
      .insertInto('attachment')
      .values({
        id: server.world.ids.next(),
        account_id: gil.account.id,
        post_id: shown,
        position: 0,
        kind: 'image',
        url: 'https://weft.test/x.png',
      })
      .execute()
    const covered = async () =>
      Promise.all([plain, shown].map(async (id) => (await mod.get(`/api/v1/statuses/${id}`)).json.sensitive))
    expect(await covered()).toEqual([false, false])
    await act(mod, gil.account.id, 'sensitive')
    expect(await covered()).toEqual([false, true])
    await mod.post(`${path}/${gil.account.id}/unsensitive`)
    expect(await covered()).toEqual([false, false])
  })

  test('is told to whom it is about, the last one alone, and written down', async () => {
    const dan = await tootAs(server, 'dan')
    const before = (await actsIn(server)).length
    await act(mod, dan.account.id, 'none', { text: 'first' })
    await act(mod, dan.account.id, 'silence', { text: 'second' })
    const told = (await dan.get('/api/v1/notifications', { types: ['moderation_warning'] })).json
    expectEntities('Notification', told)
    expect(told).toMatchObject([
      {
        type: 'moderation_warning',
        moderation_warning: { action: 'silence', text: 'second', target_account: { id: dan.account.id } },
      },
    ])
    expectEntity('GroupedNotifications', (await dan.get('/api/v2/notifications')).json)
    expect((await actsIn(server)).slice(before)).toEqual(['account.warn', 'account.silence'])
  })

  test('to suspend keeps the address from coming in again, and only then may the account be deleted', async () => {
    const eli = await tootAs(server, 'eli')
    await publishPost(server.world, eli.account, { text: 'here I am', visibility: 'public' })
    await server.db
      .updateTable('login')
      .set({ email: 'e.li@mail.test' })
      .where('account_id', '=', eli.account.id)
      .execute()
    const one = `${path}/${eli.account.id}`
    expect((await admin.delete(one)).status).toBe(403)
    expect((await act(mod, eli.account.id, 'suspend')).status).toBe(200)
    expect((await eli.get('/api/v1/preferences')).status).toBe(401)
    const blocked = await server.db.selectFrom('email_block').select('account_id').execute()
    expect(blocked).toEqual([{ account_id: eli.account.id }])
    expect((await mod.delete(one)).status).toBe(403)
    const gone = await admin.delete(one)
    expectEntity('Admin::Account', gone.json)
    expect((await admin.get(one)).status).toBe(404)
    await server.settled()
    expect((await mod.get('/api/v1/accounts/lookup', { acct: 'eli' })).status).toBe(404)
  })

  test('about who waits for nobody: nothing to approve, nothing to reject', async () => {
    const fay = await tootAs(server, 'fay')
    for (const word of ['approve', 'reject'])
      expect((await mod.post(`${path}/${fay.account.id}/${word}`)).status, word).toBe(403)
    await server.db.transaction().execute((tx) => endEverywhere(tx, fay.account.id))
  })
})
