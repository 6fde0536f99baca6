import { type Tx, transact } from '../../db/transact.ts'
import type { Account } from '../accounts/account.ts'
import { rechoose } from '../timelines/fan-out.ts'
import type { World } from '../world.ts'
import type { FollowChoice } from './find.ts'
import { type FollowOutcome, requestFollow } from './request.ts'
import { updateChoice } from './store.ts'

/** Follows as `requestFollow` does, and only as much as the follower wants; who follows already can change that. */
export async function followInPart(
  world: World,
  follower: Account,
  followed: Account,
  choice: FollowChoice,
): Promise<FollowOutcome> {
  if (Object.keys(choice).length === 0) return requestFollow(world, follower, followed)
  return transact(world.db, async (tx: Tx) => {
    const outcome = await requestFollow({ ...world, db: tx }, follower, followed)
    await updateChoice(tx, follower.id, followed.id, choice)
    if (outcome === 'accepted' && (choice.boosts !== undefined || choice.languages !== undefined)) {
      await rechoose(tx, follower.id, followed.id)
    }
    return outcome
  })
}
