import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanLine, cleanText, cutText } from '../../src/text/clean.ts'
import { escapeHtml, unescapeHtml } from '../../src/text/escape.ts'

test('what PostgreSQL cannot store is gone, the rest stands', () => {
  expect(cleanText('a\0b')).toBe('ab')
  expect(cleanText('a\ud800b')).toBe('a\ufffdb')
  expect(cleanText('a👍\n\tb')).toBe('a👍\n\tb')
})

test('any text becomes storable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0xd800, max: 0xdfff }), (text, half) => {
      const clean = cleanText(`${text}${String.fromCharCode(half)}\0${text}`)
      expect(clean.isWellFormed()).toBe(true)
      expect(clean).not.toContain('\0')
    }),
  )
})

test('a name is one line that cannot turn its neighbours around', () => {
  expect(cleanLine(' Ann\n\tBee\u202e \u0007x ')).toBe('Ann Bee x')
})

test('a cut never leaves half a character', () => {
  expect(cutText('a👍b', 2)).toBe('a')
  expect(cutText('a👍b', 3)).toBe('a👍')
  expect(cutText('abc', 5)).toBe('abc')
})

test('escaped text comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"']/)
      expect(unescapeHtml(escapeHtml(text))).toBe(text)
    }),
  )
})
