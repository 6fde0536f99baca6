import { generateKeyPairSync, type webcrypto } from 'node:crypto'
import { signJsonLd, verifyJsonLd } from '@fedify/fedify/sig'
import { CryptographicKey } from '@fedify/fedify/vocab'
import jsonld from 'jsonld'
import { beforeAll, describe, expect, test } from 'vitest'
import { addLinkedDataSignature, hasValidLinkedDataSignature } from '../../src/federation/linked-data.ts'
import { knownContext, loadContext } from '../../src/federation/loader.ts'
import { addProof } from '../../src/federation/proofs.ts'
import type { FoundKey, KeyFinder } from '../../src/federation/verify.ts'
import type { JsonObject } from '../../src/translate/json.ts'

const ALICE = 'https://server.example/users/alice'
const KEY = `${ALICE}#main-key`
const now = new Date('2026-11-20T12:00:00.500Z')
let pair: webcrypto.CryptoKeyPair
let found: FoundKey
const keys: KeyFinder = {
  find: async (uri) => (uri === found.keyUri ? found : undefined),
  refetch: () => Promise.reject(new Error('nobody may be asked')),
}
beforeAll(() => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  pair = {
    privateKey: privateKey.toCryptoKey(algorithm, true, ['sign']),
    publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
  }
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  found = { keyUri: KEY, actorUri: ALICE, kind: 'rsa', publicKey: pem, fetchedAt: now }
})

const document: JsonObject = {
  '@context': ['https://www.w3.org/ns/activitystreams', { sensitive: 'as:sensitive' }],
  id: 'https://server.example/activities/1',
  type: 'Create',
  actor: ALICE,
  to: ['https://www.w3.org/ns/activitystreams#Public'],
  object: {
    id: 'https://server.example/notes/1',
    type: 'Note',
    attributedTo: ALICE,
    content: 'Hällo',
    sensitive: false,
  },
}
const signed = (of = document) =>
  addLinkedDataSignature(of, { keyUri: KEY, privateKey: pair.privateKey }, now)
const holds = (of: JsonObject, by = ALICE) => hasValidLinkedDataSignature(of, by, keys, now)
const signature = (of: JsonObject) => of.signature as JsonObject
const loaders = { contextLoader: loadContext, documentLoader: loadContext }

describe('RsaSignature2017', () => {
  test('of ours holds, and no word of the document but the signature is new', async () => {
    const { signature: _signature, ...rest } = await signed()
    expect(rest).toEqual(document)
    expect(await holds(await signed())).toBe(true)
  })

  test('of ours is taken by Fedify, with a proof in it and without', async () => {
    const key = new CryptographicKey({ id: new URL(KEY), owner: new URL(ALICE), publicKey: pair.publicKey })
    const options = { ...loaders, keyCache: { get: async () => key, set: async () => undefined } }
    expect(await verifyJsonLd(await signed(), options)).toBe(true)
    const { privateKey } = generateKeyPairSync('ed25519')
    const proof = { keyUri: `${ALICE}#ed`, privateKey: privateKey.toCryptoKey('Ed25519', true, ['sign']) }
    const both = await signed(await addProof(document, proof, now))
    expect(await verifyJsonLd(both, options)).toBe(true)
    const bent = { ...both, to: ['https://evil.example/'] }
    expect(await verifyJsonLd(bent, options).catch(() => false)).toBe(false)
  })

  test('of Fedify holds', async () => {
    const json = (await signJsonLd(document, pair.privateKey, new URL(KEY), loaders)) as unknown as JsonObject
    expect(await holds(json)).toBe(true)
  })

  test('may say a nonce, as Friendica and Hubzilla do', async () => {
    const options = { creator: KEY, created: now.toISOString(), nonce: 'c3ab8ff1' }
    const hashed = await Promise.all(
      [{ ...options, '@context': 'https://w3id.org/identity/v1' }, document].map(async (part) => {
        const quads = await jsonld.canonize(part, { documentLoader: knownContext, safe: false })
        const digest = await crypto.subtle.digest('SHA-256', Buffer.from(quads))
        return Buffer.from(digest).toString('hex')
      }),
    )
    const bytes = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', pair.privateKey, Buffer.from(hashed.join('')))
    const json = {
      ...document,
      signature: {
        type: 'RsaSignature2017',
        ...options,
        signatureValue: Buffer.from(bytes).toString('base64'),
      },
    }
    expect(await holds(json)).toBe(true)
    expect(await holds({ ...json, signature: { ...json.signature, nonce: 'another' } })).toBe(false)
  })
})

describe('does not hold', () => {
  test('for other words, another actor or another key', async () => {
    const json = await signed()
    expect(await holds({ ...json, type: 'Delete' })).toBe(false)
    expect(await holds({ ...json, object: 'https://server.example/notes/2' })).toBe(false)
    expect(await holds(json, 'https://server.example/users/eve')).toBe(false)
    expect(await holds({ ...json, signature: { ...signature(json), creator: `${ALICE}#other` } })).toBe(false)
  })

  test.each([
    ['expired', { expires: '2026-11-20T11:59:59Z' }],
    ['of another kind', { type: 'RsaSignature2018' }],
    ['with options that are no words', { nonce: { '@id': 'x' } }],
    ['with more options than anybody has', Object.fromEntries([...'abcdefghi'].map((name) => [name, name]))],
    ['without a value', { signatureValue: null }],
  ])('one %s', async (_what, more) => {
    const json = await signed()
    expect(await holds({ ...json, signature: { ...signature(json), ...more } })).toBe(false)
  })

  test('in a context that nobody here knows: it is not fetched, and not guessed at', async () => {
    const json = await signed()
    expect(
      await holds({
        ...json,
        '@context': ['https://www.w3.org/ns/activitystreams', 'https://unknown.example/c'],
      }),
    ).toBe(false)
  })

  test('S-029: in a document built so that putting it in order takes for ever, within a second', async () => {
    const node = (at: number) => ({
      '@id': `_:b${at}`,
      'https://p.example/': Array.from({ length: 12 }, (_, to) => ({ '@id': `_:b${to}` })),
    })
    const poison = { '@graph': Array.from({ length: 12 }, (_, at) => node(at)) }
    const json = await signed()
    const before = performance.now()
    expect(await holds({ ...json, 'https://q.example/': poison as unknown as JsonObject })).toBe(false)
    expect(performance.now() - before).toBeLessThan(1000)
  })
})
