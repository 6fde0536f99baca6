import { expect, test } from 'vitest'
import { createWayOut } from '../../src/remote/way-out.ts'

test('S-066: the built-in fetch goes nowhere unguarded, not even before anybody went out', async () => {
  const builtIn = globalThis.fetch
  const wayOut = createWayOut({})
  const refused = await fetch('http://127.0.0.1:8080/').catch((error: Error) => error.cause)
  expect(String(refused)).toContain('BlockedError')
  const asked = wayOut.ask(new URL('https://127.0.0.1/'), { method: 'GET', headers: {} }, {})
  await expect(asked).rejects.toThrow('private')
  await wayOut.close()
  expect(globalThis.fetch).toBe(builtIn)
})

test('a way out that nobody took is closed without being made', async () => {
  await expect(createWayOut({}).close()).resolves.toBeUndefined()
})
