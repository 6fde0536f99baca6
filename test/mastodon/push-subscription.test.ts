import { createECDH, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { transact } from '../../src/db/transact.ts'
import { deleteAccount } from '../../src/domain/accounts/delete.ts'
import { endEverywhere } from '../../src/domain/accounts/end-everywhere.ts'
import { findAccount } from '../../src/domain/accounts/find.ts'
import { forgetGrants } from '../../src/domain/grants/forget.ts'
import { revokeGrants } from '../../src/domain/grants/revoke.ts'
import { hashOf } from '../../src/domain/grants/tokens.ts'
import { suspendAccount } from '../../src/domain/moderation/suspend.ts'
import { apiClient, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { pushedApp } from '../support/push-service.ts'
import { startWhole, type Whole } from '../support/whole.ts'

const PATH = '/api/v1/push/subscription'

let server: Whole
beforeAll(async () => {
  server = await startWhole()
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const wish = (more: Fields = {}): Fields => {
  const { endpoint, keys } = pushedApp(server.peer)
  return { subscription: { endpoint, keys, ...more }, data: { alerts: { mention: true } } }
}
const rowsOf = async (who: Toot) => {
  const { account } = who
  return server.db.selectFrom('push_subscription').selectAll().where('account_id', '=', account.id).execute()
}

describe('where an app is told of notifications', () => {
  test('is said once for each access token, in documented words', async () => {
    const ada = await tootAs(server, 'ada')
    expect((await ada.get(PATH)).status).toBe(404)
    expect((await ada.put(PATH, { data: { policy: 'none' } })).status).toBe(404)
    const { endpoint, keys } = pushedApp(server.peer)
    const made = await ada.post(PATH, {
      subscription: { endpoint, keys, standard: true },
      data: { alerts: { mention: true, favourite: true, reblog: false }, policy: 'followed' },
    })
    expect(made.status).toBe(200)
    expectEntity('WebPushSubscription', made.json)
    expect(made.json).toMatchObject({ endpoint, standard: true, policy: 'followed' })
    expect(made.json.alerts).toMatchObject({ mention: true, favourite: true, reblog: false, poll: false })
    const { json: instance } = await ada.get('/api/v2/instance')
    expect(made.json.server_key).toBe(instance.configuration.vapid.public_key)
    expect((await ada.get(PATH)).json).toEqual(made.json)

    const other = await tootAs(server, 'ada')
    expect((await other.get(PATH)).status).toBe(404)
    const again = await ada.post(PATH, wish())
    expect(again.json).toMatchObject({ standard: false, policy: 'all' })
    expect(again.json.id).not.toBe(made.json.id)
    expect(await rowsOf(ada)).toHaveLength(1)
    await other.post(PATH, wish())
    expect(await rowsOf(ada)).toHaveLength(2)
  })

  test.each(['json', 'form', 'multipart'] as const)('is read from %s', async (as) => {
    const who = await tootAs(server, 'bea')
    const { endpoint, keys } = pushedApp(server.peer)
    const fields = {
      subscription: { endpoint, keys, standard: true },
      data: { alerts: { follow: true, 'admin.sign_up': true }, policy: 'follower' },
    }
    const { status, json } = await who.post(PATH, fields, as)
    expect([status, json.standard, json.policy]).toEqual([200, true, 'follower'])
    expect(json.alerts).toMatchObject({ follow: true, 'admin.sign_up': true, mention: false })
  })

  test('is changed as far as something is said, and ended', async () => {
    const cat = await tootAs(server, 'cat')
    await cat.post(PATH, wish())
    const put = await cat.put(PATH, { data: { alerts: { poll: 'true' } } }, 'form')
    expectEntity('WebPushSubscription', put.json)
    expect(put.json.alerts).toMatchObject({ poll: true, mention: false })
    expect(put.json.policy).toBe('all')
    const policy = await cat.put(PATH, { policy: 'none' })
    expect(policy.json).toMatchObject({ policy: 'none', alerts: { poll: true } })
    const own = await cat.put(PATH, { data: { alerts: { reaction: true } } })
    expect(own.json.alerts).toMatchObject({ reaction: true, poll: false })
    expect((await cat.delete(PATH)).json).toEqual({})
    expect((await cat.get(PATH)).status).toBe(404)
    expect((await cat.delete(PATH)).json).toEqual({})
  })

  test('is not twice the same device of somebody, nor more than so many', async () => {
    const dan = await tootAs(server, 'dan')
    const fields = wish()
    await dan.post(PATH, fields)
    const later = await tootAs(server, 'dan')
    await later.post(PATH, fields)
    expect((await dan.get(PATH)).status).toBe(404)
    expect((await later.get(PATH)).status).toBe(200)
    const eve = await tootAs(server, 'eve')
    await eve.post(PATH, fields)
    expect((await later.get(PATH)).status).toBe(200)
    for (let n = 0; n < 26; n++) await (await tootAs(server, 'dan')).post(PATH, wish())
    expect(await rowsOf(dan)).toHaveLength(25)
    expect((await later.get(PATH)).status).toBe(404)
  })

  test('is for apps that may push, and for somebody', async () => {
    expect((await apiClient(server).post(PATH, wish())).status).toBe(401)
    const narrow = await tootAs(server, 'ada', { scope: 'read write' })
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
      expect(
        (await narrow.ask(method, PATH, { body: method === 'GET' ? undefined : wish() } as never)).status,
      ).toBe(403)
  })

  test('is refused where nothing could be sent, and nothing has changed', async () => {
    const fay = await tootAs(server, 'fay')
    const { endpoint, keys } = pushedApp(server.peer)
    await fay.post(PATH, { subscription: { endpoint, keys } })
    const before = (await fay.get(PATH)).json
    const point = createECDH('prime256v1').generateKeys()
    const off = Buffer.from(point)
    off[64] = (off[64] ?? 0) ^ 1
    server.peer.resolvesTo('inside.test', ['10.0.0.1'])
    const wrong: Fields[] = [
      {},
      { subscription: endpoint },
      { subscription: {} },
      { subscription: { endpoint } },
      { subscription: { endpoint, keys: { p256dh: keys.p256dh } } },
      ...[
        'not an address',
        `http${endpoint.slice(5)}`,
        'https://inside.test/x',
        'https://127.0.0.1/x',
        'https://[::1]/x',
        'https://169.254.169.254/latest',
        'https://localhost/x',
        'https://nowhere.invalid/x',
        endpoint.replace('://', '://ada:secret@'),
        endpoint.replace('push.test', 'push.test:22'),
        `${endpoint}${'x'.repeat(2048)}`,
      ].map((bad) => ({ subscription: { endpoint: bad, keys } })),
      ...[
        { p256dh: 'x', auth: keys.auth },
        { p256dh: off.toString('base64url'), auth: keys.auth },
        { p256dh: point.subarray(1).toString('base64url'), auth: keys.auth },
        { p256dh: keys.p256dh, auth: randomBytes(15).toString('base64url') },
        { p256dh: keys.p256dh, auth: randomBytes(17).toString('base64url') },
        { p256dh: keys.p256dh, auth: '' },
      ].map((bad) => ({ subscription: { endpoint, keys: bad } })),
      { subscription: { endpoint, keys }, data: { policy: 'everybody' } },
      { subscription: { endpoint, keys }, data: { alerts: 'all' } },
    ]
    for (const body of wrong) {
      const { status, json } = await fay.post(PATH, body)
      expect(status, JSON.stringify(body)).toBe(422)
      expectEntity('Error', json)
    }
    expect((await fay.put(PATH, { data: { policy: 'everybody' } })).status).toBe(422)
    expect((await fay.get(PATH)).json).toEqual(before)
  })

  test('takes keys as base64, too', async () => {
    const { endpoint, keys } = pushedApp(server.peer)
    const base64 = (text: string) => Buffer.from(text, 'base64url').toString('base64')
    const who = await tootAs(server, 'gil')
    const padded = { p256dh: base64(keys.p256dh), auth: base64(keys.auth) }
    expect((await who.post(PATH, { subscription: { endpoint, keys: padded } }, 'form')).status).toBe(200)
  })
})

describe('a subscription goes with its token', () => {
  const subscribed = async (name: string, options = {}) => {
    const who = await tootAs(server, name)
    const app = await tootAs(server, name, options)
    for (const each of [who, app]) expect((await each.post(PATH, wish())).status).toBe(200)
    return { who, app, account: who.account }
  }

  test('when the app gives it back', async () => {
    const { app, who } = await subscribed('hal')
    const { grant_id: grantId } = await server.db
      .selectFrom('grant_token')
      .select('grant_id')
      .where('token_hash', '=', hashOf(app.token))
      .executeTakeFirstOrThrow()
    await revokeGrants(server.world, [grantId])
    expect((await rowsOf(who)).map((row) => row.token_hash)).toEqual([hashOf(who.token)])
  })

  test('when it runs out', async () => {
    const { who } = await subscribed('ida', { expiresInSeconds: 3600 })
    await server.db
      .updateTable('grant_token')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where(
        'grant_id',
        'in',
        server.db.selectFrom('client_grant').select('id').where('account_id', '=', who.account.id),
      )
      .execute()
    server.clock.set(new Date())
    await forgetGrants(server.world)
    expect(await rowsOf(who)).toHaveLength(0)
  })

  test('when somebody logs out everywhere, is suspended, or leaves', async () => {
    const ends: [string, (who: Toot) => Promise<unknown>][] = [
      ['jon', (who) => transact(server.db, (tx) => endEverywhere(tx, who.account.id))],
      [
        'kim',
        async (who) => suspendAccount(server.world, (await findAccount(server.db, who.account.id)) as never),
      ],
      ['liv', (who) => deleteAccount(server.world, who.account)],
    ]
    for (const [name, end] of ends) {
      const { who } = await subscribed(name)
      expect(await rowsOf(who)).toHaveLength(2)
      await end(who)
      expect(await rowsOf(who), name).toHaveLength(0)
    }
  })

  test('and no row says the token, nor the secret of the app', async () => {
    const who = await tootAs(server, 'max')
    const { endpoint, keys } = pushedApp(server.peer)
    await who.post(PATH, { subscription: { endpoint, keys } })
    const [row] = await rowsOf(who)
    const bytes = Buffer.concat([row?.sealed ?? Buffer.alloc(0), row?.token_hash ?? Buffer.alloc(0)])
    expect(row?.sealed.length).toBeGreaterThan(60)
    expect(bytes.includes(Buffer.from(who.token))).toBe(false)
    expect(bytes.includes(Buffer.from(who.token, 'base64url'))).toBe(false)
    expect(bytes.includes(Buffer.from(keys.auth, 'base64url'))).toBe(false)
  })
})
