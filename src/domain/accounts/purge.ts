import type { AccountId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { forgetActivitiesOf } from '../activities/store.ts'
import { deleteUndoneOf } from '../activities/undone-store.ts'
import { deleteBookmarksOf } from '../bookmarks/store.ts'
import { deleteCollectionsOf } from '../collections/store.ts'
import { deleteFeatured } from '../featured/store.ts'
import { findSomeFollowsOf } from '../follows/find.ts'
import { countAccepted } from '../follows/request.ts'
import { deleteFollow, factOf } from '../follows/store.ts'
import { deleteInbox } from '../inboxes/store.ts'
import { deleteNotificationsAbout } from '../notifications/store.ts'
import { removeSomeObjectsOf } from '../objects/remove.ts'
import { findBoostsBy } from '../posts/boost-find.ts'
import { removeBoosts } from '../posts/boosts.ts'
import { removeSomePostsOf } from '../posts/remove.ts'
import { removeSomeReactionsOf } from '../reactions/forget.ts'
import { deleteRemarksOf } from '../remarks/store.ts'
import { deleteScheduledOf } from '../scheduled/store.ts'
import { deleteSilencesOf } from '../silences/store.ts'
import { deleteHome } from '../timelines/store.ts'
import type { World } from '../world.ts'
import { findDeleted } from './find.ts'

const CHUNK = 100

type Gone = { readonly id: AccountId; readonly uri: string }

/** Takes away one batch of something; how much of it there was. */
type Sweep = (world: World, tx: Tx, gone: Gone, limit: number) => Promise<number>

const sweeps: readonly Sweep[] = [
  async (world, tx, { id }, limit) => {
    const boosts = await findBoostsBy(tx, id, limit)
    await removeBoosts(world, tx, boosts, true)
    return boosts.length
  },
  removeSomeReactionsOf,
  removeSomePostsOf,
  (_world, tx, { id }, limit) => removeSomeObjectsOf(tx, id, limit),
  (_world, tx, { id }, limit) => deleteCollectionsOf(tx, id, limit),
  endFollows,
  (_world, tx, { id }, limit) => deleteNotificationsAbout(tx, id, limit),
  (_world, tx, { id }, limit) => deleteHome(tx, id, limit),
  (_world, tx, { id }, limit) => deleteInbox(tx, id, limit),
  (_world, tx, { id }, limit) => deleteBookmarksOf(tx, id, limit),
  (_world, tx, { id }, limit) => deleteRemarksOf(tx, id, limit),
  async (_world, tx, { id }) => {
    await deleteFeatured(tx, id)
    await deleteUndoneOf(tx, id)
    await deleteSilencesOf(tx, id)
    await deleteScheduledOf(tx, id)
    return 0
  },
  (_world, tx, { id }, limit) => forgetActivitiesOf(tx, id, limit),
]

/**
 * Takes away all that an account that is gone leaves behind, here or elsewhere, in batches that each are a transaction:
 * whoever dies in between goes on where that was. An account that has come back meanwhile keeps what is left.
 */
export async function purgeAccount(world: World, id: AccountId, signal: AbortSignal): Promise<void> {
  for (const sweep of sweeps) {
    for (;;) {
      const gone = await findDeleted(world.db, id)
      if (!gone) return
      const taken = await transact(world.db, (tx) => sweep(world, tx, gone, CHUNK))
      if (taken < CHUNK) break
      signal.throwIfAborted()
    }
  }
}

/** The other sides are not told one by one: the Delete of the account tells them all. */
async function endFollows(world: World, tx: Tx, { id }: Gone, limit: number): Promise<number> {
  const follows = await findSomeFollowsOf(tx, id, limit)
  for (const follow of follows) {
    await deleteFollow(tx, follow)
    if (follow.state === 'accepted') await countAccepted(tx, follow, -1)
  }
  // Only the side that stays is told: its home and its notifications.
  await record(
    world,
    tx,
    follows.map((follow) => ({
      ...factOf('follow.undone', follow),
      followerLocal: follow.followerLocal && follow.followerId !== id,
      followedLocal: follow.followedLocal && follow.followedId !== id,
    })),
  )
  return follows.length
}
