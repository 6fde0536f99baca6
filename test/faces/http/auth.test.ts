import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import { transact } from '../../../src/db/transact.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { type Bearers, createBearers } from '../../../src/domain/grants/bearers.ts'
import { issueToken } from '../../../src/domain/grants/issue.ts'
import { createNonces } from '../../../src/domain/grants/nonces.ts'
import { revokeAllOf } from '../../../src/domain/grants/revoke.ts'
import { type Need, scopesFrom } from '../../../src/domain/grants/scopes.ts'
import { bearerByToken, bearerOf, grantOf, readBearer, requireBearer } from '../../../src/faces/http/auth.ts'
import { answerErrors, asProblemAt } from '../../../src/faces/http/errors.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { proverWith } from '../../support/proofs.ts'
import { tokenFor } from '../../support/tokens.ts'
import { ORIGIN, personHere, testWorld } from '../../support/world.ts'

let database: TestDatabase
let parts: ReturnType<typeof testWorld>
let ada: LocalAccount
let bearers: Bearers
let server: Server
let base: string

beforeAll(async () => {
  database = await testDatabase()
  parts = testWorld(database.db)
  ada = await personHere(parts.world, 'ada')
  bearers = createBearers(parts.world)
  const app = express()
  const reading = { world: parts.world, bearers, config: { secret: new Secret('a secret of the tests') } }
  // Twice, as where one router stands behind another.
  app.use(readBearer(reading), readBearer(reading))
  app.get('/open', (req, res) => {
    res.json({ name: bearerOf(req)?.account.name ?? null, client: grantOf(req)?.clientId ?? null })
  })
  app.get('/need/:need', (req, res) => {
    const [first = '', ...others] = String(req.params.need).split('+')
    const need = (others.length > 0 ? [first, ...others] : first) as Need
    res.json(requireBearer(req, need).account.name)
  })
  app.use(answerErrors(silentLog, asProblemAt(ORIGIN)))
  server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await database[Symbol.asyncDispose]()
})

async function ask(path: string, authorization?: string) {
  const reply = await fetch(base + path, { headers: authorization === undefined ? {} : { authorization } })
  const json = (await reply.json()) as Record<string, unknown>
  return { status: reply.status, challenge: reply.headers.get('www-authenticate'), json }
}

describe('a token', () => {
  test.each(['Bearer', 'bearer', 'BEARER'])('says for whom an app asks (%s)', async (scheme) => {
    const token = await tokenFor(parts.world, ada)
    expect((await ask('/open', `${scheme} ${token}`)).json).toEqual({ name: 'ada', client: 'weft' })
  })

  test.each([undefined, 'Basic eDp5', 'Signature keyId="x"', 'Bearerx'])(
    '%s is none, and goes on',
    async (header) => {
      expect(await ask('/open', header)).toMatchObject({ status: 200, json: { name: null } })
    },
  )

  test.each(['Bearer', 'Bearer ', 'Bearer x', `Bearer ${'x'.repeat(43)}`, 'Bearer a b', 'DPoP x'])(
    '%s is refused everywhere',
    async (header) => {
      const { status, challenge } = await ask('/open', header)
      expect(status).toBe(401)
      expect(challenge).toContain('error="invalid_token"')
      expect(challenge).toContain(`resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource/open"`)
    },
  )

  test('is asked for where one is needed', async () => {
    const { status, challenge } = await ask('/need/readinbox')
    expect(status).toBe(401)
    expect(challenge).toMatch(/^Bearer resource_metadata="/)
    expect(challenge).not.toContain('error=')
  })

  test('is asked for without a word of the query, and without a path that nothing here has', async () => {
    const at = async (path: string) => (await ask(path)).challenge ?? ''
    const metadata = `resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource`
    expect(await at(`/need/readinbox?cursor=7&ticket=secret&x=${'y'.repeat(4000)}`)).toContain(
      `${metadata}/need/readinbox"`,
    )
    const long = await at(`/need/${'z'.repeat(4000)}`)
    expect(long).toContain(`${metadata}"`)
    expect(long.length).toBeLessThan(600)
  })

  test('S-124: has to have the scope, or one of them', async () => {
    const token = `Bearer ${await tokenFor(parts.world, ada, { scope: 'read' })}`
    expect((await ask('/need/readinbox', token)).json).toBe('ada')
    expect((await ask('/need/createcontent+readall', token)).json).toBe('ada')
    const one = await ask('/need/createcontent', token)
    expect(one.status).toBe(403)
    expect(one.challenge).toContain('error="insufficient_scope", scope="createcontent"')
    const several = await ask('/need/like+share', token)
    expect(several.challenge).toContain('scope="like share"')
  })

  test('of an app as itself is nobody’s', async () => {
    await tokenFor(parts.world, ada)
    const { accessToken } = await issueToken(parts.world, {
      accountId: null,
      scopes: scopesFrom('read write'),
    })
    expect((await ask('/open', `Bearer ${accessToken}`)).json).toEqual({ name: null, client: 'weft' })
    expect((await ask('/need/read', `Bearer ${accessToken}`)).status).toBe(401)
    await expect(bearerByToken({ bearers }, accessToken)).rejects.toMatchObject({ code: 'token.invalid' })
  })

  test('can be asked for by itself', async () => {
    const token = await tokenFor(parts.world, ada)
    expect((await bearerByToken({ bearers }, token)).account.id).toBe(ada.id)
    await expect(bearerByToken({ bearers }, 'x')).rejects.toMatchObject({ code: 'token.invalid' })
  })

  test('that is bound to a key is proven once, however many ask for it', async () => {
    const token = await tokenFor(parts.world, ada)
    const prover = await proverWith()
    await database.db
      .updateTable('grant_token')
      .set({ dpop_jkt: prover.jkt })
      .where('token_hash', '=', createHash('sha256').update(token).digest())
      .execute()
    const now = parts.clock.now()
    const nonce = createNonces('a secret of the tests', parts.clock).current()
    const proving = { method: 'GET', uri: `${ORIGIN}/open`, accessToken: token, now }
    const ask = (dpop: string) =>
      fetch(`${base}/open?a=b`, { headers: { authorization: `DPoP ${token}`, dpop } })
    const without = await ask(await prover.proof(proving))
    expect(without.status).toBe(401)
    expect(without.headers.get('www-authenticate')).toMatch(
      /^DPoP algs=".*", error="use_dpop_nonce", Bearer /,
    )
    expect(without.headers.get('dpop-nonce')).toBe(nonce)
    const proof = await prover.proof({ ...proving, nonce })
    expect(await (await ask(proof)).json()).toEqual({ name: 'ada', client: 'weft' })
    expect((await ask(proof)).status).toBe(401)
    await expect(bearerByToken({ bearers }, token)).rejects.toMatchObject({ code: 'token.invalid' })
  })

  test('S-134: ends with all others', async () => {
    const eve = await personHere(parts.world, 'eve')
    const token = await tokenFor(parts.world, eve)
    await transact(database.db, (tx) => revokeAllOf(tx, eve.id))
    expect((await ask('/open', `Bearer ${token}`)).status).toBe(401)
  })

  test('costs less than a tenth of a millisecond once it is known', async () => {
    const token = await tokenFor(parts.world, ada)
    await bearers.find(token)
    const began = process.cpuUsage()
    for (let times = 0; times < 10_000; times++) await bearers.find(token)
    const { user, system } = process.cpuUsage(began)
    expect((user + system) / 1000 / 10_000).toBeLessThan(0.1)
  })
})
