import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { setPassword } from '../../src/domain/accounts/change-password.ts'
import { deleteAccount } from '../../src/domain/accounts/delete.ts'
import { forgetGrants } from '../../src/domain/grants/forget.ts'
import { suspendAccount } from '../../src/domain/moderation/suspend.ts'
import { appIn, basic, codeFor, postForm } from '../support/apps.ts'
import { tokenFor } from '../support/tokens.ts'
import { eventually } from '../support/weft.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

let server: Whole
let ada: LocalAccount
let client: { id: string }

beforeAll(async () => {
  server = await startWhole()
  ada = await personHere(server.world, 'ada')
  client = await appIn(server.world)
})
afterAll(() => server[Symbol.asyncDispose]())

async function given(account = ada, app = client, scope = 'read write') {
  const { json } = await postForm(
    server,
    '/oauth/token',
    await codeFor(server.world, account, app, { scope }),
  )
  return { access: String(json.access_token), refresh: String(json.refresh_token) }
}
const introspect = (fields: Record<string, string>, headers = {}) =>
  postForm(server, '/oauth/introspect', fields, headers)
const byItself = (token: string) => introspect({ token }, { authorization: `Bearer ${token}` })
const revoke = (fields: Record<string, string>, headers = {}) =>
  postForm(server, '/oauth/revoke', fields, headers)

describe('c4: introspection', () => {
  test('tells an app of its token', async () => {
    const { access } = await given(ada, client, 'read')
    const reply = await introspect({ client_id: client.id, token: access, token_type_hint: 'nonsense' })
    expect(reply.status).toBe(200)
    expect(reply.headers['cache-control']).toBe('no-store')
    expect(reply.json).toEqual({
      active: true,
      scope: 'read',
      client_id: client.id,
      token_type: 'Bearer',
      iss: ORIGIN,
      iat: expect.any(Number),
      exp: expect.any(Number),
      username: 'ada',
      sub: ada.uri,
      me: ada.uri,
      activitypub_actor_id: ada.uri,
    })
    expect(Number(reply.json.exp) - Number(reply.json.iat)).toBe(3600)
  })

  test('tells whoever holds a token of it, without knowing the app', async () => {
    const { access, refresh } = await given()
    expect((await byItself(access)).json).toMatchObject({ active: true, activitypub_actor_id: ada.uri })
    const other = await introspect({ token: refresh }, { authorization: `Bearer ${access}` })
    expect(other.json).toMatchObject({ active: true, sub: ada.uri })
    expect(other.json.token_type).toBeUndefined()
  })

  test('S-129, e8: tells nobody else anything', async () => {
    const [mine, another] = [await given(), await given()]
    const other = await appIn(server.world, { secret: 's' })
    const replies = [
      await introspect({ token: mine.access }, basic(other.id, 's')),
      await introspect({ token: mine.access }, { authorization: `Bearer ${another.access}` }),
      await introspect({ client_id: client.id, token: 'x' }),
      await introspect({ client_id: client.id, token: 'x'.repeat(43) }),
    ]
    for (const { status, json } of replies) expect([status, json]).toEqual([200, { active: false }])
  })

  test.each<[string, Record<string, string>, Record<string, string>, number, string]>([
    ['nobody', { token: 'x' }, {}, 401, 'invalid_client'],
    ['an app that nobody knows', { token: 'x', client_id: 'x' }, {}, 401, 'invalid_client'],
    ['a token that is none', { token: 'x' }, { authorization: 'Bearer x' }, 401, 'invalid_token'],
    ['a scheme and no token', { token: 'x' }, { authorization: 'Bearer' }, 401, 'invalid_token'],
  ])('says nothing to %s', async (_, fields, headers, status, error) => {
    const reply = await introspect(fields, headers)
    expect([reply.status, reply.json.error]).toEqual([status, error])
    expect(reply.headers['access-control-allow-origin']).toBe('*')
    if (error === 'invalid_token') expect(reply.headers['www-authenticate']).toContain(error)
  })

  test('without a token there is nothing to tell', async () => {
    expect((await introspect({ client_id: client.id })).json.error).toBe('invalid_request')
    expect((await server.ask('/oauth/introspect')).status).toBe(405)
  })
})

describe('c4: revocation', () => {
  test.each(['access', 'refresh'] as const)(
    'of the %s token ends all of the same sign-in, and no other',
    async (kind) => {
      const [mine, another] = [await given(), await given()]
      const reply = await revoke({ client_id: client.id, token: mine[kind] })
      expect([reply.status, reply.json]).toEqual([200, {}])
      await eventually(async () => expect((await byItself(mine.access)).status).toBe(401), 2_000)
      const refreshed = await postForm(server, '/oauth/token', {
        grant_type: 'refresh_token',
        client_id: client.id,
        refresh_token: mine.refresh,
      })
      expect(refreshed.json.error).toBe('invalid_grant')
      expect((await byItself(another.access)).status).toBe(200)
    },
  )

  test('is the same for what is no token, and a second time', async () => {
    const { access } = await given()
    for (const token of [access, access, 'x', 'x'.repeat(43), "'; --"])
      expect((await revoke({ client_id: client.id, token })).status).toBe(200)
  })

  test('S-129: of another app’s token does nothing, and says nothing', async () => {
    const { access } = await given()
    const other = await appIn(server.world, { secret: 's' })
    const reply = await revoke({ token: access }, basic(other.id, 's'))
    expect([reply.status, reply.json]).toEqual([200, {}])
    expect((await byItself(access)).status).toBe(200)
  })

  test('S-129: needs the app’s secret', async () => {
    const app = await appIn(server.world, { secret: 's' })
    const token = await tokenFor(server.world, ada, { clientId: 'https://app.test/x' })
    for (const fields of [
      { client_id: app.id, token },
      { client_id: app.id, client_secret: 'x', token },
      { token },
    ])
      expect((await revoke(fields)).status).toBe(401)
  })

  test('apps of the Mastodon API send JSON', async () => {
    const app = await appIn(server.world, { kind: 'app', secret: 's' })
    const fields = await codeFor(server.world, ada, app, { pkce: false })
    const token = String(
      (await postForm(server, '/oauth/token', { ...fields, client_secret: 's' })).json.access_token,
    )
    const body = JSON.stringify({ client_id: app.id, client_secret: 's', token })
    expect(
      (await postForm(server, '/oauth/revoke', body, { 'content-type': 'application/json' })).status,
    ).toBe(200)
    await eventually(async () => expect((await byItself(token)).status).toBe(401), 2_000)
  })
})

describe('S-134: all that somebody had given to apps ends within two seconds', () => {
  test.each<[string, (account: LocalAccount) => Promise<void>]>([
    ['a new password', (account) => setPassword(server.world, account, 'a long enough password')],
    ['a suspension', (account) => suspendAccount(server.world, account)],
    ['a deletion', (account) => deleteAccount(server.world, account)],
  ])('with %s', async (what, change) => {
    const eve = await personHere(server.world, `eve_${what.slice(2, 5)}`)
    const tokens = await given(eve)
    const unused = await codeFor(server.world, eve, client)
    expect((await byItself(tokens.access)).status).toBe(200)
    await change(eve)
    await eventually(async () => expect((await byItself(tokens.access)).status).toBe(401), 2_000)
    expect((await postForm(server, '/oauth/token', unused)).json.error).toBe('invalid_grant')
    const refreshed = await postForm(server, '/oauth/token', {
      grant_type: 'refresh_token',
      client_id: client.id,
      refresh_token: tokens.refresh,
    })
    expect(refreshed.json.error).toBe('invalid_grant')
  })
})

test('what has run out is forgotten, and what may come again is not', async () => {
  const { world, db } = server
  const count = async () => {
    const rows = await Promise.all([
      db.selectFrom('grant_code').select('code_hash').execute(),
      db.selectFrom('grant_token').select('token_hash').where('kind', '=', 'access').execute(),
      db.selectFrom('grant_token').select('token_hash').where('kind', '=', 'refresh').execute(),
      db.selectFrom('client_grant').select('id').where('revoked_at', 'is', null).execute(),
    ])
    return rows.map(({ length }) => length)
  }
  await db.deleteFrom('client_grant').execute()
  const first = await given()
  await postForm(server, '/oauth/token', {
    grant_type: 'refresh_token',
    client_id: client.id,
    refresh_token: first.refresh,
  })
  await tokenFor(world, ada)
  const later = (days: number) => ({
    ...world,
    clock: { now: () => new Date(Date.now() + days * 86_400_000) },
  })
  await forgetGrants(world)
  expect((await count()).slice(1)).toEqual([3, 2, 2])
  await forgetGrants(later(2))
  expect(await count()).toEqual([0, 1, 2, 2])
  await forgetGrants(later(91))
  expect(await count()).toEqual([0, 1, 0, 1])
})

test('nothing of this was a defect of ours', () => {
  expect(server.errors).toEqual([])
})
