import { expect, test } from 'vitest'
import { createBatches } from '../../src/base/batches.ts'

test('what comes within a moment is done together, each hand gets its own result', async () => {
  const batches: number[][] = []
  const twice = createBatches(
    async (items: readonly number[]) => {
      batches.push([...items])
      return items.map((item) => 2 * item)
    },
    { everyMs: 5, most: 3 },
  )
  expect(await Promise.all([1, 2, 3, 4].map(twice))).toEqual([2, 4, 6, 8])
  expect(batches).toEqual([[1, 2, 3], [4]])
  expect(await twice(5)).toBe(10)
})

test('one bad item spoils nothing for the others', async () => {
  const work = createBatches(
    async (items: readonly number[]) => {
      if (items.includes(3)) throw new Error('three')
      return items
    },
    { everyMs: 1, most: 10 },
  )
  const results = await Promise.allSettled([1, 2, 3, 4].map(work))
  expect(results.map((each) => (each.status === 'fulfilled' ? each.value : 'bad'))).toEqual([1, 2, 'bad', 4])
})
