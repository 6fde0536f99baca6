import type { FollowId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account } from '../accounts/account.ts'
import type { World } from '../world.ts'

/** Says no to a request that is not even kept: the account does not take followers any more. */
export async function turnAway(
  world: World,
  follower: Account,
  followed: Account,
  uri: string,
): Promise<void> {
  await transact(world.db, (tx) =>
    record(world, tx, {
      type: 'follow.rejected',
      followId: world.ids.next<FollowId>(),
      followUri: uri,
      followerId: follower.id,
      followedId: followed.id,
      followerLocal: follower.local,
      followedLocal: followed.local,
    }),
  )
}
