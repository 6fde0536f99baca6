import { LRUCache } from 'lru-cache'
import { getDomain } from 'tldts'
import type { Clock } from '../base/clock.ts'
import { Transient } from '../base/transient.ts'

export interface Budget {
  /** @throws Transient, with the wait, when that host's domain has used up its hour */
  spend(host: string): void
}

const DOMAINS = 10_000
const WINDOW_MS = 3_600_000

/**
 * So many strangers an hour for each registrable domain: whoever owns a domain owns every name below it, and could
 * else make us ask for actors without end. Private suffixes (duckdns.org) count as suffixes: their names have many owners.
 */
export function createBudget(clock: Clock, perHour: number): Budget {
  const domains = new LRUCache<string, { since: number; count: number }>({ max: DOMAINS })
  return {
    spend(host) {
      const name = host.replace(/:\d+$/, '')
      const domain = getDomain(name, { allowPrivateDomains: true }) ?? name
      const now = clock.now().getTime()
      const known = domains.get(domain)
      const hour = known && now - known.since < WINDOW_MS ? known : { since: now, count: 0 }
      if (hour.count >= perHour) {
        const retryAfterSeconds = Math.ceil((hour.since + WINDOW_MS - now) / 1000)
        throw new Transient(`${perHour} new actors of ${domain} within the hour`, { retryAfterSeconds })
      }
      hour.count += 1
      domains.set(domain, hour)
    },
  }
}
