import { isOpen } from '../../base/visibility.ts'
import type { Account } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { receiveEdit } from './edit.ts'
import { findPostByUri, findPostsByUris } from './find.ts'
import type { OriginCounts } from './origin.ts'
import { writeOrigins } from './origin-store.ts'
import type { Incoming } from './post.ts'
import { type ReceiveOutcome, receivePosts } from './receive.ts'

/** A post as its own server gave it when we asked. */
export interface Found {
  readonly author: Account
  readonly incoming: Incoming
}

/**
 * Keeps posts that we looked for, one or many: quietly, since nobody sent them to anybody here. Only what is open to
 * everyone is kept; what is known already is brought up to date. What their servers count is kept beside them, as theirs.
 * @returns as `receivePosts`; 'unrelated' for what is not open
 */
export async function keepFound(world: World, found: readonly Found[]): Promise<ReceiveOutcome[]> {
  const open = found.filter(({ author, incoming }) => isOpen(incoming.visibility) && !author.local)
  const received = await receivePosts(
    world,
    open.map((each) => ({ ...each, wanted: true, found: true })),
  )
  const outcomes = new Map(open.map((each, n) => [each, received[n]]))
  for (const each of open) {
    if (outcomes.get(each) === 'known' && each.incoming.updatedAt)
      await receiveEdit(world, each.author, each.incoming)
  }
  const kept = open.filter((each) => ['known', 'stored'].includes(outcomes.get(each) ?? ''))
  const posts = await findPostsByUris(
    world.db,
    kept.map(({ incoming }) => incoming.uri),
  )
  const askedAt = world.clock.now()
  const rows = kept.flatMap(({ incoming }) => {
    const post = posts.get(incoming.uri)
    return post ? ([[post.id, { postId: post.id, counts: incoming.remoteCounts, askedAt }]] as const) : []
  })
  await writeOrigins(world.db, [...new Map(rows).values()])
  return found.map((each) => outcomes.get(each) ?? 'unrelated')
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
