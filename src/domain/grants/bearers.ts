import { LRUCache } from 'lru-cache'
import type { GrantId } from '../../base/ids.ts'
import { noteVisit } from '../accounts/visit.ts'
import type { World } from '../world.ts'
import { findBearer, type Grant } from './find.ts'
import { type GrantNews, grantNewsFrom } from './news.ts'
import { noteGrantUsed } from './store.ts'
import { hashOf, isToken } from './tokens.ts'

/**
 * Who an access token belongs to, for every request that carries one: kept for a moment, and forgotten at once when any
 * process says that it has ended.
 */
export interface Bearers {
  find(token: string): Promise<Grant | undefined>
  /** what came over GRANTS_CHANNEL */
  hear(payload: string): void
  /** Forgets a grant that this very process has ended: whoever was told so is not to find it good a moment later. */
  forget(grantId: GrantId): void
  /** when something may have been missed */
  clear(): void
  /** Calls with each piece of news, for what is kept open on the strength of a token. @returns how to stop it */
  onEnded(listener: (news: GrantNews) => void): () => void
}

const MOST = 10_000
/** So old is what is known at most, should the news not come. */
const KEPT_MS = 5_000
/** A use within the hour is not written down again: reading must not cost a write. */
const NOTED_EVERY_MS = 3_600_000

interface Known {
  readonly grant: Grant
  readonly until: number
}

export function createBearers(world: Pick<World, 'db' | 'clock' | 'limits'>): Bearers {
  // By the hash, so that no token lies about in memory.
  const known = new LRUCache<string, Known>({ max: MOST })
  const listeners = new Set<(news: GrantNews) => void>()
  let heard = 0

  async function read(key: string, token: string, now: number): Promise<Grant | undefined> {
    const before = heard
    const grant = await findBearer(world, token)
    if (!grant) {
      known.delete(key)
      return undefined
    }
    const until = Math.min(now + KEPT_MS, grant.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
    // What was read while news came in may be from before the news.
    if (before === heard) known.set(key, { grant, until })
    await noteUse(world, grant)
    return grant
  }

  return {
    async find(token) {
      if (!isToken(token)) return undefined
      const key = hashOf(token).toString('latin1')
      const now = world.clock.now().getTime()
      const found = known.get(key)
      return found && found.until > now ? found.grant : read(key, token, now)
    },
    hear(payload) {
      heard += 1
      const news = grantNewsFrom(payload)
      for (const [key, { grant }] of known.entries()) if (isAmong(news, grant)) known.delete(key)
      for (const listener of listeners) listener(news)
    },
    forget(grantId) {
      heard += 1
      for (const [key, { grant }] of known.entries()) if (grant.grantId === grantId) known.delete(key)
    },
    clear() {
      heard += 1
      known.clear()
    },
    onEnded(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Whether a piece of news is about that grant. */
export function isAmong(
  { grantIds, accountIds }: GrantNews,
  grant: Pick<Grant, 'grantId' | 'account'> & Partial<Pick<Grant, 'newcomer'>>,
): boolean {
  const accountId = grant.account?.id ?? grant.newcomer?.accountId
  return grantIds.has(grant.grantId) || (accountId !== undefined && accountIds.has(accountId))
}

async function noteUse(world: Pick<World, 'db' | 'clock' | 'limits'>, grant: Grant): Promise<void> {
  const now = world.clock.now()
  if (now.getTime() - grant.usedAt.getTime() < NOTED_EVERY_MS) return
  await noteGrantUsed(world.db, grant.grantId, now)
  if (grant.account) await noteVisit(world, grant.account.id)
}
