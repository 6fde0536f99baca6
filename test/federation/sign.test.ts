import { verifyRequestDetailed } from '@fedify/fedify/sig'
import { CryptographicKey } from '@fedify/fedify/vocab'
import { describe, expect, test } from 'vitest'
import { payloadFrom, type SigningKey, signGet, signPost } from '../../src/federation/sign.ts'
import { makeRsaKey } from '../support/peer/keys.ts'
import { isSignedBy } from '../support/peer/signer.ts'

const key = await makeRsaKey('https://weft.test/ap/actors/1#main-key')
const signingKey: SigningKey = {
  keyUri: key.uri,
  privateKey: key.privateKey.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, ['sign']),
}
const text = JSON.stringify({ type: 'Create', content: 'Grüße aus 東京' })
const payload = payloadFrom(text)
const inbox = new URL('https://peer.test:8443/users/bob/inbox')
const page = new URL('https://peer.test/users/bob/outbox?page=2&min_id=0')

/** Fedify's word on a request, with the key in hand and nothing to be fetched. */
async function fedifyTakes(url: URL, method: string, headers: Record<string, string>, body?: Buffer) {
  const known = new CryptographicKey({
    id: new URL(key.uri),
    owner: new URL('https://weft.test/ap/actors/1'),
    publicKey: key.publicKey.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, ['verify']),
  })
  const nothing = () => Promise.reject(new Error('nothing may be fetched'))
  const result = await verifyRequestDetailed(new Request(url, { method, headers, body: body ?? null }), {
    keyCache: { get: async () => known, set: async () => undefined },
    documentLoader: nothing,
    contextLoader: nothing,
  })
  return result.verified
}

test('what is sent holds its own bytes and no more: it is kept, and would keep what it shares with others', () => {
  expect(payload.body.toString()).toBe(text)
  expect(payload.body.buffer.byteLength).toBe(payload.body.byteLength)
})

describe('a signed POST', () => {
  test('in the older form covers what the network asks for, in its spelling', async () => {
    const now = new Date('2026-01-15T12:00:00.000Z')
    const headers = await signPost(inbox, payload, signingKey, { now })
    expect(headers).toMatchObject({
      host: 'peer.test:8443',
      date: 'Thu, 15 Jan 2026 12:00:00 GMT',
      'content-type': 'application/activity+json',
      digest: expect.stringMatching(/^SHA-256=[A-Za-z0-9+/]{43}=$/),
    })
    expect(headers.signature).toMatch(
      /^keyId="https:\/\/weft\.test\/ap\/actors\/1#main-key",algorithm="rsa-sha256",headers="\(request-target\) host date digest content-type",signature="[A-Za-z0-9+/=]+"$/,
    )
  })

  test('by RFC 9421 covers method, address and digest, and says when', async () => {
    const now = new Date('2026-01-15T12:00:00.999Z')
    const headers = await signPost(inbox, payload, signingKey, { form: 'rfc9421', now })
    expect(headers['signature-input']).toBe(
      'sig1=("@method" "@target-uri" "content-digest");created=1768478400;keyid="https://weft.test/ap/actors/1#main-key";alg="rsa-v1_5-sha256"',
    )
    expect(headers.digest).toBeUndefined()
  })

  test.each(['cavage', 'rfc9421'] as const)(
    '(%s) is taken by Fedify and by a checker of its own',
    async (form) => {
      const headers = await signPost(inbox, payload, signingKey, { form })
      expect(await fedifyTakes(inbox, 'POST', headers, payload.body)).toBe(true)
      expect(isSignedBy({ method: 'POST', url: inbox.href, headers, body: payload.body }, key)).toBe(true)
    },
  )

  test.each(['cavage', 'rfc9421'] as const)(
    '(%s) does not hold for another body, host or time',
    async (form) => {
      const headers = await signPost(inbox, payload, signingKey, { form })
      expect(await fedifyTakes(inbox, 'POST', headers, Buffer.from('{}'))).toBe(false)
      const elsewhere = new URL('https://other.test/users/bob/inbox')
      expect(await fedifyTakes(elsewhere, 'POST', { ...headers, host: elsewhere.host }, payload.body)).toBe(
        false,
      )
      const old = await signPost(inbox, payload, signingKey, { form, now: new Date(Date.now() - 3_700_000) })
      expect(await fedifyTakes(inbox, 'POST', old, payload.body)).toBe(false)
    },
  )
})

describe('a signed GET', () => {
  test.each(['cavage', 'rfc9421'] as const)('(%s) is taken by Fedify', async (form) => {
    const actor = new URL('https://peer.test/users/bob')
    const headers = await signGet(actor, signingKey, { form })
    expect(headers.accept).toContain('application/activity+json')
    expect(await fedifyTakes(actor, 'GET', headers)).toBe(true)
  })

  test.each(['cavage', 'rfc9421'] as const)('(%s) covers the query', async (form) => {
    const headers = await signGet(page, signingKey, { form })
    const body = Buffer.alloc(0)
    expect(isSignedBy({ method: 'GET', url: page.href, headers, body }, key)).toBe(true)
    const other = page.href.replace('page=2', 'page=3')
    expect(isSignedBy({ method: 'GET', url: other, headers, body }, key)).toBe(false)
  })

  test('asks for another kind of document when told', async () => {
    const headers = await signGet(page, signingKey, { accept: 'application/jrd+json' })
    expect(headers.accept).toBe('application/jrd+json')
  })
})
