import { LRUCache } from 'lru-cache'
import type { Clock } from '../base/clock.ts'
import { Transient } from '../base/transient.ts'
import { hostOf } from './canonical.ts'
import type { FoundKey, KeyFinder } from './verify.ts'

const KEYS = 20_000
const HOSTS = 5000
/** How long a found key is used without asking the table: a change made by another process is seen this late. */
const HELD_MS = 15_000
/** One key is asked for once a minute, whether it was had or not. */
const ASKED_EVERY_MS = 60_000
/** A request may name any key on any host: so many a minute, so that nobody makes us knock at a third party's door. */
const ASKED_PER_HOST = 300
/** … and so many at once, since each holds the request that named it. */
const ASKED_AT_ONCE = 200
/** The fetcher has a deadline of its own; this one holds whatever it does. */
const DEADLINE_MS = 12_000

interface Asked {
  readonly at: number
  readonly answer: Promise<FoundKey | undefined>
}

/**
 * Keeps signature checks from asking too much: found keys are held in memory for some seconds, and another server is
 * asked once a minute for the same key, by one request for all that wait (S-017). Bounded, whatever is asked for (S-073).
 */
export function holdKeys(source: KeyFinder, clock: Clock): KeyFinder {
  const held = new LRUCache<string, { at: number; key: FoundKey }>({ max: KEYS })
  const asked = new LRUCache<string, Asked>({ max: KEYS })
  const hosts = new LRUCache<string, { since: number; count: number }>({ max: HOSTS })
  let asking = 0
  const now = () => clock.now().getTime()

  function mayAsk(host: string): boolean {
    const known = hosts.get(host)
    if (known === undefined || now() - known.since >= ASKED_EVERY_MS) {
      hosts.set(host, { since: now(), count: 1 })
      return true
    }
    known.count += 1
    return known.count <= ASKED_PER_HOST
  }

  async function ask(keyUri: string): Promise<FoundKey | undefined> {
    asking += 1
    const key = await withinDeadline(source.refetch(keyUri), keyUri).finally(() => {
      asking -= 1
    })
    if (key) held.set(keyUri, { at: now(), key })
    else held.delete(keyUri)
    return key
  }

  return {
    async find(keyUri) {
      const known = held.get(keyUri)
      if (known && now() - known.at < HELD_MS) return known.key
      const key = await source.find(keyUri)
      if (key) held.set(keyUri, { at: now(), key })
      else held.delete(keyUri)
      return key
    },
    refetch(keyUri) {
      const before = asked.get(keyUri)
      if (before && now() - before.at < ASKED_EVERY_MS) return before.answer
      if (asking >= ASKED_AT_ONCE || !mayAsk(hostOf(keyUri) ?? '')) {
        return Promise.reject(new Transient('too many keys are being asked for'))
      }
      const answer = ask(keyUri)
      asked.set(keyUri, { at: now(), answer })
      return answer
    },
  }
}

async function withinDeadline<T>(work: Promise<T>, keyUri: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Transient(`the key ${keyUri} did not come within ${DEADLINE_MS / 1000} s`)),
    DEADLINE_MS,
  )
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
