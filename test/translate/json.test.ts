import { describe, expect, test } from 'vitest'
import { Refusal } from '../../src/base/refusal.ts'
import {
  dateOf,
  hostOf,
  idOf,
  idsOf,
  isUri,
  type JsonObject,
  languageMapOf,
  languageOf,
  listOf,
  originOf,
  parseJson,
  sameOrigin,
  soleIdOf,
  textOf,
  typeOf,
} from '../../src/translate/json.ts'

describe('parsing', () => {
  test.each(['', '{', 'nope', '{"a":1}{', '\u0000', '[1,]'])('%j is refused', (text) => {
    expect(() => parseJson(text)).toThrow(Refusal)
  })

  test('S-027: keys that could reach a prototype are inert', () => {
    const value = parseJson(
      '{"__proto__":{"admin":true},"a":{"constructor":{"prototype":{"admin":true}}},"\\u005f_proto__":{"x":1}}',
    ) as JsonObject
    expect(Object.keys(value)).toEqual(['a'])
    expect(Object.keys(value.a as JsonObject)).toEqual([])
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
    expect({ ...value }).not.toHaveProperty('admin')
  })
})

test('one or many, null as absent', () => {
  expect(listOf(undefined)).toEqual([])
  expect(listOf(null)).toEqual([])
  expect(listOf('a')).toEqual(['a'])
  expect(listOf(['a', null, ['b'], { id: 'c' }])).toEqual(['a', { id: 'c' }])
})

test('an id is a text or the id of an object, and always an address', () => {
  expect(idOf('https://a.test/1')).toBe('https://a.test/1')
  expect(idOf({ id: 'https://a.test/1', type: 'Note' })).toBe('https://a.test/1')
  for (const none of [
    '',
    'x',
    '_:b0',
    'urn:uuid:1',
    'tag:a.test,2026:1',
    7,
    true,
    null,
    undefined,
    {},
    { id: null },
    { id: 7 },
  ]) {
    expect(idOf(none)).toBeUndefined()
  }
  expect(idsOf(['https://a.test/1', 'x', { id: 'https://a.test/2' }])).toEqual([
    'https://a.test/1',
    'https://a.test/2',
  ])
  expect(soleIdOf(['https://a.test/1'])).toBe('https://a.test/1')
  expect(soleIdOf(['https://a.test/1', 'https://a.test/2'])).toBeUndefined()
})

test.each([
  ['https://a.test', true],
  ['http://a.test:3000/x?y#z', true],
  ['https://a.test/ü', true],
  ['https://xn--r8jz45g.jp/', true],
  ['https://threads.net/ap/users/1/', true],
  ['HTTPS://a.test/', false],
  ['https://', false],
  ['https:///x', false],
  ['https://a.test\\@b.test/', false],
  ['https://user@a.test/', false],
  ['https://a.test@b.test/', false],
  ['https://a.test/ x', false],
  ['https://a.test/\nx', false],
  ['https://a.test/\u0000', false],
  [' https://a.test/', false],
  ['ftp://a.test/', false],
  ['javascript:alert(1)', false],
  [`https://a.test/${'x'.repeat(2048)}`, false],
  [`https://a.test/${'語'.repeat(600)}`, true],
  [`https://a.test/${'語'.repeat(700)}`, false],
  ['https://a.test/\ud800', false],
])('%j is an address: %s', (text, expected) => {
  expect(isUri(text)).toBe(expected)
})

test('S-020: an origin is one however it is written', () => {
  expect(originOf('https://A.Test:443/x')).toBe('https://a.test')
  expect(originOf('https://例え.jp/x')).toBe('https://xn--r8jz45g.jp')
  expect(originOf('http://0x7f.1/')).toBe('http://127.0.0.1')
  expect(hostOf('http://a.test:3000/x')).toBe('a.test:3000')
  expect(sameOrigin('https://a.test/1', 'https://A.test:443/2')).toBe(true)
  for (const other of [
    'http://a.test/1',
    'https://a.test:8443/1',
    'https://b.a.test/1',
    'https://a.test./1',
    'https://user@a.test/',
    'a.test',
    '',
  ]) {
    expect(sameOrigin('https://a.test/1', other)).toBe(false)
  }
})

test('a type is a short name, first of several', () => {
  expect(typeOf({ type: 'Note' })).toBe('Note')
  expect(typeOf({ type: ['Note', 'x'] })).toBe('Note')
  expect(typeOf({ type: 'as:Note' })).toBe('Note')
  expect(typeOf({ type: 'https://www.w3.org/ns/activitystreams#Note' })).toBe('Note')
  expect(typeOf({ type: null })).toBe('')
  expect(typeOf({})).toBe('')
})

test('text is the first text, made storable', () => {
  expect(textOf(['a', 'b'])).toBe('a')
  expect(textOf('a\0\ud800')).toBe('a\ufffd')
  expect(textOf({ en: 'a' })).toBeUndefined()
  expect(textOf(7)).toBeUndefined()
})

test('a language map gives its texts in order', () => {
  expect(languageMapOf({ de: 'Hallo', en: ['Hello'], fr: null, x: 7 })).toEqual([
    ['de', 'Hallo'],
    ['en', 'Hello'],
  ])
  expect(languageMapOf('x')).toEqual([])
  expect(languageMapOf(null)).toEqual([])
})

test.each([
  ['en', 'en'],
  ['pt_br', 'pt-BR'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['und', null],
  ['', null],
  ['english, please', null],
  ['x'.repeat(100), null],
  [undefined, null],
])('the language %s is %s', (tag, language) => {
  expect(languageOf(tag)).toBe(language)
})

test.each([
  ['2026-11-22T08:00:00Z', '2026-11-22T08:00:00.000Z'],
  ['2026-11-22T08:00:00.123456Z', '2026-11-22T08:00:00.123Z'],
  ['2026-11-22T08:00Z', '2026-11-22T08:00:00.000Z'],
  ['2026-11-22T08:00:00', '2026-11-22T08:00:00.000Z'],
  ['2026-11-22T08:00:00+02:00', '2026-11-22T06:00:00.000Z'],
  ['2026-11-22T08:00:00+0200', '2026-11-22T06:00:00.000Z'],
  ['2026-11-22 08:00:00Z', '2026-11-22T08:00:00.000Z'],
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['2026-11-22t08:00:00z', '2026-11-22T08:00:00.000Z'],
  ['yesterday', undefined],
  ['', undefined],
  ['2026-13-45T08:00:00Z', undefined],
  ['12345-01-01T00:00:00Z', undefined],
  ['0000-00-00', undefined],
  ['1026-01-01', undefined],
  [1_700_000_000, undefined],
  [null, undefined],
  [{ '@value': '2026-11-22' }, undefined],
])('the date %j is %s', (value, date) => {
  expect(dateOf(value)?.toISOString()).toBe(date)
})
