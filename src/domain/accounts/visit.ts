import type { AccountId } from '../../base/ids.ts'
import { refillHome } from '../timelines/fan-out.ts'
import type { World } from '../world.ts'
import { findSeenAt, noteSeen } from './login-store.ts'

const HOUR = 60 * 60 * 1000

/**
 * Somebody of ours is here to read. Homes are written only for those seen lately, so whoever returns after longer gets
 * theirs made anew. A visit within the hour is not written down again: reading must not cost a write.
 */
export async function noteVisit(
  world: Pick<World, 'db' | 'clock' | 'limits'>,
  accountId: AccountId,
): Promise<void> {
  const now = world.clock.now()
  const seenAt = await findSeenAt(world.db, accountId)
  if (!seenAt || now.getTime() - seenAt.getTime() < HOUR) return
  await noteSeen(world.db, accountId, now)
  if (now.getTime() - seenAt.getTime() > world.limits.homeSeenDays * 24 * HOUR)
    await refillHome(world, accountId)
}
