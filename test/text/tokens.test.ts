import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { handlesIn, hashtagFrom, hashtagsIn, tokensIn } from '../../src/text/tokens.ts'
import { cpuMilliseconds } from './cpu.ts'

const written = (text: string) =>
  tokensIn(text).map((token) => [token.kind, text.slice(token.start, token.end)])

describe('mentions', () => {
  test.each([
    ['@alice', 'alice', null],
    ['hello @alice!', 'alice', null],
    ['(@alice)', 'alice', null],
    ['@alice@example.social', 'alice', 'example.social'],
    ['@Alice@Example.SOCIAL', 'Alice', 'example.social'],
    ['@alice@example.social.', 'alice', 'example.social'],
    ['@alice@example.social:8443', 'alice', 'example.social:8443'],
    ['@alice@localhost:3001, hi', 'alice', 'localhost:3001'],
    ['@alice@127.0.0.1:3001', 'alice', '127.0.0.1:3001'],
    ['@first.last@example.social', 'first.last', 'example.social'],
    ['@alice.', 'alice', null],
    ['@alice-', 'alice', null],
    ['.@alice', 'alice', null],
    ['@имя@пример.рф', 'имя', 'xn--e1afmkfd.xn--p1ai'],
    ['@alice@例え.jp', 'alice', 'xn--r8jz45g.jp'],
    ['@alice@münchen.example', 'alice', 'xn--mnchen-3ya.example'],
  ])('%s names an account', (text, name, host) => {
    expect(handlesIn(text)).toEqual([{ name, host }])
  })

  test('a script without spaces may follow at once: the host ends where its letters do', () => {
    expect(handlesIn('@alice@example.socialさん、おはよう')).toEqual([
      { name: 'alice', host: 'example.social' },
    ])
    expect(handlesIn('@aliceさん、おはよう')).toEqual([{ name: 'alice', host: null }])
    expect(handlesIn('@alice你好')).toEqual([{ name: 'alice', host: null }])
  })

  test.each([
    'mail alice@example.social now',
    'a path/@alice and a query=@alice',
    'https://example.social/@alice',
    '@',
    '@ alice',
    '@@',
    'お@alice',
    '@josé',
  ])('%s names nobody', (text) => {
    expect(handlesIn(text)).toEqual([])
  })

  test('an account named twice, in any case, is named once', () => {
    expect(handlesIn('@alice@b.test @ALICE@B.test @alice')).toEqual([
      { name: 'alice', host: 'b.test' },
      { name: 'alice', host: null },
    ])
  })
})

describe('hashtags', () => {
  test.each([
    ['#Weather', 'weather', 'Weather'],
    ['＃東京', '東京', '東京'],
    ['#día', 'día', 'día'],
    ['#हिन्दी', 'हिन्दी', 'हिन्दी'],
    ['#مرحبا', 'مرحبا', 'مرحبا'],
    ['#2024vote', '2024vote', '2024vote'],
    ['#snake_case', 'snake_case', 'snake_case'],
    ['#aigua·dolça·', 'aigua·dolça', 'aigua·dolça'],
    ['#ＦＵＬＬ', 'full', 'ＦＵＬＬ'],
    ['(#tag)', 'tag', 'tag'],
    ['#tag.', 'tag', 'tag'],
    ['#tag-less', 'tag', 'tag'],
  ])('%s is a hashtag', (text, name, displayName) => {
    expect(hashtagsIn(text)).toEqual([{ name, displayName }])
  })

  test.each([
    '#',
    '# tag',
    '#123',
    '#1️⃣',
    '#️⃣',
    'a#tag',
    '/#tag',
    '&#39;',
    '&#x27;',
    'https://a.test/#tag',
    '東京#tag',
  ])('%s is none', (text) => {
    expect(hashtagsIn(text)).toEqual([])
  })

  test('a tag in two spellings is one tag, shown as first written', () => {
    expect(hashtagsIn('#CamelCase #camelcase')).toEqual([{ name: 'camelcase', displayName: 'CamelCase' }])
  })

  test('other servers may name tags that we would not find in text', () => {
    expect(hashtagFrom('#node.js')).toEqual({ name: 'node.js', displayName: 'node.js' })
    expect(hashtagFrom('2024')).toEqual({ name: '2024', displayName: '2024' })
    expect(hashtagFrom('#<script>')).toBeUndefined()
    expect(hashtagFrom('two words')).toBeUndefined()
    expect(hashtagFrom('#')).toBeUndefined()
    expect(hashtagFrom(`#${'x'.repeat(200)}`)).toBeUndefined()
  })
})

describe('links', () => {
  test.each([
    ['see https://example.test/a.', 'https://example.test/a'],
    ['(https://example.test/wiki/A_(b))', 'https://example.test/wiki/A_(b)'],
    ['https://例え.jp/パス。次', 'https://例え.jp/パス'],
    ['http://localhost:3000/x?y=1#z', 'http://localhost:3000/x?y=1#z'],
    ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
    ['<https://example.test>', 'https://example.test'],
  ])('%s holds a link', (text, url) => {
    expect(written(text)).toEqual([['link', url]])
  })

  test.each([
    'example.test',
    'www.example.test',
    'javascript:alert(1)',
    'ftp://example.test/x',
    'https://',
    '//example.test/',
  ])('%s holds none', (text) => {
    expect(written(text)).toEqual([])
  })
})

test('tokens stand in order, never overlap and never leave the text', () => {
  const piece = fc.constantFrom(
    '@a',
    '@b@c.test',
    '#tag',
    'https://d.test/@e/#f',
    ' ',
    '\n',
    '。',
    'さ',
    '.',
    '(',
    '👩‍👩‍👧',
    '/',
    '=',
    '@',
    '#',
    ':80',
    '\u200c',
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 30 }),
      (pieces) => {
        const text = pieces.join('')
        let from = 0
        for (const { start, end } of tokensIn(text)) {
          expect(start).toBeGreaterThanOrEqual(from)
          expect(end).toBeGreaterThan(start)
          from = end
        }
        expect(from).toBeLessThanOrEqual(text.length)
      },
    ),
    { numRuns: 500 },
  )
})

test.each([
  '@a',
  '@a@',
  '@a.',
  '@a@b.',
  '#a',
  '#·',
  'https://a.test/(',
  'https://a.test ',
  'https:',
  '@a@b-',
])('a hundred thousand characters of %s are read in less than a second', (piece) => {
  const text = piece.repeat(Math.ceil(100_000 / piece.length))
  expect(cpuMilliseconds(() => tokensIn(text))).toBeLessThan(1000)
})
