import { Refusal } from '../base/refusal.ts'
import { findAccountByUri } from '../domain/accounts/find.ts'
import { repairFollowers } from '../domain/follows/sync.ts'
import { localFollowersDigest } from '../domain/follows/sync-find.ts'
import type { World } from '../domain/world.ts'
import type { CollectionSync } from '../federation/collection-sync.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import { idsOf, sameOrigin } from '../translate/json.ts'
import { readCollection } from './collections.ts'
import type { Fetcher } from './fetch.ts'

/** The job `followers`: what somebody elsewhere said of who follows them from here. */
export interface Comparison extends CollectionSync {
  readonly actorUri: string
}

/** As many as a server of ours may have people. */
const LIMITS = { pages: 20, items: 10_000, ms: 20_000 }

/**
 * Compares, and where the two differ reads the list at its own server and repairs what differs (FEP-8fcf). A list that
 * could not be read to its end changes nothing.
 */
export function followersJob(world: World, fetcher: Fetcher): JobHandler {
  return async (payload) => {
    const { actorUri, collectionId, url, digest } = payload as Comparison
    const actor = await findAccountByUri(world.db, actorUri)
    if (!actor || actor.local || actor.suspended || actor.followersUrl !== collectionId) return
    if (!sameOrigin(url, actor.uri) || (await localFollowersDigest(world.db, actor.id)) === digest) return
    const listed = await readListed(fetcher, url)
    if (listed) await repairFollowers(world, actor, listed)
  }
}

async function readListed(fetcher: Fetcher, url: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const { items, complete } = await readCollection(fetcher, url, LIMITS)
    return complete ? new Set(idsOf(items)) : undefined
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
