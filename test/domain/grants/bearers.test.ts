import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listen } from '../../../src/db/listen.ts'
import { transact } from '../../../src/db/transact.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { type Bearers, createBearers } from '../../../src/domain/grants/bearers.ts'
import { findBearer } from '../../../src/domain/grants/find.ts'
import { GRANTS_CHANNEL } from '../../../src/domain/grants/news.ts'
import { revokeAllOf, revokeGrants } from '../../../src/domain/grants/revoke.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { tokenFor } from '../../support/tokens.ts'
import { personHere, testWorld } from '../../support/world.ts'

let database: TestDatabase
let parts: ReturnType<typeof testWorld>
let ada: LocalAccount
let bearers: Bearers

beforeAll(async () => {
  database = await testDatabase()
  parts = testWorld(database.db)
  ada = await personHere(parts.world, 'ada')
})
afterAll(() => database[Symbol.asyncDispose]())
beforeEach(() => {
  bearers = createBearers(parts.world)
})

describe('a token', () => {
  test('S-128: is stored as nothing but its SHA-256', async () => {
    const token = await tokenFor(parts.world, ada)
    const rows = await database.db.selectFrom('grant_token').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(rows.every(({ token_hash }) => token_hash.length === 32)).toBe(true)
  })

  test('is found with its account, its app and its scopes', async () => {
    const token = await tokenFor(parts.world, ada, { scope: 'read', clientId: 'https://app.test/client' })
    const found = await bearers.find(token)
    expect(found).toMatchObject({ clientId: 'https://app.test/client', expiresAt: null, dpopJkt: null })
    expect(found?.account).toEqual(ada)
    expect(found?.scopes.all.has('readinbox')).toBe(true)
    expect(found?.scopes.all.has('createcontent')).toBe(false)
  })

  test.each(['', 'x', 'a'.repeat(43), "' OR 1=1 --", '\0'.repeat(43)])('%j is none', async (text) => {
    expect(await bearers.find(text)).toBeUndefined()
  })

  test('ends when it has run out, also while it is remembered', async () => {
    const token = await tokenFor(parts.world, ada, { expiresInSeconds: 3 })
    expect(await bearers.find(token)).toBeDefined()
    parts.clock.advance(3_000)
    expect(await bearers.find(token)).toBeUndefined()
  })

  test('that this process has ended is known to have in the same moment', async () => {
    const token = await tokenFor(parts.world, ada)
    const { grantId } = (await bearers.find(token)) ?? expect.fail('no grant')
    await revokeGrants(parts.world, [grantId])
    expect(await bearers.find(token)).toBeDefined()
    bearers.forget(grantId)
    expect(await bearers.find(token)).toBeUndefined()
  })

  test('is looked up once, and again when that is a while ago', async () => {
    const token = await tokenFor(parts.world, ada)
    await bearers.find(token)
    await database.db.deleteFrom('grant_token').execute()
    expect(await bearers.find(token)).toBeDefined()
    parts.clock.advance(5_001)
    expect(await bearers.find(token)).toBeUndefined()
  })
})

describe('S-134: what ends', () => {
  test('ends within two seconds in every process, and is told to who waits for it', async () => {
    await using _listener = await listen(database.url, [GRANTS_CHANNEL], (_, payload) =>
      bearers.hear(payload),
    )
    const token = await tokenFor(parts.world, ada)
    const other = await tokenFor(parts.world, await personHere(parts.world, 'other'))
    const { account } = (await bearers.find(token)) ?? {}
    await bearers.find(other)
    const heard = new Promise<void>((resolve) => {
      bearers.onEnded(({ accountIds }) => accountIds.has(ada.id) && resolve())
    })
    const began = performance.now()
    await transact(database.db, (tx) => revokeAllOf(tx, ada.id))
    await heard
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(account?.id).toBe(ada.id)
    expect(await bearers.find(token)).toBeUndefined()
    expect(await bearers.find(other)).toBeDefined()
  })

  test.each([
    ['suspended', { suspended_at: new Date() }],
    ['deleted', { deleted_at: new Date() }],
  ])('an account that is %s has no token that holds', async (_, change) => {
    const gone = await personHere(parts.world, `gone${_}`)
    const token = await tokenFor(parts.world, gone)
    await database.db.updateTable('account').set(change).where('id', '=', gone.id).execute()
    expect(await findBearer(parts.world, token)).toBeUndefined()
  })
})
