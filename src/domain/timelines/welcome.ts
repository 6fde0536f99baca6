import type { AccountId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { welcome } from './fan-out.ts'
import { newFollowersOf } from './find.ts'

const NEW_HOURS = 1
/** Whoever has more new followers within the hour is no stranger here, and their posts were there before. */
const MOST = 200

/** What an account said before somebody here followed it was looked up since: it comes into their home as well. */
export async function welcomeNewFollowers(world: World, accountId: AccountId): Promise<void> {
  const since = new Date(world.clock.now().getTime() - NEW_HOURS * 3_600_000)
  const followers = await newFollowersOf(world.db, accountId, since, MOST)
  if (followers.length === 0) return
  await transact(world.db, async (tx) => {
    for (const ownerId of followers) await welcome(tx, ownerId, accountId)
  })
}
