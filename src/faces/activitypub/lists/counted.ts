import { LRUCache } from 'lru-cache'
import type { Db } from '../../../db/connect.ts'

/** What is counted in a moment is counted each time. */
const MANY = 2000
const KEPT_MS = 60_000
const MOST = 5000

const counts = new WeakMap<Db, LRUCache<string, number>>()

/** Counts a list for one reader; one that is long, where one more or less is seen by nobody, once a minute. */
export async function counted(db: Db, key: string, count: () => Promise<number>): Promise<number> {
  let kept = counts.get(db)
  if (!kept) {
    kept = new LRUCache({ max: MOST, ttl: KEPT_MS })
    counts.set(db, kept)
  }
  const known = kept.get(key)
  if (known !== undefined) return known
  const fresh = await count()
  if (fresh > MANY) kept.set(key, fresh)
  return fresh
}
