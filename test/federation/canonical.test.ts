import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalOrigin, canonicalUri, hostOf, sameOrigin } from '../../src/federation/canonical.ts'

describe('S-020: the one origin of an id', () => {
  test.each([
    ['https://peer.test/users/a#main-key', 'https://peer.test'],
    ['HTTPS://Peer.TEST/users/A', 'https://peer.test'],
    ['https://peer.test:443/', 'https://peer.test'],
    ['https://peer.test./', 'https://peer.test'],
    ['https://peer.test:8443/', 'https://peer.test:8443'],
    ['http://peer.test/', 'http://peer.test'],
    ['http://localhost:3000/ap/actors/1', 'http://localhost:3000'],
    ['https://bücher.test/', 'https://xn--bcher-kva.test'],
    ['https://xn--bcher-kva.test/', 'https://xn--bcher-kva.test'],
    ['https://ＰＥＥＲ.test/', 'https://peer.test'],
    ['https://[2001:DB8::1]/', 'https://[2001:db8::1]'],
    ['https://0x7f.1/', 'https://127.0.0.1'],
    ['https://2130706433/', 'https://127.0.0.1'],
    ['https://p%65er.test/', 'https://peer.test'],
    ['https://peer.test', 'https://peer.test'],
    ['https://peer.test?x', 'https://peer.test'],
  ])('of %s is %s', (uri, origin) => {
    expect(canonicalOrigin(uri)).toBe(origin)
    expect(sameOrigin(uri, `${origin}/other`)).toBe(true)
    expect(hostOf(uri)).toBe(new URL(origin).host)
  })

  test.each([
    'https://alice@peer.test/',
    'https://alice:secret@peer.test/',
    'https://@peer.test/',
    'https://:@peer.test/',
    'https:///peer.test/',
    'https:/peer.test/',
    'https:peer.test/',
    'https://peer.test\\@evil.test/',
    'https://peer.test/a b',
    'https://peer.test/\n',
    'https://peer\t.test/',
    'https://./',
    'https://peer.test:99999/',
    'ftp://peer.test/',
    'data:text/plain,x',
    'acct:alice@peer.test',
    '//peer.test/',
    '/users/alice',
    '',
    `https://peer.test/${'x'.repeat(2048)}`,
  ])('of %s is none', (uri) => {
    expect(canonicalOrigin(uri)).toBeUndefined()
    expect(canonicalUri(uri)).toBeUndefined()
    expect(sameOrigin(uri, uri)).toBe(false)
  })

  test('http and https are two servers', () => {
    expect(sameOrigin('http://peer.test/', 'https://peer.test/')).toBe(false)
  })

  test.each([
    ['https://PEER.test:443/Users/A/?X=%41#Main-Key', 'https://peer.test/Users/A/?X=%41#Main-Key'],
    ['https://peer.test/users/1/', 'https://peer.test/users/1/'],
    ['https://peer.test', 'https://peer.test'],
    ['https://peer.test?q=//x', 'https://peer.test?q=//x'],
  ])('what follows it is left as it is: %s', (uri, canonical) => {
    expect(canonicalUri(uri)).toBe(canonical)
  })

  test('is what the URL standard says, for all names that are spelt as usual', () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,8}$/)
    const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
    const rest = fc.string({ unit: 'grapheme-ascii', maxLength: 8 }).map((text) => `/${text}`)
    fc.assert(
      fc.property(host, rest, (name, path) => {
        const uri = `https://${name}${path}`
        const origin = canonicalOrigin(uri)
        if (origin !== undefined) expect(origin).toBe(new URL(uri).origin)
      }),
      { numRuns: 2000 },
    )
  })
})
