import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { findFollowsOf } from '../follows/find.ts'
import { deleteFollow, factOf } from '../follows/store.ts'
import type { World } from '../world.ts'
import type { Account } from './account.ts'
import { countFor, markAccountDeleted } from './store.ts'

/** An account elsewhere is gone for good: its relations end, its keys stop working and what it said is shown no more. */
export async function forgetAccount(world: World, account: Account): Promise<void> {
  if (account.local) throw new Error('an account of ours is not forgotten but deleted')
  await transact(world.db, async (tx) => {
    const follows = await findFollowsOf(tx, account.id)
    for (const follow of follows) {
      await deleteFollow(tx, follow)
      if (follow.state === 'accepted') {
        await countFor(tx, [
          { id: follow.followedId, followers: -1 },
          { id: follow.followerId, following: -1 },
        ])
      }
    }
    await markAccountDeleted(tx, account.id, world.clock.now())
    await record(
      world,
      tx,
      follows.map((follow) => factOf('follow.undone', follow)),
    )
  })
}
