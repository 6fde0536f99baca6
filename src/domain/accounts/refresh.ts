import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { World } from '../world.ts'
import type { Account } from './account.ts'
import type { ActorJob } from './jobs.ts'
import { claimRefreshes } from './life-store.ts'

/** What an account's own server says is believed for so long before it is asked again, when the account is used. */
export const STALE_AFTER_MS = 86_400_000

/**
 * These accounts are in use just now: those whose document is old are read anew at their home, behind, and once a day
 * whoever else uses them. Costs nothing for the others.
 */
export async function refreshIfStale(
  world: Pick<World, 'db' | 'clock'>,
  accounts: Iterable<Account>,
): Promise<void> {
  const now = world.clock.now()
  const before = new Date(now.getTime() - STALE_AFTER_MS)
  const stale = [...accounts].filter(
    ({ local, fetchedAt, suspended }) => !local && !suspended && (fetchedAt === null || fetchedAt < before),
  )
  if (stale.length === 0) return
  const ids = stale.map(({ id }) => id)
  await enqueueActorJobs(world.db, 'refresh', await claimRefreshes(world.db, ids, now, before))
}

/** Asks other servers about these accounts, behind. */
export async function enqueueActorJobs(
  db: Db | Tx,
  what: ActorJob['what'],
  accountIds: readonly Account['id'][],
): Promise<void> {
  const payloads = accountIds.map((accountId): ActorJob => ({ what, accountId }))
  await enqueue(
    db,
    payloads.map((payload) => ({ kind: 'actor', payload })),
  )
}
