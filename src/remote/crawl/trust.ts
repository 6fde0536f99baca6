import { LRUCache } from 'lru-cache'
import { getDomain } from 'tldts'

/**
 * Keeps a round from being turned against others: whoever writes a list of replies chooses whom we ask.
 * A host at which nothing was found that belongs to the round is soon left alone, and whoever owns a domain, and so
 * every name below it, gets no more by making up names.
 */
export interface Trust {
  /** whether one more address of that host may be asked for in this round */
  mayAsk(round: string, host: string): boolean
  /** what was asked for there belonged to the round, or did not */
  heard(round: string, host: string, belongs: boolean): void
}

/** Addresses in vain after which a host that gave nothing is asked no more in that round. */
const IN_VAIN = 10
/** Hosts below one registrable domain in a round. */
const HOSTS_PER_DOMAIN = 10
const ROUNDS = 1000

interface Standing {
  readonly hosts: Map<string, { hits: number; misses: number }>
  readonly domains: Map<string, Set<string>>
}

export function createTrust(): Trust {
  const rounds = new LRUCache<string, Standing>({ max: ROUNDS })

  function standingIn(round: string): Standing {
    const known = rounds.get(round)
    if (known) return known
    const fresh: Standing = { hosts: new Map(), domains: new Map() }
    rounds.set(round, fresh)
    return fresh
  }

  return {
    mayAsk(round, host) {
      const { hosts, domains } = standingIn(round)
      const domain = domainOf(host)
      const names = domains.get(domain) ?? new Set()
      domains.set(domain, names)
      if (!names.has(host) && names.size >= HOSTS_PER_DOMAIN) return false
      names.add(host)
      const { hits, misses } = hosts.get(host) ?? { hits: 0, misses: 0 }
      return hits > 0 || misses < IN_VAIN
    },
    heard(round, host, belongs) {
      const { hosts } = standingIn(round)
      const known = hosts.get(host) ?? { hits: 0, misses: 0 }
      if (belongs) known.hits += 1
      else known.misses += 1
      hosts.set(host, known)
    },
  }
}

/** Of an address without a registrable domain (a number, a name of a LAN) the host itself, its port included. */
function domainOf(host: string): string {
  return getDomain(host.replace(/:\d+$/, ''), { allowPrivateDomains: true }) ?? host
}
