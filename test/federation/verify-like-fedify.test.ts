import { verifyRequestDetailed } from '@fedify/fedify/sig'
import { CryptographicKey } from '@fedify/fedify/vocab'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { check, ed25519, mallory, request, rsa, type Sent, startOver } from './signed-requests.ts'

/**
 * Fedify's `verifyRequest` as a second opinion. Ours is stricter and knows more forms, so the requests made here stay
 * within what Fedify can express; there, the two must agree.
 */
async function fedifyTakes(sent: Sent): Promise<boolean> {
  const { method, url, headers, body } = request(sent)
  const key = sent.keyId === ed25519.uri ? ed25519 : rsa
  const algorithm = key.kind === 'rsa' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'Ed25519' }
  const known = new CryptographicKey({ publicKey: key.publicKey.toCryptoKey(algorithm, true, ['verify']) })
  const nothing = () => Promise.reject(new Error('nothing may be fetched'))
  try {
    const result = await verifyRequestDetailed(
      new Request(url, { method, headers, body: method === 'GET' ? null : new Uint8Array(body) }),
      {
        keyCache: { get: async () => known, set: async () => undefined },
        documentLoader: nothing,
        contextLoader: nothing,
        timeWindow: { hours: 1 },
      },
    )
    return result.verified
  } catch {
    return false
  }
}

const minutes = fc.constantFrom(-61, -55, 0, 0, 0, 55, 61)
const spoilt = fc.record(
  {
    key: fc.constantFrom(rsa, mallory),
    bodyInstead: fc.constantFrom('{}', '{"type":"Create"}'),
    signedUrl: fc.constantFrom(
      'https://weft.test/ap/inbox',
      'https://weft.test/ap/other',
      'https://other.test/ap/inbox',
    ),
    alter: fc.constantFrom<Record<string, string>>({}, { 'content-type': 'text/plain' }, { 'x-more': '1' }),
    omit: fc.constantFrom<string[]>([], ['content-type'], ['digest'], ['content-digest'], ['signature']),
  },
  { requiredKeys: [] },
)
const cavage = fc.record({
  scheme: fc.constant('cavage' as const),
  covered: fc.shuffledSubarray(['(request-target)', 'host', 'date', 'digest', 'content-type'], {
    minLength: 3,
  }),
  minutes,
})
const rfc9421 = fc.record({
  scheme: fc.constant('rfc9421' as const),
  covered: fc.shuffledSubarray(
    [
      '@method',
      '@target-uri',
      '@authority',
      '@path',
      '@scheme',
      'host',
      'date',
      'content-type',
      'content-digest',
    ],
    { minLength: 5 },
  ),
  minutes,
})

beforeEach(startOver)

test('what we believe, Fedify believes; what it believes and we refuse, covers too little', async () => {
  let believed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(cavage, rfc9421),
      fc.option(spoilt, { freq: 2 }),
      async ({ minutes, ...form }, spoil) => {
        const at = new Date(Date.now() + minutes * 60_000)
        const sent: Sent = {
          ...form,
          date: at,
          created: Math.floor(at.getTime() / 1000),
          keyId: rsa.uri,
          ...spoil,
        }
        const ours = await check(sent).then(
          () => 'believed',
          (refusal: { details?: { reason?: string } }) => refusal.details?.reason ?? 'missing',
        )
        const theirs = await fedifyTakes(sent)
        if (ours === 'believed') believed += 1
        expect({ ours, theirs }).toEqual({
          ours,
          theirs: ours === 'believed' || (theirs && /cover/.test(ours)),
        })
      },
    ),
    { numRuns: 500 },
  )
  expect(believed).toBeGreaterThan(20)
})

test('and with an Ed25519 key by RFC 9421', async () => {
  const sent: Sent = { scheme: 'rfc9421', key: ed25519, keyId: ed25519.uri }
  expect(await fedifyTakes(sent)).toBe(true)
  await expect(check(sent)).resolves.toMatchObject({ keyUri: ed25519.uri })
})
