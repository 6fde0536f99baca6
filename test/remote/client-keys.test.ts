import { expect, test } from 'vitest'
import { Refusal } from '../../src/base/refusal.ts'
import { createKeySets, type FreshKeys } from '../../src/remote/client-keys.ts'
import { movableClock } from '../support/clock.ts'

const ADDRESS = 'https://keys.test/jwks'
const gone = () => Promise.reject(new Refusal('client.document'))

function keySets() {
  const clock = movableClock()
  const state = {
    asked: 0,
    give: async (): Promise<FreshKeys> => ({ keys: { keys: [] }, freshSeconds: 300 }),
  }
  const keysAt = createKeySets(() => {
    state.asked += 1
    return state.give()
  }, clock)
  return { clock, state, keysAt }
}

test('keys that were asked for anew are asked for anew half a minute later, and not before', async () => {
  const { clock, state, keysAt } = keySets()
  await keysAt(ADDRESS, false)
  for (let n = 0; n < 5; n++) await keysAt(ADDRESS, true)
  expect(state.asked).toBe(2)
  clock.advance(29_000)
  await keysAt(ADDRESS, true)
  expect(state.asked).toBe(2)
  clock.advance(2_000)
  await keysAt(ADDRESS, true)
  expect(state.asked).toBe(3)
  clock.advance(301_000)
  await keysAt(ADDRESS, false)
  expect(state.asked).toBe(4)
})

test('an address that gives none is asked again half a minute later, and known keys do meanwhile', async () => {
  const { clock, state, keysAt } = keySets()
  await keysAt(ADDRESS, false)
  state.give = gone
  await expect(keysAt(ADDRESS, true)).rejects.toThrow('client.document')
  expect(await keysAt(ADDRESS, false)).toEqual({ keys: [] })
  expect(await keysAt(ADDRESS, true)).toEqual({ keys: [] })
  expect(state.asked).toBe(2)
  clock.advance(31_000)
  await expect(keysAt(ADDRESS, false)).rejects.toThrow('client.document')
  await expect(keysAt(ADDRESS, false)).rejects.toThrow('client.document')
  expect(state.asked).toBe(3)
  clock.advance(31_000)
  state.give = async () => ({ keys: { keys: [{ kty: 'EC' }] }, freshSeconds: 300 })
  expect(await keysAt(ADDRESS, false)).toEqual({ keys: [{ kty: 'EC' }] })
})

test('all who wait at the same moment ask once', async () => {
  const { state, keysAt } = keySets()
  await Promise.all([keysAt(ADDRESS, false), keysAt(ADDRESS, true), keysAt(ADDRESS, false)])
  expect(state.asked).toBe(1)
})
