import type { FollowId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account } from '../accounts/account.ts'
import { findAccountsByUris } from '../accounts/find.ts'
import type { World } from '../world.ts'
import { acceptFollow, endFollow } from './answer.ts'
import { factOf } from './store.ts'
import { findLocalRelations } from './sync-find.ts'

/**
 * Brings the follows of people here in line with what the server of the one whom they follow says (FEP-8fcf): whom it
 * does not list follows no longer, an answer that was lost is made up for, and whom it lists without cause is taken
 * off its list by an Undo.
 * @param listed the ids of all from here whom it takes for followers
 * @returns how many relations were changed
 */
export async function repairFollowers(
  world: World,
  followed: Account,
  listed: ReadonlySet<string>,
): Promise<number> {
  const known = await findLocalRelations(world.db, followed.id)
  let changed = 0
  for (const { followerId, state, uri } of known) {
    const pair = { followerId, followedId: followed.id }
    if (state === 'accepted' && !listed.has(uri)) {
      await transact(world.db, (tx) => endFollow(world, tx, pair, 'follow.undone'))
      changed += 1
    }
    if (state === 'requested' && listed.has(uri)) {
      await acceptFollow(world, pair)
      changed += 1
    }
  }
  const related = new Set(known.map(({ uri }) => uri))
  const strangers = [...listed].filter((uri) => world.uris.isOurs(uri) && !related.has(uri))
  const accounts = await findAccountsByUris(world.db, strangers)
  for (const follower of accounts.values()) {
    if (!follower.local || follower.kind === 'application') continue
    await transact(world.db, (tx) => takeOff(world, tx, follower, followed))
    changed += 1
  }
  return changed
}

/** Nothing is here to be undone, but their server hears the same as if there were. */
async function takeOff(world: World, tx: Tx, follower: Account, followed: Account): Promise<void> {
  const id = world.ids.next<FollowId>()
  await record(
    world,
    tx,
    factOf('follow.undone', {
      id,
      uri: world.uris.follow(id),
      followerId: follower.id,
      followedId: followed.id,
      state: 'requested',
      followerLocal: true,
      followedLocal: false,
    }),
  )
}
