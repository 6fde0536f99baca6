import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../base/clock.ts'
import { type CollectionSync, syncFrom } from '../../../federation/collection-sync.ts'
import { hostOf, sameOrigin } from '../../../translate/json.ts'
import { boundless, createBudget } from './budgets.ts'

/** Hears what a sender says of its followers here (FEP-8fcf), and lets it be compared now and then. */
export type Compare = (actorUri: string, headers: IncomingHttpHeaders) => Promise<void>

const ACTORS = 20_000
/** The same digest of the same actor is compared once a day, another one once a minute. */
const AGAIN_MS = 86_400_000
const CHANGED_MS = 60_000
const PER_HOST = 30

/**
 * @param begin lets the comparison be made
 * @param rateLimits false: whatever differs from the last time is compared
 */
export function createCompare(
  begin: (actorUri: string, sync: CollectionSync) => Promise<void>,
  clock: Clock,
  rateLimits: boolean,
): Compare {
  const last = new LRUCache<string, { digest: string; at: number }>({ max: ACTORS })
  const budget = rateLimits ? createBudget(PER_HOST, clock) : boundless
  return async (actorUri, headers) => {
    const text = headers['collection-synchronization']
    const sync = typeof text === 'string' ? syncFrom(text) : undefined
    // Only the actor's own server can say where its lists are.
    if (!sync || !sameOrigin(sync.url, actorUri) || !sameOrigin(sync.collectionId, actorUri)) return
    const now = clock.now().getTime()
    const before = last.get(actorUri)
    const wait = before?.digest === sync.digest ? AGAIN_MS : rateLimits ? CHANGED_MS : 0
    if (before && now - before.at < wait) return
    if (!budget.take(hostOf(actorUri) ?? '')) return
    last.set(actorUri, { digest: sync.digest, at: now })
    await begin(actorUri, sync)
  }
}
