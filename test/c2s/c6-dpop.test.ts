import { createHmac } from 'node:crypto'
import { exportJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { appIn, type CodeOptions, codeFor, postForm } from '../support/apps.ts'
import { type ProofOptions, type Prover, proverWith } from '../support/proofs.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

const TOKEN = `${ORIGIN}/oauth/token`
const INTROSPECT = `${ORIGIN}/oauth/introspect`

let server: Whole
let ada: LocalAccount
let client: { id: string }
let prover: Prover
let nonce: string

beforeAll(async () => {
  server = await startWhole()
  ada = await personHere(server.world, 'ada')
  client = await appIn(server.world)
  prover = await proverWith()
  const { headers } = await postForm(server, '/oauth/token', await codeFor(server.world, ada, client), {
    dpop: await prover.proof({ uri: TOKEN }),
  })
  nonce = String(headers['dpop-nonce'])
})
afterAll(() => server[Symbol.asyncDispose]())

const code = (options: CodeOptions = {}) => codeFor(server.world, ada, client, options)
const proof = (options: Partial<ProofOptions> = {}, by = prover) =>
  by.proof({ uri: TOKEN, nonce, ...options })
const ask = async (fields: Record<string, string>, dpop: string) =>
  postForm(server, '/oauth/token', fields, { dpop })
const bound = async (by = prover) => String((await ask(await code(), await proof({}, by))).json.access_token)

/** A resource that takes any token: it tells the token of itself. */
const use = (token: string, dpop: string | undefined, scheme = 'DPoP') =>
  postForm(
    server,
    '/oauth/introspect',
    { token },
    {
      authorization: `${scheme} ${token}`,
      ...(dpop !== undefined && { dpop }),
    },
  )

describe('c6: a token is bound to a key', () => {
  test.each(['ES256', 'EdDSA', 'Ed25519', 'RS256'])(
    'of %s, at the token endpoint and at resources',
    async (algorithm) => {
      const by = await proverWith(algorithm)
      const given = await ask(await code(), await proof({}, by))
      expect(given.status).toBe(200)
      expect(given.json.token_type).toBe('DPoP')
      expect(given.headers['dpop-nonce']).toMatch(/^[\w-]{43}$/)
      expect(given.headers['access-control-expose-headers']).toContain('DPoP-Nonce')
      const accessToken = String(given.json.access_token)
      const used = await use(accessToken, await by.proof({ uri: INTROSPECT, nonce, accessToken }))
      expect(used.json).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: by.jkt } })
    },
  )

  test('without a proof it is a bearer token as ever', async () => {
    const given = await postForm(server, '/oauth/token', await code())
    expect(given.json.token_type).toBe('Bearer')
    expect(given.headers['dpop-nonce']).toBeUndefined()
  })

  test('the nonce is asked for, and given', async () => {
    const fields = await code()
    const without = await ask(fields, await prover.proof({ uri: TOKEN }))
    expect([without.status, without.json.error]).toEqual([400, 'use_dpop_nonce'])
    const again = await ask(fields, await proof({ nonce: String(without.headers['dpop-nonce']) }))
    expect(again.status).toBe(200)
  })

  test.each<[string, Partial<ProofOptions>]>([
    ['for another method', { method: 'GET' }],
    ['for another address', { uri: `${ORIGIN}/oauth/revoke` }],
    ['for the name that a proxy has for us', { uri: 'http://127.0.0.1:3000/oauth/token' }],
    ['for no address', { uri: 'nowhere' }],
    ['from two minutes ago', { now: new Date(Date.now() - 120_000) }],
    ['from in two minutes', { now: new Date(Date.now() + 120_000) }],
    ['without a time', { claims: { iat: undefined } }],
    ['with a text for a time', { claims: { iat: '0' } }],
    ['without an id', { claims: { jti: undefined } }],
    ['with an endless id', { claims: { jti: 'x'.repeat(300) } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['of no type', { header: { typ: undefined } }],
    ['without its key', { header: { jwk: undefined } }],
    ['with a key that is none', { header: { jwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } } }],
    ['with something critical', { header: { crit: ['x'], x: 1 } }],
  ])('S-130: a proof %s is none', async (_, options) => {
    const reply = await ask(await code(), await proof(options).catch(() => 'x.y.z'))
    expect([reply.status, reply.json.error]).toEqual([400, 'invalid_dpop_proof'])
  })

  test('S-130: a proof is not signed with a secret, with nothing, or with a key that it gives away', async () => {
    const { jwk } = prover
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = part({ htm: 'POST', htu: TOKEN, jti: 'x', iat: Math.floor(Date.now() / 1000), nonce })
    const oct = { kty: 'oct', k: 'AAAA' }
    const hs = `${part({ typ: 'dpop+jwt', alg: 'HS256', jwk: oct })}.${claims}`
    const forged = [
      `${part({ typ: 'dpop+jwt', alg: 'none', jwk })}.${claims}.`,
      `${hs}.${createHmac('sha256', Buffer.alloc(3)).update(hs).digest('base64url')}`,
      `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${claims}.${'A'.repeat(86)}`,
      await proof({ header: { jwk: await exportJWK(prover.privateKey) } }),
      await proof({ header: { jwk: (await proverWith()).jwk } }),
      `${await proof()}, ${await proof()}`,
      'x',
      '..',
      'e30.e30.',
    ]
    for (const dpop of forged) {
      const reply = await ask(await code(), dpop)
      expect([dpop, reply.status, reply.json.error]).toEqual([dpop, 400, 'invalid_dpop_proof'])
    }
  })

  test('a proof is good once, also for twenty at once', async () => {
    const once = await proof()
    const fields = await Promise.all(Array.from({ length: 20 }, () => code()))
    const replies = await Promise.all(fields.map((each) => ask(each, once)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ json }) => json.error === 'invalid_dpop_proof')).toHaveLength(19)
  })

  test('a code that named a key is exchanged with that key alone', async () => {
    const fields = await code({ dpopJkt: prover.jkt })
    expect((await ask(fields, await proof({}, await proverWith()))).json.error).toBe('invalid_grant')
    expect((await postForm(server, '/oauth/token', fields)).json.error).toBe('invalid_grant')
    expect((await ask(fields, await proof())).status).toBe(200)
  })

  test('a refresh token is bound to the same key', async () => {
    const given = await ask(await code(), await proof())
    const fields = {
      grant_type: 'refresh_token',
      client_id: client.id,
      refresh_token: String(given.json.refresh_token),
    }
    expect((await postForm(server, '/oauth/token', fields)).json.error).toBe('invalid_grant')
    expect((await ask(fields, await proof({}, await proverWith()))).json.error).toBe('invalid_grant')
    expect((await ask(fields, await proof())).json.token_type).toBe('DPoP')
  })

  test('an app that always proves a key gets nothing without', async () => {
    const app = await appIn(server.world, { dpopBound: true })
    const reply = await postForm(server, '/oauth/token', await codeFor(server.world, ada, app))
    expect([reply.status, reply.json.error]).toEqual([400, 'invalid_dpop_proof'])
  })
})

describe('c6: a bound token at a resource', () => {
  test('is none when it is presented as a bearer token', async () => {
    const accessToken = await bound()
    for (const dpop of [undefined, await prover.proof({ uri: INTROSPECT, nonce, accessToken })]) {
      const reply = await use(accessToken, dpop, 'Bearer')
      expect([reply.status, reply.json.error]).toEqual([401, 'invalid_token'])
    }
  })

  test('and a bearer token is none when it is presented as a bound one', async () => {
    const accessToken = String((await postForm(server, '/oauth/token', await code())).json.access_token)
    const reply = await use(accessToken, await prover.proof({ uri: INTROSPECT, nonce, accessToken }))
    expect([reply.status, reply.json.error]).toEqual([401, 'invalid_token'])
  })

  test('is nothing without a proof, and the challenge says how', async () => {
    const reply = await use(await bound(), undefined)
    expect([reply.status, reply.json.error]).toEqual([401, 'invalid_dpop_proof'])
    expect(reply.headers['dpop-nonce']).toMatch(/^[\w-]{43}$/)
    expect(reply.headers['www-authenticate']).toMatch(
      /^DPoP algs="ES256 [^"]+", error="invalid_dpop_proof", Bearer /,
    )
  })

  test.each<[string, (accessToken: string) => Partial<ProofOptions>]>([
    ['for no token', () => ({})],
    ['for another token', () => ({ accessToken: 'x'.repeat(43) })],
    ['for another address', (accessToken) => ({ accessToken, uri: TOKEN })],
    ['for another method', (accessToken) => ({ accessToken, method: 'GET' })],
  ])('is nothing with a proof %s', async (_, options) => {
    const accessToken = await bound()
    const dpop = await prover.proof({ uri: INTROSPECT, nonce, ...options(accessToken) })
    const reply = await use(accessToken, dpop)
    expect([reply.status, reply.json.error]).toEqual([401, 'invalid_dpop_proof'])
  })

  test('is nothing with another’s key', async () => {
    const accessToken = await bound()
    const dpop = await (await proverWith()).proof({ uri: INTROSPECT, nonce, accessToken })
    expect((await use(accessToken, dpop)).json.error).toBe('invalid_dpop_proof')
  })

  test('the query is no part of the address', async () => {
    const accessToken = await bound()
    const dpop = await prover.proof({ uri: INTROSPECT, nonce, accessToken })
    const reply = await postForm(
      server,
      '/oauth/introspect?a=b',
      { token: accessToken },
      {
        authorization: `dpop ${accessToken}`,
        dpop,
      },
    )
    expect(reply.status).toBe(200)
  })

  test('needs the nonce, and a proof once', async () => {
    const accessToken = await bound()
    const without = await use(accessToken, await prover.proof({ uri: INTROSPECT, accessToken }))
    expect([without.status, without.json.error]).toEqual([401, 'use_dpop_nonce'])
    const stale = await use(accessToken, await prover.proof({ uri: INTROSPECT, accessToken, nonce: 'old' }))
    expect(stale.json.error).toBe('use_dpop_nonce')
    const dpop = await prover.proof({ uri: INTROSPECT, nonce, accessToken })
    expect((await use(accessToken, dpop)).status).toBe(200)
    expect((await use(accessToken, dpop)).json.error).toBe('invalid_dpop_proof')
  })
})

test('nothing of this was a defect of ours', () => {
  expect(server.errors).toEqual([])
})
