import { createHmac, randomUUID } from 'node:crypto'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { appIn, basic, codeFor, postForm } from '../support/apps.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

interface Signing {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: CryptoKey
  readonly alg?: string
}

let server: Whole
let ada: LocalAccount
let client: { id: string }
let key: CryptoKey
let publicKey: CryptoKey
let jwk: JWK

beforeAll(async () => {
  server = await startWhole(['keys.test'])
  ada = await personHere(server.world, 'ada')
  const pair = await generateKeyPair('ES256', { extractable: true })
  key = pair.privateKey
  publicKey = pair.publicKey
  jwk = { ...(await exportJWK(publicKey)), kid: 'one' }
  client = await appIn(server.world, { authMethod: 'private_key_jwt', jwks: { keys: [jwk] } })
})
afterAll(() => server[Symbol.asyncDispose]())

function sign(id: string, signing: Signing = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: id, sub: id, aud: ORIGIN, jti: randomUUID(), exp: now + 60, ...signing.claims }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: signing.alg ?? 'ES256', ...signing.header })
    .sign(signing.key ?? key)
}

async function ask(assertion: string, app = client, more: Record<string, string> = {}, headers = {}) {
  const fields = {
    ...(await codeFor(server.world, ada, app)),
    client_assertion_type: TYPE,
    client_assertion: assertion,
    ...more,
  }
  return postForm(server, '/oauth/token', fields, headers)
}

describe('c4: an app with a key', () => {
  test.each<[string, Signing]>([
    ['for us', {}],
    ['for the token endpoint', { claims: { aud: `${ORIGIN}/oauth/token` } }],
    ['for us among others', { claims: { aud: ['https://far.test', ORIGIN] } }],
    ['that names its key', { header: { kid: 'one' } }],
    ['that says what it is', { header: { typ: 'client-authentication+jwt' } }],
    ['that is a JWT', { header: { typ: 'JWT' } }],
  ])('proves it by what it signs %s', async (_, signing) => {
    expect((await ask(await sign(client.id, signing))).status).toBe(200)
  })

  test('need not name itself twice', async () => {
    const { client_id: _, ...fields } = await codeFor(server.world, ada, client)
    const reply = await postForm(server, '/oauth/token', {
      ...fields,
      client_assertion_type: TYPE,
      client_assertion: await sign(client.id),
    })
    expect(reply.status).toBe(200)
  })

  test.each<[string, Signing]>([
    ['by another app', { claims: { iss: 'other' } }],
    ['about another app', { claims: { sub: 'other' } }],
    ['for another server', { claims: { aud: 'https://far.test' } }],
    ['for nobody', { claims: { aud: undefined } }],
    ['that has run out', { claims: { exp: Math.floor(Date.now() / 1000) - 120 } }],
    ['that never runs out', { claims: { exp: undefined } }],
    ['that holds for a year', { claims: { exp: Math.floor(Date.now() / 1000) + 31_536_000 } }],
    ['that does not hold yet', { claims: { nbf: Math.floor(Date.now() / 1000) + 300 } }],
    ['without an id', { claims: { jti: undefined } }],
    ['with a list for an id', { claims: { jti: ['x'] } }],
    ['that is a proof of something else', { header: { typ: 'dpop+jwt' } }],
    ['that is an access token', { header: { typ: 'at+jwt' } }],
    ['with a key that it does not have', { header: { kid: 'two' } }],
    ['with a key from the disk', { header: { kid: '../../../../dev/null' } }],
    ['with a key from the database', { header: { kid: "x' UNION SELECT 'AA' --" } }],
  ])('S-130: is nobody with an assertion %s', async (_, signing) => {
    const reply = await ask(await sign(client.id, signing))
    expect([reply.status, reply.json.error]).toEqual([401, 'invalid_client'])
  })

  test('S-130: a key that comes along is not looked at', async () => {
    const mine = await generateKeyPair('ES256', { extractable: true })
    server.peer.answer('https://keys.test/mine', { body: { keys: [await exportJWK(mine.publicKey)] } })
    const header = {
      jwk: await exportJWK(mine.publicKey),
      jku: 'https://keys.test/mine',
      x5u: 'https://keys.test/mine',
    }
    for (const more of [{ jwk: header.jwk }, { jku: header.jku }, { x5u: header.x5u }, header]) {
      const reply = await ask(await sign(client.id, { key: mine.privateKey, header: more }))
      expect([reply.status, reply.json.error]).toEqual([401, 'invalid_client'])
    }
    expect(server.peer.hits('https://keys.test/mine')).toBe(0)
  })

  test('S-130: neither nothing nor the public key as a secret signs', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = part({
      iss: client.id,
      sub: client.id,
      aud: ORIGIN,
      jti: 'x',
      exp: Math.floor(Date.now() / 1000) + 60,
    })
    const hs = `${part({ alg: 'HS256' })}.${claims}`
    const pem = await exportSPKI(publicKey)
    const forged = [
      `${part({ alg: 'none' })}.${claims}.`,
      `${part({ alg: 'None' })}.${claims}.`,
      `${hs}.${createHmac('sha256', pem).update(hs).digest('base64url')}`,
      `${hs}.${createHmac('sha256', JSON.stringify(jwk)).update(hs).digest('base64url')}`,
      `${part({ alg: 'ES256' })}.${claims}.`,
      `${part({ alg: 'ES256' })}.${claims}.${'A'.repeat(86)}`,
      `${part({ alg: 'ES256' })}.e30.${'A'.repeat(86)}`,
      `${part({ alg: 'ES256', crit: ['x'], x: 1 })}.${claims}.${'A'.repeat(86)}`,
      'x',
      'a.b.c.d.e',
      '..',
      'x'.repeat(60_000),
    ]
    for (const assertion of forged) {
      const reply = await ask(assertion)
      expect([assertion.slice(0, 60), reply.status, reply.json.error]).toEqual([
        assertion.slice(0, 60),
        401,
        'invalid_client',
      ])
    }
  })

  test('S-130: one of ten megabytes is not even read', async () => {
    const reply = await ask('x'.repeat(10_000_000))
    expect(reply.status).toBe(413)
    expect(reply.json.error).toBe('invalid_request')
  })

  test('what it signs is good once, also for twenty at once', async () => {
    const assertion = await sign(client.id)
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(assertion)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ json }) => json.error === 'invalid_client')).toHaveLength(19)
  })

  test('proves itself in no other way', async () => {
    const fields = await codeFor(server.world, ada, client)
    expect((await postForm(server, '/oauth/token', fields)).json.error).toBe('invalid_client')
    expect((await postForm(server, '/oauth/token', { ...fields, client_secret: 'x' })).json.error).toBe(
      'invalid_client',
    )
    const assertion = await sign(client.id)
    const both = await ask(assertion, client, { client_secret: 'x' })
    expect([both.status, both.json.error]).toEqual([400, 'invalid_request'])
    const header = await ask(assertion, client, {}, basic(client.id, 'x'))
    expect([header.status, header.json.error]).toEqual([400, 'invalid_request'])
    const kind = await ask(assertion, client, { client_assertion_type: 'urn:x' })
    expect([kind.status, kind.json.error]).toEqual([401, 'invalid_client'])
  })

  test('may have several keys that could have signed', async () => {
    const other = await exportJWK((await generateKeyPair('ES256')).publicKey)
    const { kid: _, ...plain } = jwk
    const app = await appIn(server.world, {
      authMethod: 'private_key_jwt',
      jwks: { keys: [other, plain] },
    })
    expect((await ask(await sign(app.id), app)).status).toBe(200)
  })

  test('may keep its keys at an address of its own, and change them', async () => {
    const jwksUri = 'https://keys.test/jwks.json'
    const app = await appIn(server.world, { authMethod: 'private_key_jwt', jwksUri })
    server.peer.answer(jwksUri, { type: 'application/jwk-set+json', body: { keys: [jwk] } })
    expect((await ask(await sign(app.id, { header: { kid: 'one' } }), app)).status).toBe(200)
    expect((await ask(await sign(app.id, { header: { kid: 'one' } }), app)).status).toBe(200)
    expect(server.peer.hits(jwksUri)).toBe(1)
    const next = await generateKeyPair('EdDSA', { extractable: true })
    const nextJwk = { ...(await exportJWK(next.publicKey)), kid: 'next' }
    server.peer.answer(jwksUri, { type: 'application/jwk-set+json', body: { keys: [nextJwk] } })
    const signed = await sign(app.id, { key: next.privateKey, alg: 'EdDSA', header: { kid: 'next' } })
    expect((await ask(signed, app)).status).toBe(200)
    expect(server.peer.hits(jwksUri)).toBe(2)
  })

  test('is asked for its keys seldom, however many it makes up, at once or one after the other', async () => {
    const jwksUri = 'https://keys.test/seldom.json'
    const app = await appIn(server.world, { authMethod: 'private_key_jwt', jwksUri })
    server.peer.answer(jwksUri, { type: 'application/jwk-set+json', body: { keys: [jwk] } })
    const tryKid = async (kid: string) => (await ask(await sign(app.id, { header: { kid } }), app)).status
    expect(await tryKid('one')).toBe(200)
    await Promise.all(Array.from({ length: 10 }, (_, n) => tryKid(`invented ${n}`)))
    for (let n = 0; n < 5; n++) expect(await tryKid(`invented again ${n}`)).toBe(401)
    expect(server.peer.hits(jwksUri)).toBe(2)
    expect(await tryKid('one')).toBe(200)
    expect(server.peer.hits(jwksUri)).toBe(2)
  })

  test('is asked no more often where it gives none', async () => {
    const jwksUri = 'https://keys.test/none.json'
    const app = await appIn(server.world, { authMethod: 'private_key_jwt', jwksUri })
    server.peer.answer(jwksUri, { status: 503 })
    const tries = async () => (await ask(await sign(app.id), app)).status
    expect(await Promise.all(Array.from({ length: 5 }, tries))).toEqual(Array(5).fill(401))
    for (let n = 0; n < 5; n++) expect(await tries()).toBe(401)
    expect(server.peer.hits(jwksUri)).toBe(1)
  })

  test.each<[string, Parameters<Whole['peer']['answer']>[1]]>([
    ['that is not there', { status: 404 }],
    ['that sends us on', { status: 302, headers: { location: 'https://keys.test/jwks.json' } }],
    ['that is no JSON', { body: 'x', type: 'text/plain' }],
    ['with keys that are none', { body: { keys: [{ kty: 'nonsense' }, null, 1] } }],
    ['with nothing in it', { body: {} }],
    ['with a secret for a key', { body: { keys: [{ kty: 'oct', k: 'AAAA', alg: 'ES256' }] } }],
  ])('S-130: has no key at an address %s', async (what, answer) => {
    const jwksUri = `https://keys.test/${encodeURIComponent(what)}`
    server.peer.answer(jwksUri, answer)
    const app = await appIn(server.world, { authMethod: 'private_key_jwt', jwksUri })
    const reply = await ask(await sign(app.id), app)
    expect([reply.status, reply.json.error]).toEqual([401, 'invalid_client'])
  })
})

test('nothing of this was a defect of ours', () => {
  expect(server.errors).toEqual([])
})
