import { expect, test } from 'vitest'
import { lengthOf } from '../../src/text/length.ts'

test.each([
  ['', 0],
  ['hello', 5],
  ['a\r\nb', 3],
  ['héllo', 5],
  ['e\u0301', 1],
  ['👩‍👩‍👧‍👦', 1],
  ['🇩🇪🇫🇷', 2],
  ['नि', 1],
  ['東京', 2],
])('%j counts %i', (text, length) => {
  expect(lengthOf(text)).toBe(length)
})

test('every link counts 23, long or short', () => {
  expect(lengthOf('https://a.test')).toBe(23)
  expect(lengthOf(`https://a.test/${'x'.repeat(400)}`)).toBe(23)
  expect(lengthOf('see https://a.test now')).toBe(4 + 23 + 4)
})

test('a mention counts without its host', () => {
  expect(lengthOf('@alice')).toBe(6)
  expect(lengthOf('@alice@a-very-long-host.example.social')).toBe(6)
  expect(lengthOf('hi @alice@a.test!')).toBe(3 + 6 + 1)
})

test('hashtags and bare domains count as they are written', () => {
  expect(lengthOf('#tag example.test')).toBe(17)
})

test('half a character counts as one and breaks nothing', () => {
  expect(lengthOf('a\ud800b')).toBe(3)
})
