import { setTimeout as sleep } from 'node:timers/promises'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { KEPT_MS, type Topic } from './event.ts'
import { isSettledBefore, lastPosition } from './find.ts'
import { deleteOldEvents, deleteUnwantedTopics, lockPlaces, placeEvents, upsertTopics } from './store.ts'

type Stores = Pick<World, 'db' | 'clock'>

const PLACED_AT_ONCE = 2000
/** Longer than the pause between two renewals, so that a topic never lapses while somebody listens. */
const RENEWED_MS = 5 * 60 * 1000
const PATIENCE_MS = 2000

/**
 * Events of these topics are kept from now on, and for an hour after the last call. What other transactions were doing
 * in that moment is waited for, so that nothing falls between what a listener reads now and what it will be told: a
 * transaction that looked before the topic was there has ended when this returns, unless it takes longer than a moment.
 */
export async function listenTo({ db, clock }: Stores, topics: readonly Topic[]): Promise<void> {
  const until = new Date(clock.now().getTime() + KEPT_MS + RENEWED_MS)
  const xid = await upsertTopics(db, topics, until)
  if (xid === undefined) return
  const deadline = performance.now() + PATIENCE_MS
  while (!(await isSettledBefore(db, xid)) && performance.now() < deadline) await sleep(10)
}

/**
 * Gives every event that can be seen its place after all others, and returns the last place there is. Ids say only
 * which transaction wrote first; one that commits late would be passed over by whoever reads on from the highest id.
 * Here places are given to what is committed, by one process at a time, each after the other's commit: so whoever sees
 * a place sees all places before it.
 */
export async function placeNewEvents({ db }: Pick<World, 'db'>): Promise<string> {
  for (;;) {
    const { placed, last } = await transact(db, async (tx) => {
      await lockPlaces(tx)
      // The last place is read under the lock, too: without it, it may be one that nobody can see yet.
      return { placed: await placeEvents(tx, PLACED_AT_ONCE), last: await lastPosition(tx) }
    })
    if (placed < PLACED_AT_ONCE) return last
  }
}

/** Forgets what nobody may ask for any more. Run now and then. */
export async function sweepEvents(world: Stores): Promise<void> {
  await placeNewEvents(world)
  const now = world.clock.now()
  await transact(world.db, async (tx) => {
    await lockPlaces(tx)
    await deleteOldEvents(tx, new Date(now.getTime() - KEPT_MS))
    await deleteUnwantedTopics(tx, now)
  })
}
