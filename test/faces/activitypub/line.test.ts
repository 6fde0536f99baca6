import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { AccountId } from '../../../src/base/ids.ts'
import { afterTheirs, amongTheirs } from '../../../src/faces/activitypub/outbox/line.ts'

const [anna, ben] = ['1', '2'] as AccountId[] as [AccountId, AccountId]

function counted() {
  const seen = { now: 0, most: 0 }
  const work = async () => {
    seen.now += 1
    seen.most = Math.max(seen.most, seen.now)
    await sleep(2)
    seen.now -= 1
  }
  return { seen, work }
}

test('of all that one account posts at once, some is under way and the rest waits; others do not', async () => {
  const { seen, work } = counted()
  const all = Promise.all(Array.from({ length: 60 }, () => amongTheirs(anna, work)))
  await amongTheirs(ben, async () => expect(seen.now).toBeGreaterThan(0))
  await all
  expect(seen.most).toBe(6)
})

test('what is done in turn is done one after the other, also after one that failed', async () => {
  const { seen, work } = counted()
  const failing = afterTheirs(anna, () => Promise.reject(new Error('no')))
  const all = Promise.all(Array.from({ length: 20 }, () => afterTheirs(anna, work)))
  await expect(failing).rejects.toThrow('no')
  await all
  expect(seen).toEqual({ now: 0, most: 1 })
})
