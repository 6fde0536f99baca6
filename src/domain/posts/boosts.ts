import type { PostId } from '../../base/ids.ts'
import { isOpen, type Visibility } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import type { BoostFact } from '../../facts/facts.ts'
import { record } from '../../facts/record.ts'
import { deleteActivitiesOf } from '../activities/store.ts'
import type { World } from '../world.ts'
import { findLocalBoostsOf, type KnownBoost } from './boost-find.ts'
import { countReactions, deleteBoosts, insertBoosts, type NewBoost } from './boost-store.ts'
import type { KnownPost } from './find.ts'

/** A boost to come, with the post that it is of. */
export interface BoostOf {
  readonly boost: NewBoost
  readonly post: Pick<KnownPost, 'id' | 'uri' | 'visibility' | 'accountId' | 'local'>
}

/**
 * Stores boosts with all that follows, one or a hundred; of a pair that has one already nothing changes.
 * @returns the ids of those that were new
 */
export async function addBoosts(world: World, tx: Tx, adding: readonly BoostOf[]): Promise<Set<PostId>> {
  const inserted = await insertBoosts(
    tx,
    adding.map(({ boost }) => boost),
  )
  const added = adding.filter(({ boost }) => inserted.has(boost.id))
  if (added.length === 0) return inserted
  await countReactions(
    tx,
    added.map(({ boost, post }) => ({
      postId: post.id,
      boosts: countsAs(boost.visibility, post.visibility),
    })),
  )
  await record(
    world,
    tx,
    added.map(({ boost: { receivedAt: _at, ...boost }, post }) =>
      factOf(world, 'boost.added', {
        ...boost,
        postUri: post.uri,
        postVisibility: post.visibility,
        authorId: post.accountId,
        authorLocal: post.local,
      }),
    ),
  )
  return inserted
}

/**
 * Takes boosts back with all that follows; those that are gone already are passed over.
 * @param withAuthor their account is gone, and everyone hears of that instead
 */
export async function removeBoosts(
  world: World,
  tx: Tx,
  removing: readonly KnownBoost[],
  withAuthor = false,
): Promise<number> {
  const deleted = await deleteBoosts(
    tx,
    removing.map(({ id }) => id),
  )
  const removed = removing.filter(({ id }) => deleted.has(id))
  if (removed.length === 0) return 0
  for (const boost of removed) if (boost.accountLocal) await deleteActivitiesOf(tx, boost.id)
  await countReactions(
    tx,
    removed.map(({ postId, visibility, postVisibility }) => ({
      postId,
      boosts: -countsAs(visibility, postVisibility),
    })),
  )
  await record(
    world,
    tx,
    removed.map((boost) => ({ ...factOf(world, 'boost.removed', boost), withAuthor })),
  )
  return removed.length
}

/**
 * What somebody here boosted is about to be deleted: their boosts go first, and whoever got them is told. Those from
 * elsewhere go with the post.
 */
export async function withdrawBoostsOf(world: World, tx: Tx, postId: PostId): Promise<void> {
  await removeBoosts(world, tx, await findLocalBoostsOf(tx, postId))
}

/** One that fewer may see than its post is not counted (S-094). */
function countsAs(visibility: Visibility, ofPost: Visibility): 0 | 1 {
  return isOpen(visibility) || !isOpen(ofPost) ? 1 : 0
}

function factOf<Type extends string>(world: World, type: Type, boost: KnownBoost): BoostFact<Type> {
  const { id, postVisibility: _visibility, ...rest } = boost
  const since = world.clock.now().getTime() - world.limits.freshHours * 3_600_000
  return { type, boostId: id, ...rest, fresh: boost.publishedAt.getTime() >= since }
}
