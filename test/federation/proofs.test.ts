import { generateKeyPairSync, type webcrypto } from 'node:crypto'
import { createProof, verifyProof } from '@fedify/fedify/sig'
import { Object as ActivityPubObject, Create, DataIntegrityProof, Multikey, Note } from '@fedify/fedify/vocab'
import { beforeAll, describe, expect, test } from 'vitest'
import { canonicalJson } from '../../src/federation/jcs.ts'
import { loadContext } from '../../src/federation/loader.ts'
import { multibaseFrom } from '../../src/federation/multibase.ts'
import { addProof, hasValidProof } from '../../src/federation/proofs.ts'
import type { FoundKey, KeyFinder } from '../../src/federation/verify.ts'
import type { JsonObject } from '../../src/translate/json.ts'

const ALICE = 'https://server.example/users/alice'
const KEY = `${ALICE}#ed25519-key`
const now = new Date('2026-11-20T12:00:00.500Z')

/** A finder that holds these keys, and fails the test when anybody is to be asked. */
function holding(...found: Partial<FoundKey>[]): KeyFinder {
  const keys = found.map((key) => ({
    keyUri: KEY,
    actorUri: ALICE,
    kind: 'ed25519' as const,
    publicKey: '',
    fetchedAt: now,
    ...key,
  }))
  return {
    find: async (uri) => keys.find(({ keyUri }) => keyUri === uri),
    refetch: () => Promise.reject(new Error('nobody may be asked')),
  }
}

let pair: webcrypto.CryptoKeyPair
let keys: KeyFinder
beforeAll(() => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const x = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  keys = holding({ publicKey: multibaseFrom(x) })
  pair = {
    privateKey: privateKey.toCryptoKey('Ed25519', true, ['sign']),
    publicKey: publicKey.toCryptoKey('Ed25519', true, ['verify']),
  }
})

const document: JsonObject = {
  '@context': ['https://www.w3.org/ns/activitystreams', { sensitive: 'as:sensitive' }],
  id: 'https://server.example/activities/1',
  type: 'Create',
  actor: ALICE,
  object: {
    id: 'https://server.example/notes/1',
    type: 'Note',
    attributedTo: ALICE,
    content: 'Hällo "w"',
    n: 1e21,
  },
}
const signed = () => addProof(document, { keyUri: KEY, privateKey: pair.privateKey }, now)
const holds = (of: JsonObject, by = ALICE, finder = keys, at = now) => hasValidProof(of, by, finder, at)

test('RFC 8785: members in the order of their code units, numbers and strings as ECMAScript writes them', () => {
  expect(
    canonicalJson({ '\u20ac': 1, '\r': 2, '1': 4.5e-7, '\u{1f600}': [1e30, -0, 0.002], ö: '\u000f"\\' }),
  ).toBe('{"\\r":2,"1":4.5e-7,"ö":"\\u000f\\"\\\\","€":1,"😀":[1e+30,0,0.002]}')
})

describe('FEP-8b32: the test vectors of the proposal', () => {
  const publicKey = 'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2'
  const options = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    verificationMethod: KEY,
    proofPurpose: 'assertionMethod',
    created: '2023-02-24T23:36:38Z',
  }
  const context = ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/data-integrity/v2']
  const present = {
    '@context': context,
    id: 'https://server.example/activities/1',
    type: 'Create',
    actor: ALICE,
    object: {
      id: 'https://server.example/objects/1',
      type: 'Note',
      attributedTo: ALICE,
      content: 'Hello world',
      location: { type: 'Place', longitude: -71.184902, latitude: 25.273962 },
    },
    proof: {
      '@context': context,
      ...options,
      proofValue: 'z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL',
    },
  }
  const early = {
    '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/data-integrity/v1'],
    type: 'Create',
    actor: ALICE,
    object: { type: 'Note', content: 'Hello world' },
    proof: {
      ...options,
      proofValue: 'z3sXaxjKs4M3BRicwWA9peyNPJvJqxtGsDmpt1jjoHCjgeUf71TRFz56osPSfDErszyLp5Ks1EhYSgpDaNM977Rg2',
    },
  }

  test.each([
    ['of today, whose proof repeats the context', present],
    ['of 2023, whose proof does not', early],
  ])('%s', async (_what, vector) => {
    expect(await holds(vector, ALICE, holding({ publicKey }))).toBe(true)
    expect(await holds({ ...vector, type: 'Update' }, ALICE, holding({ publicKey }))).toBe(false)
  })

  test('a Linked Data signature beside it is taken away before', async () => {
    expect(
      await holds({ ...present, signature: { type: 'RsaSignature2017' } }, ALICE, holding({ publicKey })),
    ).toBe(true)
  })
})

describe('a proof of ours', () => {
  test('holds, and nothing else in the document has changed but its context', async () => {
    const { proof: _proof, ...rest } = await signed()
    expect({ ...rest, '@context': document['@context'] }).toEqual(document)
    expect(await holds(await signed())).toBe(true)
  })

  test('is taken by Fedify', async () => {
    const json = await signed()
    const options = { contextLoader: loadContext, documentLoader: loadContext }
    const object = await ActivityPubObject.fromJsonLd(json, options)
    const { value: proof } = await object.getProofs(options)[Symbol.asyncIterator]().next()
    expect(proof).toBeInstanceOf(DataIntegrityProof)
    const key = new Multikey({ id: new URL(KEY), controller: new URL(ALICE), publicKey: pair.publicKey })
    const keyCache = { get: async () => key, set: async () => undefined }
    const check = (of: JsonObject) => verifyProof(of, proof as DataIntegrityProof, { ...options, keyCache })
    expect((await check(json))?.id?.href).toBe(KEY)
    await expect(check({ ...json, type: 'Update' }).catch(() => null)).resolves.toBeNull()
  })
})

test('a proof that Fedify made holds', async () => {
  const create = new Create({
    id: new URL('https://server.example/activities/2'),
    actor: new URL(ALICE),
    object: new Note({
      id: new URL('https://server.example/notes/2'),
      attribution: new URL(ALICE),
      content: 'hi',
    }),
  })
  const options = { contextLoader: loadContext, documentLoader: loadContext }
  const proof = await createProof(create, pair.privateKey, new URL(KEY), options)
  const json = (await create
    .clone({ proofs: [proof] })
    .toJsonLd({ ...options, format: 'compact' })) as JsonObject
  expect(await holds(json)).toBe(true)
  expect(await holds({ ...json, to: 'https://www.w3.org/ns/activitystreams#Public' })).toBe(false)
})

describe('no proof at all', () => {
  const change = async (more: JsonObject) => {
    const json = await signed()
    return { ...json, proof: { ...(json.proof as JsonObject), ...more } }
  }

  test.each([
    ['of another kind', { cryptosuite: 'eddsa-rdfc-2022' }],
    ['for another purpose', { proofPurpose: 'authentication' }],
    ['whose context is not the document’s', { '@context': ['https://evil.example/context'] }],
    ['whose time was changed', { created: '2020-01-01T00:00:00Z' }],
    ['by a key that nobody holds', { verificationMethod: `${ALICE}#other` }],
    ['that is no text', { proofValue: 5 }],
    ['of another length', { proofValue: 'z3sXaxjKs4M3' }],
  ])('one %s', async (_what, more) => {
    expect(await holds(await change(more))).toBe(false)
  })

  test('one that has expired, though it is signed so', async () => {
    const json = await addProof(document, { keyUri: KEY, privateKey: pair.privateKey }, now)
    expect(
      await holds({ ...json, proof: { ...(json.proof as JsonObject), expires: '2026-11-20T11:00:00Z' } }),
    ).toBe(false)
    expect(await holds({ ...json, proof: { ...(json.proof as JsonObject), expires: 'whenever' } })).toBe(
      false,
    )
  })

  test('one by the key of another actor, or by an RSA key under its name', async () => {
    const json = await signed()
    const publicKey = (await keys.find(KEY))?.publicKey ?? ''
    expect(await holds(json, ALICE, holding({ publicKey, actorUri: `${ALICE}2` }))).toBe(false)
    expect(await holds(json, `${ALICE}2`)).toBe(false)
    expect(await holds(json, ALICE, holding({ publicKey, kind: 'rsa' }))).toBe(false)
  })

  test('the fourth of many: they are not looked at', async () => {
    const json = await signed()
    const bad = { type: 'DataIntegrityProof' }
    expect(await holds({ ...json, proof: [bad, json.proof as JsonObject] })).toBe(true)
    expect(await holds({ ...json, proof: [bad, bad, bad, json.proof as JsonObject] })).toBe(false)
  })
})
