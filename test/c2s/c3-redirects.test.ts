import { describe, expect, test } from 'vitest'
import { type ClientKind, OUT_OF_BAND } from '../../src/domain/grants/client.ts'
import {
  destinationOf,
  formTargetOf,
  isRegistered,
  whyNoRedirect,
  withQuery,
} from '../../src/domain/grants/redirects.ts'

const ALL: readonly ClientKind[] = ['document', 'object', 'registered', 'app']
const ORIGIN = 'https://app.example'
const allows = (uri: string, kind: ClientKind) => whyNoRedirect(uri, kind, ORIGIN) === undefined
const allowedBy = (uri: string) => ALL.filter((kind) => allows(uri, kind))

describe('c3: an address to be answered at', () => {
  test.each([
    'https://app.example/back',
    'https://app.example',
    'https://app.example/back?from=weft',
    'http://127.0.0.1/back',
    'http://127.0.0.1:8080/back',
    'http://[::1]:1/back',
    'http://localhost:49152/',
    'com.example.app:/back',
    'com.example.app://back',
  ])('%s may be named by every kind of client', (uri) => {
    expect(allowedBy(uri)).toEqual(ALL)
  })

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,hello',
    'vbscript:x',
    'file:///etc/passwd',
    'https://app.example/back#part',
    'https://app.example/#',
    'com.example.app:/back#x',
    'https://user@app.example/back',
    'https://user:secret@app.example/back',
    'https://@app.example/back',
    'https:///back',
    'https:/app.example/back',
    'https:app.example',
    '/back',
    'app.example/back',
    '',
    ' https://app.example/back',
    'https://app.example/ba ck',
    'https://app.example/back\r\nSet-Cookie: a=b',
    'https://app.example\\@evil.example/',
    'https://äpp.example/back',
    `https://app.example/${'a'.repeat(2048)}`,
  ])('%j may be named by none', (uri) => {
    expect(allowedBy(uri)).toEqual([])
  })

  test('S-131: of a document is on its own origin; of an object or a registered client it may be elsewhere', () => {
    expect(whyNoRedirect('http://app.lan/back', 'document', 'http://app.lan')).toBeUndefined()
    for (const uri of [
      'https://other.example/back',
      'https://app.example:8443/back',
      'https://app.example.evil.example/',
    ])
      expect(allowedBy(uri), uri).toEqual(['object', 'registered', 'app'])
  })

  test('without a dot in its scheme is for clients that are known, not for documents', () => {
    expect(allowedBy('checkin:/back')).toEqual(['object', 'registered', 'app'])
  })

  test('over plain http is for loopback, and for apps of the Mastodon API', () => {
    for (const uri of [
      'http://app.example/back',
      'http://127.0.0.2/',
      'http://127.0.0.1.evil.example/',
      'http://localhost.evil.example/',
      'http://0x7f.1/',
    ])
      expect(allowedBy(uri), uri).toEqual(['app'])
  })

  test('with a scheme of the browser or the system is for apps of the Mastodon API', () => {
    for (const uri of [
      'intent:abc',
      'mailto:a@b.example',
      'ftp://a.example/',
      'blob:https://a.example/1',
      'ws://a/',
    ])
      expect(allowedBy(uri), uri).toEqual(['app'])
  })

  test('that is none, a code to copy by hand, is for apps of the Mastodon API', () => {
    expect(allowedBy(OUT_OF_BAND)).toEqual(['app'])
  })
})

describe('S-120: an address that is asked for', () => {
  const registered = ['https://app.example/back', 'http://127.0.0.1/back', 'com.example.app:/back']

  test.each([
    'https://app.example/back',
    'com.example.app:/back',
    'http://127.0.0.1/back',
    'http://127.0.0.1:1/back',
    'http://127.0.0.1:65535/back',
  ])('%s is one of those that were named', (uri) => {
    expect(isRegistered(uri, registered)).toBe(true)
  })

  test.each([
    'https://app.example/back/',
    'https://app.example/back2',
    'https://app.example/',
    'https://app.example/Back',
    'https://APP.example/back',
    'HTTPS://app.example/back',
    'https://app.example:443/back',
    'https://app.example/back?x=1',
    'https://app.example/back?',
    'https://app.example/back#',
    'https://app.example/x/../back',
    'https://app.example/%62ack',
    'https://user@app.example/back',
    'https://app.example.evil.example/back',
    'https://app.example@evil.example/back',
    'http://app.example/back',
    'http://localhost/back',
    'http://[::1]/back',
    'http://127.0.0.1:99999/back',
    'http://127.0.0.1:/back',
    'http://127.0.0.1:80:80/back',
    'http://127.0.0.1/back2',
    'http://127.0.0.1/back?x',
    'http://127.0.0.1@evil.example/back',
    'http://127.0.0.1:80@evil.example/back',
    'http://127.0.0.1.evil.example/back',
    'http://0127.0.0.1/back',
    'https://127.0.0.1/back',
    'com.example.app:/back?x',
    'com.example.app:/Back',
    '',
  ])('%s is none', (uri) => {
    expect(isRegistered(uri, registered)).toBe(false)
  })
})

describe('the answer', () => {
  test('goes into the query, and what stands there stays', () => {
    expect(withQuery('https://a.example/b', { code: 'c d', state: undefined })).toBe(
      'https://a.example/b?code=c+d',
    )
    expect(withQuery('https://a.example/b?x=%20', { code: 'c' })).toBe('https://a.example/b?x=%20&code=c')
    expect(withQuery('app.x:/b?', { code: '&' })).toBe('app.x:/b?code=%26')
  })

  test('says where it goes, for people and for the browser', () => {
    expect(destinationOf('https://a.example:8443/b')).toEqual({ kind: 'host', host: 'a.example:8443' })
    expect(destinationOf('http://[::1]:9/b')).toEqual({ kind: 'device' })
    expect(destinationOf('checkin:/b')).toEqual({ kind: 'app', scheme: 'checkin', bare: true })
    expect(destinationOf('com.example.app:/b')).toEqual({
      kind: 'app',
      scheme: 'com.example.app',
      bare: false,
    })
    expect(formTargetOf('https://a.example:8443/b?c')).toBe('https://a.example:8443')
    expect(formTargetOf('http://127.0.0.1:9/b')).toBe('http://127.0.0.1:9')
    expect(formTargetOf('http://[::1]:9/b')).toBe('http:')
    expect(formTargetOf('checkin:/b')).toBe('checkin:')
    expect(formTargetOf(OUT_OF_BAND)).toBeUndefined()
  })
})
