import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../base/clock.ts'
import { refuse } from '../../../base/refusal.ts'

/** So many within a window, for each key by itself. */
export interface Budget {
  /** @throws Refusal 'request.too-many', with the seconds to wait, when nothing is left */
  require(key: string): void
  /** false when nothing was left to take */
  take(key: string): boolean
}

/** A flood from ever new keys pushes out the oldest counters rather than filling the memory. */
const MOST_KEYS = 20_000
const WINDOW_MS = 60_000

/**
 * Counts in this process's memory, in windows of a minute that begin with a key's first use. Asking and taking are
 * apart, since a host may be charged only with what it has proven to have sent.
 */
export function createBudget(perMinute: number, clock: Clock): Budget {
  const windows = new LRUCache<string, { count: number; readonly since: number }>({ max: MOST_KEYS })
  const now = () => clock.now().getTime()
  const open = (key: string) => {
    const known = windows.get(key)
    return known && now() - known.since < WINDOW_MS ? known : undefined
  }
  return {
    require(key) {
      const window = open(key)
      if (!window || window.count < perMinute) return
      const retryAfterSeconds = Math.max(1, Math.ceil((window.since + WINDOW_MS - now()) / 1000))
      refuse('request.too-many', { retryAfterSeconds, reason: `more than ${perMinute} a minute from ${key}` })
    },
    take(key) {
      const window = open(key) ?? { count: 0, since: now() }
      if (window.count === 0) windows.set(key, window)
      window.count += 1
      return window.count <= perMinute
    },
  }
}

/** Where limits are off. */
export const boundless: Budget = { require: () => undefined, take: () => true }
