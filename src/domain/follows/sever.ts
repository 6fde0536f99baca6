import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { type Effects, record } from '../../facts/record.ts'
import { countFor } from '../accounts/store.ts'
import { findFollowsOfAny } from './find.ts'
import { deleteFollows, factOf } from './store.ts'

/**
 * Ends every follow and request of accounts that we have no more contact with, in a fixed number of queries; nobody is
 * told, since there is no way to tell them.
 */
export async function severFollows(world: Effects, tx: Tx, accountIds: readonly AccountId[]): Promise<void> {
  const follows = await findFollowsOfAny(tx, accountIds)
  if (follows.length === 0) return
  const gone = await deleteFollows(
    tx,
    follows.map((follow) => follow.id),
  )
  const ended = follows.filter((follow) => gone.has(follow.id))
  const sums = new Map<AccountId, { id: AccountId; followers: number; following: number }>()
  const sumOf = (id: AccountId) => {
    const sum = sums.get(id) ?? { id, followers: 0, following: 0 }
    sums.set(id, sum)
    return sum
  }
  for (const follow of ended) {
    if (follow.state !== 'accepted') continue
    sumOf(follow.followedId).followers -= 1
    sumOf(follow.followerId).following -= 1
  }
  await countFor(tx, [...sums.values()])
  await record(
    world,
    tx,
    ended.map((follow) => factOf('follow.severed', follow)),
  )
}
