import { LRUCache } from 'lru-cache'

/** How the push services fare, within this process: none of them may hold up what is for the others. */
export interface Services {
  /** @returns for how many seconds it is not to be asked, since it has enough to do or is not to be had; 0: now it is */
  enter(host: string): number
  leave(host: string, outcome: 'answered' | 'away'): void
}

const HOSTS = 500
/** To a service that has never answered goes little at once, to one that has, as much as there may be. */
const UNPROVEN = 8
const PROVEN = 48
/** After so many failures in a row nobody asks it for a while. */
const AWAY = 5
const AWAY_SECONDS = 60
const FULL_SECONDS = 30

interface Service {
  busy: number
  proven: boolean
  failures: number
  /** as `performance.now()` */
  until: number
}

export function createServices(): Services {
  const known = new LRUCache<string, Service>({ max: HOSTS })
  const at = (host: string): Service => {
    const service = known.get(host) ?? { busy: 0, proven: false, failures: 0, until: 0 }
    known.set(host, service)
    return service
  }
  return {
    enter(host) {
      const service = at(host)
      const left = (service.until - performance.now()) / 1000
      if (left > 0) return left
      if (service.busy >= (service.proven ? PROVEN : UNPROVEN)) return FULL_SECONDS
      service.busy += 1
      return 0
    },
    leave(host, outcome) {
      const service = at(host)
      service.busy = Math.max(0, service.busy - 1)
      if (outcome === 'answered') {
        service.failures = 0
        service.proven = true
        return
      }
      service.failures += 1
      if (service.failures >= AWAY) service.until = performance.now() + AWAY_SECONDS * 1000
    },
  }
}
