import type { PostId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { countPosts } from '../accounts/store.ts'
import type { World } from '../world.ts'
import { setApprovedBy, setHeld } from './controls-store.ts'
import { findHeldBelow, findPostByUri, findPostsByIds, type KnownPost } from './find.ts'
import { countReplies, deletePost } from './store.ts'

/**
 * A reply that was held is approved: from now on it is like any other, and what follows from a post follows now. Replies
 * to it that were held for its sake alone go with it.
 */
export async function releasePost(world: World, tx: Tx, uri: string, stampUri: string | null): Promise<void> {
  const post = await findPostByUri(tx, uri)
  if (!post) return
  await setApprovedBy(tx, post.id, stampUri)
  await release(world, tx, post)
}

async function release(world: World, tx: Tx, post: KnownPost): Promise<void> {
  if (!(await setHeld(tx, post.id, false))) return
  await count(tx, post, 1)
  const ourParentId = await ourParentOf(tx, post)
  const said = { postId: post.id, authorId: post.accountId, ourParentId }
  const since = world.clock.now().getTime() - world.limits.freshHours * 3_600_000
  await record(
    world,
    tx,
    post.local
      ? { type: 'post.published', ...said, released: true }
      : { type: 'post.received', ...said, fresh: post.publishedAt.getTime() >= since },
  )
  for (const below of await findHeldBelow(tx, post.id)) await release(world, tx, below)
}

/** An approval is taken back: the reply is hidden again from everybody but its author and the one who took it back. */
export async function holdAgain(tx: Tx, uri: string): Promise<void> {
  const post = await findPostByUri(tx, uri)
  if (!post) return
  await setApprovedBy(tx, post.id, null)
  if (await setHeld(tx, post.id, true)) await count(tx, post, -1)
}

/** A reply from elsewhere that was turned down is not kept; one of ours stays its author's to see. */
export async function dropHeld(tx: Tx, uri: string): Promise<void> {
  const post = await findPostByUri(tx, uri)
  if (post?.held && !post.local) await deletePost(tx, post)
}

async function count(tx: Tx, post: KnownPost, by: 1 | -1): Promise<void> {
  if (!isOpen(post.visibility)) return
  await countPosts(tx, [{ accountId: post.accountId, by, ...(by === 1 && { lastPostAt: post.publishedAt }) }])
  if (post.inReplyToId) await countReplies(tx, [{ postId: post.inReplyToId, by }])
}

async function ourParentOf(tx: Tx, post: KnownPost): Promise<PostId | null> {
  if (!post.inReplyToId) return null
  const parent = (await findPostsByIds(tx, [post.inReplyToId])).get(post.inReplyToId)
  return parent?.local ? parent.id : null
}
