import type { World } from '../world.ts'
import { deleteOldCodes, deleteOldGrants, deleteOldProofs, deleteOldTokens } from './sweep-store.ts'

const DAY = 86_400_000
/** A code that comes again is known as long as this, for what came of it has to end then. */
const CODES_KEPT_MS = DAY
/** What was ended can still be seen for a while. */
const ENDED_KEPT_MS = 30 * DAY
const AT_ONCE = 5000

/**
 * Forgets tokens, codes and proofs that have run out, and grants that have ended. A refresh token that was used is kept
 * until it would have run out: only so is it known when it comes again. Run now and then.
 */
export async function forgetGrants(world: Pick<World, 'db' | 'clock'>): Promise<void> {
  const now = world.clock.now()
  const before = (ms: number) => new Date(now.getTime() - ms)
  await deleteOldTokens(world.db, now, AT_ONCE)
  await deleteOldCodes(world.db, before(CODES_KEPT_MS), AT_ONCE)
  await deleteOldProofs(world.db, now, AT_ONCE)
  await deleteOldGrants(world.db, { now, endedBefore: before(ENDED_KEPT_MS) }, AT_ONCE)
}
