import { isOpen } from '../../base/visibility.ts'
import type { Account } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { receiveEdit } from './edit.ts'
import { findPostByUri } from './find.ts'
import type { OriginCounts } from './origin.ts'
import { writeOrigins } from './origin-store.ts'
import type { Incoming } from './post.ts'
import { type ReceiveOutcome, receivePosts } from './receive.ts'

/**
 * Keeps a post that we looked for, as its own server gives it: quietly, since nobody sent it to anybody here. Only what
 * is open to everyone is kept; one that is known already is brought up to date. What its server counts is kept beside
 * it, as theirs.
 * @returns as `receivePosts`; 'unrelated' for what is not open
 */
export async function keepFound(world: World, author: Account, incoming: Incoming): Promise<ReceiveOutcome> {
  if (!isOpen(incoming.visibility) || author.local) return 'unrelated'
  const [outcome = 'unrelated'] = await receivePosts(world, [{ incoming, author, wanted: true, found: true }])
  if (outcome === 'known') await receiveEdit(world, author, incoming)
  if (outcome === 'known' || outcome === 'stored') {
    await noteOrigin(world, incoming.uri, incoming.remoteCounts, world.clock.now())
  }
  return outcome
}

/**
 * What its server counts of a post is written down, if the post is known.
 * @param askedAt when its server was asked; null when it said so by itself, and then zeros are no news
 */
export async function noteOrigin(
  world: Pick<World, 'db'>,
  uri: string,
  counts: OriginCounts | null,
  askedAt: Date | null,
): Promise<void> {
  const says = counts !== null && Object.values(counts).some((count) => count > 0)
  if (askedAt === null && !says) return
  const post = await findPostByUri(world.db, uri)
  if (post && !post.local) await writeOrigins(world.db, [{ postId: post.id, counts, askedAt }])
}
