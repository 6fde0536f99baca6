import type { HostPlaces } from './deliveries.ts'

export interface PlaceLimits {
  /** deliveries at work at once; those that have hung for long do not count */
  readonly atOnce: number
  /** how many of these may go to hosts that failed last time or were never asked */
  readonly unproven: number
  /** deliveries at all, hanging ones included: a bound on memory and sockets */
  readonly inAll: number
  /** after this a delivery is no longer at work: it waits for somebody slow */
  readonly slowAfterMs: number
}

export const placeLimits: PlaceLimits = { atOnce: 128, unproven: 96, inAll: 512, slowAfterMs: 300 }

export interface Place {
  leave(): void
}

/**
 * The places of deliveries in flight. Hosts that hang must not use up what answers: unproven hosts have places of their
 * own, and whoever keeps us waiting gives up its place among those at work, for waiting costs no more than a socket.
 */
export interface Places {
  /** lanes that may be claimed now, of either kind; both together may exceed the places a little */
  free(): HostPlaces
  /** whether one more delivery may go to a host that has some already */
  readonly room: boolean
  enter(good: boolean): Place
  /** those under way that have not been kept waiting for long */
  readonly atWork: number
  readonly inFlight: number
}

/** @param onFree called when a hanging delivery has given up its place */
export function createPlaces(limits: PlaceLimits, onFree: () => void): Places {
  interface Taken extends Place {
    readonly good: boolean
    readonly since: number
  }
  const working = new Set<Taken>()
  let unproven = 0
  let inAll = 0
  let watching = false

  return {
    free() {
      const free = Math.max(0, Math.min(limits.atOnce - working.size, limits.inAll - inAll))
      return { good: free, other: Math.max(0, Math.min(limits.unproven - unproven, free)) }
    },
    get room() {
      return working.size < limits.atOnce && inAll < limits.inAll
    },
    get atWork() {
      return working.size
    },
    get inFlight() {
      return inAll
    },
    enter(good) {
      const taken: Taken = {
        good,
        since: performance.now(),
        leave() {
          inAll--
          stopWorking(taken)
        },
      }
      inAll++
      working.add(taken)
      if (!good) unproven++
      watch(limits.slowAfterMs)
      return taken
    },
  }

  function stopWorking(taken: Taken): void {
    if (working.delete(taken) && !taken.good) unproven--
  }

  function watch(ms: number): void {
    if (watching) return
    watching = true
    setTimeout(passOver, ms)
  }

  /** A set keeps the order of entry, so the first is the oldest. */
  function passOver(): void {
    watching = false
    const now = performance.now()
    let passed = 0
    for (const taken of working) {
      const left = taken.since + limits.slowAfterMs - now
      if (left > 0) {
        watch(left + 10)
        break
      }
      stopWorking(taken)
      passed++
    }
    if (passed > 0) onFree()
  }
}
