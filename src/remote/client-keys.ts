import { LRUCache } from 'lru-cache'
import type { Clock } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'
import type { JsonObject } from '../translate/json.ts'

export interface FreshKeys {
  readonly keys: JsonObject
  /** how long they may be relied on */
  readonly freshSeconds: number
}

interface KeySet {
  readonly keys?: JsonObject
  /** why there are none */
  readonly failure?: Refusal
  readonly until: number
  /** when it was asked whether others have come */
  readonly askedAnewAt: number
}

const KEY_SETS = 500
/** Whoever names a key that nobody has would have us ask for it each time. */
const PAUSE_MS = 30_000

/**
 * The keys of apps that have them at addresses of their own. However many keys are made up, an address is asked for them
 * once while they are fresh, and again only when half a minute has passed since it was last asked for others or gave none;
 * and by all who wait at the same moment together.
 */
export function createKeySets(
  fetch: (address: string) => Promise<FreshKeys>,
  clock: Clock,
): (address: string, anew: boolean) => Promise<JsonObject> {
  const known = new LRUCache<string, KeySet>({ max: KEY_SETS })
  const underWay = new Map<string, Promise<JsonObject>>()

  async function ask(address: string, anew: boolean): Promise<JsonObject> {
    const askedAt = clock.now().getTime()
    const askedAnewAt = anew ? askedAt : (known.get(address)?.askedAnewAt ?? 0)
    try {
      const { keys, freshSeconds } = await fetch(address)
      known.set(address, { keys, until: askedAt + freshSeconds * 1000, askedAnewAt })
      return keys
    } catch (failure) {
      const before = known.get(address)?.keys
      const until = askedAt + PAUSE_MS
      // The keys of before hold no longer, though they do while it is asked whether there are others.
      if (failure instanceof Refusal)
        known.set(address, { failure, until, askedAnewAt, ...(anew && before && { keys: before }) })
      throw failure
    }
  }

  return async (address, anew) => {
    const now = clock.now().getTime()
    const had = known.get(address)
    if (had && had.until > now && (!anew || had.failure || now - had.askedAnewAt < PAUSE_MS)) {
      if (had.keys) return had.keys
      throw had.failure
    }
    const asking = underWay.get(address) ?? ask(address, anew).finally(() => underWay.delete(address))
    underWay.set(address, asking)
    return asking
  }
}
