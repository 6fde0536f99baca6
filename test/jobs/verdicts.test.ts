import { describe, expect, test } from 'vitest'
import type { SendOutcome } from '../../src/jobs/outcomes.ts'
import { retryAfterFrom, waitSeconds } from '../../src/jobs/retry.ts'
import { type Tried, verdictOn } from '../../src/jobs/verdicts.ts'

const fresh: Tried = { attempts: 0, expired: false, longMissing: false }
const status = (code: number): SendOutcome => ({ result: 'inbox-failed', status: code, reason: `${code}` })
const fate = (outcome: SendOutcome, tried: Partial<Tried> = {}) =>
  verdictOn(outcome, { ...fresh, ...tried }).delivery

/** How many tries a status gets before the delivery is set aside, when it is answered every time. */
function triesOf(outcome: SendOutcome): number {
  for (let attempts = 0; attempts < 50; attempts++)
    if (fate(outcome, { attempts }) === 'dead') return attempts + 1
  return Number.POSITIVE_INFINITY
}

describe('R-012: what each answer means for a delivery', () => {
  test('taken, gone for good, and nothing to send any more: it is dropped', () => {
    expect(fate({ result: 'delivered', knock: 'cavage' })).toBe('drop')
    expect(fate({ result: 'gone' })).toBe('drop')
    expect(fate({ result: 'withdrawn' })).toBe('drop')
  })

  test('nobody to be had on the host: it stays as it is, however old', () => {
    expect(fate({ result: 'host-failed', reason: 'ECONNREFUSED' })).toBe('keep')
    expect(fate({ result: 'host-failed', reason: '503' }, { expired: true })).toBe('keep')
  })

  test('404 is tried until the inbox has been missing for three days', () => {
    expect(triesOf({ result: 'missing' })).toBe(Number.POSITIVE_INFINITY)
    expect(fate({ result: 'missing' }, { longMissing: true })).toBe('dead')
  })

  test('401 and 403 get three tries, any other 4xx two, whatever may pass by itself as many as its days allow', () => {
    const endless = new Set([404, 408, 429])
    for (let code = 200; code <= 599; code++) {
      const expected =
        code === 401 || code === 403
          ? 3
          : code >= 400 && code < 500 && !endless.has(code)
            ? 2
            : Number.POSITIVE_INFINITY
      expect(triesOf(status(code)), `${code}`).toBe(expected)
      expect(fate(status(code), { expired: true }), `${code} after its days`).toBe('dead')
    }
  })

  test('what is not sent at all, for its address is not allowed, gets two tries', () => {
    expect(triesOf(status(0))).toBe(2)
  })

  test('a Retry-After of an inbox is kept to', () => {
    const verdict = verdictOn({ ...status(500), retryAfterSeconds: 7200 } as SendOutcome, fresh)
    expect(verdict).toMatchObject({ delivery: 'retry' })
    if (verdict.delivery !== 'retry') return
    expect(verdict.seconds).toBeGreaterThanOrEqual(7200)
    expect(verdict.seconds).toBeLessThanOrEqual(7920)
  })
})

describe('the table of waits', () => {
  test('1, 5, 15, 30 minutes, 1, 2, 4, 8 hours, then 12 hours each time, a fifth more or less', () => {
    const minutes = [1, 5, 15, 30, 60, 120, 240, 480, 720, 720, 720]
    for (const [n, expected] of minutes.entries()) {
      expect(waitSeconds({ failures: n + 1, chance: 0.5 })).toBeCloseTo(expected * 60)
      expect(waitSeconds({ failures: n + 1, chance: 0 })).toBeCloseTo(expected * 48)
      expect(waitSeconds({ failures: n + 1, chance: 1 })).toBeCloseTo(expected * 72)
    }
  })

  test('a Retry-After is never cut short, nor believed beyond a day or below half a minute', () => {
    expect(waitSeconds({ failures: 9, retryAfterSeconds: 120, chance: 0 })).toBe(120)
    expect(waitSeconds({ failures: 1, retryAfterSeconds: 0, chance: 0 })).toBe(30)
    expect(waitSeconds({ failures: 1, retryAfterSeconds: 1e9, chance: 0 })).toBe(86_400)
  })

  test('Retry-After is read as seconds or as a date, and garbage as none', () => {
    const now = new Date('2026-03-01T12:00:00Z')
    expect(retryAfterFrom('120', now)).toBe(120)
    expect(retryAfterFrom(' 0 ', now)).toBe(0)
    expect(retryAfterFrom('99999999999', now)).toBe(86_400)
    expect(retryAfterFrom('Sun, 01 Mar 2026 12:10:00 GMT', now)).toBe(600)
    expect(retryAfterFrom('Sunday, 01-Mar-26 12:10:00 GMT', now)).toBe(600)
    expect(retryAfterFrom('Sun, 01 Mar 2026 11:00:00 GMT', now)).toBe(0)
    expect(retryAfterFrom('Wed, 01 Mar 2056 11:00:00 GMT', now)).toBe(86_400)
    for (const garbage of ['', '-1', '1.5', 'soon', '1e9', 'Sun, never', '9'.repeat(400), null, undefined]) {
      expect(retryAfterFrom(garbage, now), String(garbage)).toBeUndefined()
    }
  })
})
