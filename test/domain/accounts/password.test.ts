import { monitorEventLoopDelay } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import { isCommonPassword } from '../../../src/domain/accounts/common-passwords.ts'
import { hashPassword, verifyPassword } from '../../../src/domain/accounts/password.ts'

const GOOD = 'three green lanterns'

describe('a password (S-138)', () => {
  it('is kept as argon2id with 19 MiB and two passes, salted anew each time', async () => {
    const [one, two] = [await hashPassword(GOOD), await hashPassword(GOOD)]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.toBe(two)
    expect(await verifyPassword(GOOD, one)).toBe(true)
    expect(await verifyPassword(`${GOOD} `, one)).toBe(false)
    expect(await verifyPassword('', one)).toBe(false)
  })

  it('agrees with the reference implementation of argon2', async () => {
    // RFC 9106 has no vector without key and data; this one is of the reference's own test suite, as a PHC string.
    const known = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
    expect(await verifyPassword('password', known)).toBe(true)
    expect(await verifyPassword('passwore', known)).toBe(false)
  })

  it('typed on another keyboard is the same', async () => {
    expect(await verifyPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait'))).toBe(true)
  })

  it('is nobody’s without a hash, with a broken one, or when it is longer than any can be', async () => {
    for (const hash of [
      null,
      undefined,
      '',
      'x',
      '$argon2id$v=19$m=19456,t=2,p=1$x',
      '$2b$10$abcdefghijklmnopqrstuv',
    ]) {
      expect(await verifyPassword(GOOD, hash)).toBe(false)
    }
    const longest = 'ab1 '.repeat(32)
    const hash = await hashPassword(`${longest.slice(0, 127)}z`)
    expect(await verifyPassword(`${longest.slice(0, 127)}zz`, hash)).toBe(false)
  })

  it('has 8 to 128 characters, counted as people do', async () => {
    await expect(hashPassword('1a2b3c!')).rejects.toMatchObject({ code: 'password.too-short' })
    await expect(hashPassword('🐘🐳🦊')).rejects.toMatchObject({ code: 'password.too-short' })
    await expect(hashPassword('🐘'.repeat(129))).rejects.toMatchObject({ code: 'password.too-long' })
    await expect(hashPassword('🐘🐳🦊🐻🦉🐝🦋🐙'.repeat(16))).resolves.toContain('$argon2id$')
  })

  it.each([
    'password',
    'Password123',
    'PASSWORD!!',
    'iloveyou',
    'qwertyuiop',
    'asdfghjkl',
    '12345678',
    '87654321',
    'aaaaaaaa',
    'abababab',
    'abcabcabcabc',
    'abcdefgh',
    'hgfedcba',
    'letmein123',
    'changeme',
    'correcthorsebatterystaple',
  ])('%j is among the first that anybody would try', (word) => {
    expect(isCommonPassword(word)).toBe(true)
  })

  it('is not the account’s own name, and a good one is let through', () => {
    expect(isCommonPassword('Margarethe2026', ['margarethe'])).toBe(true)
    for (const word of [GOOD, 'Margarethe likes tea', 'xK9#mQ2!vL', 'ключ от всех дверей', 'aaaaaaab1z']) {
      expect(isCommonPassword(word, ['margarethe']), word).toBe(false)
    }
  })

  it('is worked on beside the event loop, two at once, and too many at once are told to come back', async () => {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const outcomes = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword(GOOD, null)))
    delay.disable()
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused).toHaveLength(80 - 66)
    expect(refused[0]?.reason).toMatchObject({ code: 'busy' })
    // On the main thread the loop would have stood still for all of them together.
    expect(delay.max / 1e6).toBeLessThan(1000)
    expect(await verifyPassword(GOOD, await hashPassword(GOOD))).toBe(true)
  })
})
