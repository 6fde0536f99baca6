import type { AccountId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import { findAccount } from '../../domain/accounts/find.ts'
import { askForPost, type FoundBoost } from '../../domain/crawls/errand.ts'
import { followedHere } from '../../domain/follows/find.ts'
import { findPostsByUris } from '../../domain/posts/find.ts'
import { receiveReactions } from '../../domain/reactions/receive.ts'
import type { World } from '../../domain/world.ts'
import type { NewErrand } from '../../jobs/errands.ts'
import { boostFromActivity } from '../../translate/from-activity/reaction.ts'
import { idOf, isObject, type Json, sameOrigin, typeOf } from '../../translate/json.ts'
import type { Reading } from './reading.ts'

/** A boost that was found, and what it is of. */
export interface BoostToKeep extends FoundBoost {
  readonly postUri: string
}

/** What an account boosted belongs to its profile; below, in the order of what is asked for. */
const DEPTH = 2

/**
 * Keeps the boosts among the items of an outbox, if somebody here follows the account; what they are of is asked for at
 * its own server where it is not known. One of the last hours came by itself or comes still, and is left to that.
 */
export async function takeBoosts(
  { world, trust, crawl, errand }: Reading,
  accountId: AccountId,
  items: readonly Json[],
): Promise<NewErrand[]> {
  const account = await findAccount(world.db, accountId)
  if (!account || !(await followedHere(world.db, [accountId])).has(accountId)) return []
  const since = world.clock.now().getTime() - world.limits.freshHours * 3_600_000
  const boosts = items
    .flatMap((item) => boostIn(item, account.uri, account.followersUrl))
    .filter(({ publishedAt, postUri }) => Date.parse(publishedAt) < since && !world.uris.isOurs(postUri))
  const known = await findPostsByUris(
    world.db,
    boosts.map(({ postUri }) => postUri),
  )
  await keepBoosts(
    world,
    accountId,
    boosts.filter(({ postUri }) => known.has(postUri)),
  )
  return boosts
    .filter(({ postUri }) => !known.has(postUri))
    .filter(({ postUri }) => trust.mayAsk(`${crawl.id}/${errand.round}`, new URL(postUri).host))
    .map(({ postUri, ...boost }) => askForPost(postUri, { via: 'boosted', depth: DEPTH, of: null, boost }))
}

/** Keeps boosts of posts that are known. */
export async function keepBoosts(
  world: World,
  accountId: AccountId,
  boosts: readonly BoostToKeep[],
): Promise<void> {
  const actor = boosts.length > 0 ? await findAccount(world.db, accountId) : undefined
  if (!actor) return
  await receiveReactions(
    world,
    boosts.map(({ publishedAt, ...boost }) => ({
      actor,
      incoming: { kind: 'boost', ...boost, publishedAt: new Date(publishedAt) },
    })),
  )
}

function boostIn(item: Json, author: string, followersUrl: string | null): BoostToKeep[] {
  if (!isObject(item) || typeOf(item) !== 'Announce') return []
  const uri = idOf(item)
  const postUri = idOf(item.object)
  if (uri === undefined || postUri === undefined || !sameOrigin(uri, author)) return []
  if (item.actor !== undefined && idOf(item.actor) !== author) return []
  const boost = boostFromActivity(item, uri, postUri, { actorUri: author, followersUrl })
  if (!boost?.publishedAt || !isOpen(boost.visibility)) return []
  const { visibility, publishedAt } = boost
  return [{ uri, postUri, visibility, publishedAt: publishedAt.toISOString() }]
}
