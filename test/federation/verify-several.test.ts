import { beforeEach, describe, expect, test } from 'vitest'
import { verifyRequest } from '../../src/federation/verify.ts'
import { signed } from '../support/peer/signer.ts'
import {
  ALICE,
  body,
  check,
  clock,
  keys,
  mallory,
  refused,
  request,
  rsa,
  startOver,
} from './signed-requests.ts'

beforeEach(startOver)

describe('S-008: of several signatures the weakest does not win', () => {
  test('a good one in the older form does not save a bad one by RFC 9421', async () => {
    const good = request()
    const bad = request({ scheme: 'rfc9421', key: mallory, keyId: rsa.uri })
    const both = {
      ...good,
      headers: {
        ...bad.headers,
        ...good.headers,
        signature: `${good.headers.signature}, ${bad.headers.signature}`,
      },
    }
    await expect(verifyRequest(both, keys, clock)).rejects.toEqual(refused('does not fit'))
  })

  test('one that covers too little does not count, though it fits; a full one beside it does', async () => {
    const weak = request({ scheme: 'rfc9421', label: 'weak', covered: ['@method', '@target-uri'] })
    await expect(verifyRequest(weak, keys, clock)).rejects.toEqual(refused('cover content-digest'))
    const full = signed({ ...weak, headers: weak.headers as Record<string, string> }, rsa, {
      scheme: 'rfc9421',
      label: 'full',
    })
    expect(await verifyRequest({ ...full, body }, keys, clock)).toMatchObject({ actorUri: ALICE })
    const forged = {
      ...full,
      headers: { ...full.headers, signature: full.headers.signature?.replace(/full=:../, 'full=:AA') ?? '' },
    }
    await expect(verifyRequest({ ...forged, body }, keys, clock)).rejects.toEqual(refused('does not fit'))
  })

  test('a second signature by another key does not speak for the first', async () => {
    const hers = request({ scheme: 'rfc9421', key: mallory, keyId: rsa.uri, label: 'a' })
    const both = signed({ ...hers, headers: hers.headers as Record<string, string> }, mallory, {
      scheme: 'rfc9421',
      label: 'b',
    })
    expect(await verifyRequest({ ...both, body }, keys, clock)).toMatchObject({
      actorUri: 'https://evil.test/users/mallory',
    })
  })

  test('a field that is said twice is refused', async () => {
    const { headers } = request()
    const doubled = {
      ...request(),
      headers: { ...headers, signature: `keyId="${mallory.uri}",${headers.signature}` },
    }
    await expect(verifyRequest(doubled, keys, clock)).rejects.toEqual(refused('says keyId twice'))
    const twice = {
      ...request(),
      headers: { ...headers, signature: `${headers.signature}, ${headers.signature}` },
    }
    await expect(verifyRequest(twice, keys, clock)).rejects.toEqual(refused('twice'))
  })

  test('a dozen signatures are not looked at', async () => {
    const many = request({ scheme: 'rfc9421' })
    const input = Array.from(
      { length: 12 },
      (_, at) => `s${at}=${many.headers['signature-input']?.slice(5)}`,
    ).join(', ')
    const flood = { ...many, headers: { ...many.headers, 'signature-input': input } }
    await expect(verifyRequest(flood, keys, clock)).rejects.toEqual(refused('too many signatures'))
  })
})

describe('S-009: RFC 9421 says when, and does not confuse algorithms', () => {
  test('without created', async () => {
    const { headers, ...rest } = request({ scheme: 'rfc9421' })
    const input = headers['signature-input']?.replace(/;created=\d+/, '') ?? ''
    await expect(
      verifyRequest({ ...rest, headers: { ...headers, 'signature-input': input } }, keys, clock),
    ).rejects.toEqual(refused('does not say when'))
  })

  test.each(['ed25519', 'rsa-pss-sha512', 'hmac-sha256', 'rsa-v1_5-sha1', 'hs2019', 'none'])(
    'an RSA key under the name %s',
    async (algorithm) => {
      await expect(check({ scheme: 'rfc9421', algorithm })).rejects.toEqual(refused('not that of the key'))
    },
  )

  test.each(['rsa-sha1', 'hmac-sha256', 'rsa-v1_5-sha256', 'ed25519'])(
    'the older form with an RSA key under the name %s',
    async (algorithm) => {
      await expect(check({ algorithm })).rejects.toEqual(refused('not that of the key'))
    },
  )

  test('a component with parameters, which would mean something else', async () => {
    const { headers, ...rest } = request({ scheme: 'rfc9421' })
    const input = headers['signature-input']?.replace('"@method"', '"@method";req') ?? ''
    await expect(
      verifyRequest({ ...rest, headers: { ...headers, 'signature-input': input } }, keys, clock),
    ).rejects.toEqual(refused('component with parameters'))
  })
})
