import { beforeEach, describe, expect, test } from 'vitest'
import { verifyRequest } from '../../src/federation/verify.ts'
import type { SignOptions } from '../support/peer/signer.ts'
import {
  ALICE,
  check,
  clock,
  ed25519,
  keys,
  minutesAway,
  refetched,
  refused,
  request,
  rsa,
  seconds,
  startOver,
} from './signed-requests.ts'

const forms = ['cavage', 'rfc9421'] as const

beforeEach(startOver)

describe('a request that is signed as it should be', () => {
  test.each([
    ['cavage', { scheme: 'cavage' }],
    ['cavage without algorithm', { scheme: 'cavage', algorithm: null }],
    ['cavage with hs2019', { scheme: 'cavage', algorithm: 'hs2019' }],
    ['cavage by (created) and (expires)', byCreated()],
    ['RFC 9421', { scheme: 'rfc9421' }],
    ['RFC 9421 without alg', { scheme: 'rfc9421', algorithm: null }],
    [
      'RFC 9421, as Fedify covers it',
      {
        scheme: 'rfc9421',
        covered: ['@method', '@target-uri', '@authority', 'host', 'date', 'content-digest'],
      },
    ],
    [
      'RFC 9421 by parts',
      {
        scheme: 'rfc9421',
        covered: ['content-digest', '@scheme', '@authority', '@path', '@query', '@method', 'content-type'],
      },
    ],
    [
      'RFC 9421 by request target',
      {
        scheme: 'rfc9421',
        covered: ['@method', 'host', '@request-target', 'content-digest'],
        label: 'sig-b.1*',
      },
    ],
    ['both forms at once', { scheme: 'both' }],
  ] satisfies [string, SignOptions][])('is believed: %s', async (_what, sign) => {
    expect(await check(sign)).toMatchObject({ actorUri: ALICE, keyUri: rsa.uri })
    expect(refetched).toEqual([])
  })

  test.each(forms)('is believed with an Ed25519 key (%s)', async (scheme) => {
    expect(await check({ scheme, key: ed25519 })).toMatchObject({ actorUri: ALICE, keyUri: ed25519.uri })
  })

  test.each(forms)('is believed as a GET, with the query signed (%s)', async (scheme) => {
    const url = 'https://weft.test/ap/actors/1/outbox?page=1&min_id=0'
    expect(await check({ scheme, method: 'GET', url })).toMatchObject({ actorUri: ALICE })
  })

  test('is believed as a GET when the older form signs the path alone, as some do', async () => {
    const url = 'https://weft.test/ap/actors/1/outbox?page=1'
    const path = 'https://weft.test/ap/actors/1/outbox'
    expect(await check({ method: 'GET', url, path })).toMatchObject({ actorUri: ALICE })
  })

  test('tells when it was made, so the skew of clocks can be seen', async () => {
    const { madeAt } = await check({ date: minutesAway(-20) })
    expect(Math.round((clock.now().getTime() - madeAt.getTime()) / 60_000)).toBe(20)
  })
})

describe('S-002: a signature meant for another host is refused', () => {
  test.each(forms)('%s', async (scheme) => {
    await expect(
      check({ scheme, signedUrl: 'https://other.test/ap/inbox', alter: { host: 'weft.test' } }),
    ).rejects.toEqual(refused('does not fit the request'))
  })

  test.each([
    ['cavage without host', { covered: ['(request-target)', 'date', 'digest'] }, 'cover host'],
    [
      'RFC 9421 without any',
      { scheme: 'rfc9421', covered: ['@method', '@path', 'content-digest'] },
      'cover @target-uri',
    ],
  ] satisfies [string, SignOptions, string][])('%s', async (_what, sign, reason) => {
    await expect(check(sign)).rejects.toEqual(refused(reason))
  })
})

test.each(['POST', 'GET'])('S-003: an unsigned %s is refused, and nobody is asked', async (method) => {
  await expect(check({ method, scheme: 'none' })).rejects.toMatchObject({ code: 'signature.missing' })
  expect(refetched).toEqual([])
})

describe('S-004: the digest must be there, be signed, and fit', () => {
  test.each([
    ['missing', { omit: ['digest'] }, 'digest header is missing'],
    ['not signed', { covered: ['(request-target)', 'host', 'date'] }, 'cover digest'],
    ['of another body', { bodyInstead: '{"type":"Delete"}' }, 'does not fit the body'],
    [
      'weak alone',
      { headers: { digest: 'SHA=2jmj7l5rSw0yVb/vlWAYkK/YBwk=' } },
      'SHA-256 digest of the body is needed',
    ],
    [
      'right and wrong at once',
      { headers: { digest: `SHA-256=${'A'.repeat(43)}=,SHA-512=AAAA` } },
      'does not fit',
    ],
    ['garbage', { headers: { digest: 'SHA-256' } }, 'SHA-256 digest'],
    ['empty', { headers: { digest: 'SHA-256=' } }, 'does not fit'],
  ] satisfies [string, SignOptions, string][])('cavage, %s', async (_what, sign, reason) => {
    await expect(check(sign)).rejects.toEqual(refused(reason))
  })

  test.each([
    ['missing', { omit: ['content-digest'] }, 'content-digest header is missing'],
    ['not signed', { covered: ['@method', '@target-uri'] }, 'cover content-digest'],
    ['of another body', { bodyInstead: '{}' }, 'does not fit the body'],
    ['weak alone', { headers: { 'content-digest': 'md5=:AAAA:' } }, 'SHA-256 digest of the body is needed'],
    ['no dictionary', { headers: { 'content-digest': 'SHA-256=AAAA' } }, 'cannot be read'],
  ] satisfies [string, SignOptions, string][])('RFC 9421, %s', async (_what, sign, reason) => {
    await expect(check({ ...sign, scheme: 'rfc9421' })).rejects.toEqual(refused(reason))
  })
})

describe('S-005: the time must be about now', () => {
  test.each([-61, 61])('Date %i minutes away is refused', async (minutes) => {
    const refusal = await check({ date: minutesAway(minutes) }).catch((error: unknown) => error)
    expect(refusal).toEqual(refused(/61 minutes (ago|in the future)/))
    expect(refusal).toMatchObject({ details: { skewSeconds: expect.closeTo(minutes * 60, -1) } })
  })

  test.each([-55, 55])('Date %i minutes away is accepted', async (minutes) => {
    expect(await check({ date: minutesAway(minutes) })).toMatchObject({ actorUri: ALICE })
  })

  test.each([-3700, 3700])('created %i seconds away is refused', async (offset) => {
    await expect(check({ scheme: 'rfc9421', created: seconds(offset) })).rejects.toEqual(
      refused('is from 62 minutes'),
    )
    await expect(check(byCreated(offset, 9000))).rejects.toEqual(refused('is from 62 minutes'))
  })

  test('an expired signature is refused', async () => {
    await expect(check(byCreated(-10, -1))).rejects.toEqual(refused('has expired'))
    await expect(check({ scheme: 'rfc9421', expires: seconds(-1) })).rejects.toEqual(refused('has expired'))
  })

  test('the older form without Date and (created) is refused', async () => {
    await expect(check({ covered: ['(request-target)', 'host', 'digest'] })).rejects.toEqual(
      refused('cover date'),
    )
  })

  test('(created) that is not said is refused', async () => {
    await expect(check({ covered: ['(request-target)', '(created)', 'host', 'digest'] })).rejects.toEqual(
      refused('lacks created'),
    )
  })
})

describe('S-006: garbage is refused, whatever it is', () => {
  test.each([
    ['Date', { date: 'yesterday' }, 'Date header cannot be read'],
    [
      'base64',
      {
        alter: {
          signature: `keyId="${rsa.uri}",headers="(request-target) host date digest",signature="%%%"`,
        },
      },
      'not base64',
    ],
    ['keyId', { keyId: 'not a url' }, 'names no key'],
    ['keyId of another scheme', { keyId: 'acct:alice@peer.test' }, 'names no key'],
    [
      'a header that is not there',
      { covered: ['(request-target)', 'host', 'date', 'digest', 'x-none'] },
      'covers x-none',
    ],
    [
      'a header named like a method of objects',
      { covered: ['(request-target)', 'host', 'date', 'digest', 'constructor'] },
      'covers constructor',
    ],
    [
      'half a header',
      { alter: { signature: 'keyId="https://peer.test/users/alice#main-key' } },
      'cannot be read',
    ],
    ['a header of commas', { alter: { signature: ',,,,' } }, 'cannot be read'],
    ['an empty header', { alter: { signature: '' } }, 'names no key'],
    [
      'a component that is not known',
      { scheme: 'rfc9421', covered: ['@method', '@target-uri', 'content-digest', '@status'] },
      '@status is not known',
    ],
    ['no dictionary', { scheme: 'rfc9421', alter: { 'signature-input': '((((' } }, 'cannot be read'],
    ['an empty dictionary', { scheme: 'rfc9421', alter: { 'signature-input': '' } }, 'is empty'],
    ['another label', { scheme: 'rfc9421', alter: { signature: 'sig2=:AAAA:' } }, 'cannot be read'],
  ] satisfies [string, SignOptions, string][])('%s', async (_what, sign, reason) => {
    await expect(check(sign)).rejects.toEqual(refused(reason))
  })
})

describe('S-007: method, path and query must be those that were signed', () => {
  test.each(forms)('another path (%s)', async (scheme) => {
    await expect(check({ scheme, path: 'https://weft.test/ap/actors/1/inbox' })).rejects.toEqual(
      refused('does not fit'),
    )
  })

  test.each(forms)('another method (%s)', async (scheme) => {
    const put = { ...request({ scheme }), method: 'PUT' }
    await expect(verifyRequest(put, keys, clock)).rejects.toEqual(refused('does not fit'))
  })

  test.each(forms)('another query (%s)', async (scheme) => {
    const url = 'https://weft.test/ap/actors/1/outbox?page=1'
    const path = 'https://weft.test/ap/actors/1/outbox?page=2'
    await expect(check({ scheme, method: 'GET', url, path })).rejects.toEqual(refused('does not fit'))
  })

  test('a target that is not signed', async () => {
    await expect(check({ covered: ['host', 'date', 'digest'] })).rejects.toEqual(
      refused('cover \\(request-target\\)'),
    )
    await expect(check({ scheme: 'rfc9421', covered: ['@target-uri', 'content-digest'] })).rejects.toEqual(
      refused('cover @method'),
    )
  })
})

function byCreated(created = -5, expires = 300): SignOptions {
  return {
    algorithm: 'hs2019',
    covered: ['(request-target)', '(created)', '(expires)', 'host', 'digest'],
    created: seconds(created),
    expires: seconds(expires),
    omit: ['date'],
  }
}
