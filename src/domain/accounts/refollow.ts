import type { AccountId } from '../../base/ids.ts'
import { Refusal } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { undoFollow } from '../follows/answer.ts'
import { followInPart } from '../follows/choose.ts'
import { type Follow, findChoice, findLocalFollowers } from '../follows/find.ts'
import { notifyMoved } from '../notifications/notify.ts'
import type { World } from '../world.ts'
import type { Account } from './account.ts'
import { carryOver } from './carry-over.ts'
import { findAccount } from './find.ts'

const CHUNK = 100

/**
 * Lets everybody here who follows an account that has moved follow the new one instead, as they followed the old one, and tells them. May run again
 * from the start: whoever has come over no longer follows the old one. Who cannot follow the new one (a block, say)
 * keeps the old one. Blocks and mutes come over last.
 */
export async function refollow(
  world: World,
  { fromId, toId }: { readonly fromId: AccountId; readonly toId: AccountId },
  signal: AbortSignal,
): Promise<void> {
  const target = await findAccount(world.db, toId)
  if (!target) return
  for (let after: Follow['id'] | '0' = '0'; ; ) {
    const follows = await findLocalFollowers(world.db, fromId, after, CHUNK)
    for (const follow of follows) await comeOver(world, follow, target)
    const last = follows.at(-1)
    if (!last) break
    after = last.id
    signal.throwIfAborted()
  }
  await carryOver(world, fromId, target, signal)
}

async function comeOver(world: World, follow: Follow, target: Account): Promise<void> {
  const follower = await findAccount(world.db, follow.followerId)
  if (!follower) return
  await transact(world.db, (tx) => notifyMoved(world, tx, follower.id, follow.followedId))
  try {
    if (follower.id !== target.id) {
      await followInPart(world, follower, target, await findChoice(world.db, follow.id))
    }
    await undoFollow(world, follow)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}
