import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { type Effects, record } from '../../facts/record.ts'
import type { World } from '../world.ts'
import { countAccepted } from './request.ts'
import { deleteFollow, factOf, lockFollow, markAccepted } from './store.ts'

export interface FollowPair {
  readonly followerId: AccountId
  readonly followedId: AccountId
}

/** The followed account says yes. Without a request there is nothing to accept, and no relation comes to be. */
export async function acceptFollow(world: World, pair: FollowPair): Promise<void> {
  await transact(world.db, async (tx) => {
    const follow = await lockFollow(tx, pair.followerId, pair.followedId)
    if (!follow) refuse('follow.not-found')
    if (follow.state === 'accepted') return
    await markAccepted(tx, follow, world.clock.now())
    await countAccepted(tx, follow)
    await record(world, tx, factOf('follow.accepted', follow))
  })
}

/** The followed account says no, or takes an earlier yes back. */
export async function rejectFollow(world: World, pair: FollowPair): Promise<void> {
  await transact(world.db, async (tx) => {
    if (!(await endFollow(world, tx, pair, 'follow.rejected'))) refuse('follow.not-found')
  })
}

/** The follower no longer follows, or no longer asks to. */
export async function undoFollow(world: World, pair: FollowPair): Promise<void> {
  await transact(world.db, async (tx) => {
    if (!(await endFollow(world, tx, pair, 'follow.undone'))) refuse('follow.not-found')
  })
}

/**
 * Ends a follow or a request within the caller's transaction.
 * @param as who ends it: the followed one rejects, the follower undoes
 * @returns false when there was none
 */
export async function endFollow(
  world: Effects,
  tx: Tx,
  pair: FollowPair,
  as: 'follow.rejected' | 'follow.undone',
): Promise<boolean> {
  const follow = await lockFollow(tx, pair.followerId, pair.followedId)
  if (!follow) return false
  await deleteFollow(tx, follow)
  if (follow.state === 'accepted') await countAccepted(tx, follow, -1)
  await record(world, tx, factOf(as, follow))
  return true
}
