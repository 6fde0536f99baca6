import type { Clock } from '../../src/base/clock.ts'

export interface MovableClock extends Clock {
  set(time: Date): void
  advance(ms: number): void
}

/** A clock that stands still until it is moved. */
export function movableClock(start: Date = new Date('2026-01-15T12:00:00.000Z')): MovableClock {
  let now = start.getTime()
  return {
    now: () => new Date(now),
    set(time) {
      now = time.getTime()
    },
    advance(ms) {
      now += ms
    },
  }
}
