import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packNumbers, unpackNumbers } from '../../src/base/deltas.ts'

test('numbers come back as they were, in order and each once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 0x7fff_ffff })), (numbers) => {
      const sorted = [...new Set(numbers)].toSorted((a, b) => a - b)
      expect(unpackNumbers(packNumbers(numbers))).toEqual(sorted)
    }),
  )
})

test('ids given out one after the other take a byte each', () => {
  expect(packNumbers(Array.from({ length: 1000 }, (_, n) => 50_000 + n)).length).toBeLessThan(1010)
  expect(packNumbers([]).length).toBe(0)
})

test('what is no id is refused', () => {
  for (const wrong of [0, -1, 1.5, 2 ** 31, Number.NaN])
    expect(() => packNumbers([wrong])).toThrow(RangeError)
})
