import type { AccountId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { isOpen } from '../../base/visibility.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { Was } from '../../facts/facts.ts'
import { record } from '../../facts/record.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { countPosts, lockAccount } from '../accounts/store.ts'
import { gatherReach } from '../activities/reach.ts'
import { deleteActivitiesOf } from '../activities/store.ts'
import { deleteApprovals } from '../policies/store.ts'
import { withdrawQuotes } from '../quotes/settle.ts'
import type { World } from '../world.ts'
import { findBoostById } from './boost-find.ts'
import { removeBoosts, withdrawBoostsOf } from './boosts.ts'
import { findVisible, type KnownPost, mentionedIn } from './find.ts'
import { typeOfKind } from './kinds.ts'
import {
  countReplies,
  deletePost,
  deleteTombstones,
  insertTombstone,
  lockPost,
  lockSomePostsOf,
} from './store.ts'

/** Deletes a post of ours for good: an open one's address answers 410, and everyone who had it is told. */
export async function removePost(world: World, author: LocalAccount, id: PostId): Promise<void> {
  await transact(world.db, async (tx) => {
    const found = await findVisible(tx, id, { accountId: author.id })
    const post = found && (await lockPost(tx, found.uri))
    if (!post) refuse('post.not-found')
    if (post.accountId !== author.id) refuse('post.not-yours')
    await take(world, tx, post, author.uri)
  })
}

/**
 * A Delete from elsewhere, already known to come from the origin of `uri`. Someone else's post is left alone; an unknown
 * one is remembered as gone, so that its Create, if it is still on its way, stays without effect.
 */
export async function receiveDelete(
  world: World,
  actor: { readonly id: AccountId; readonly uri: string },
  uri: string,
): Promise<'removed' | 'remembered' | 'not-theirs'> {
  return transact(world.db, async (tx) => {
    // Whoever is storing a post of theirs at this moment is waited for, and whoever begins now waits for us.
    await lockAccount(tx, actor.id)
    const post = await lockPost(tx, uri)
    if (post && post.accountId !== actor.id) return 'not-theirs'
    if (post) await take(world, tx, post, actor.uri)
    else await insertTombstone(tx, uri, actor.uri, world.clock.now())
    return post ? 'removed' : 'remembered'
  })
}

/**
 * Takes away some of the posts of an account that is gone; nobody is told of each, since the account's own Delete says all.
 * @returns how many there were
 */
export async function removeSomePostsOf(
  world: World,
  tx: Tx,
  author: { readonly id: AccountId; readonly uri: string },
  limit: number,
): Promise<number> {
  const posts = await lockSomePostsOf(tx, author.id, limit)
  for (const post of posts) await take(world, tx, post, author.uri, true)
  return posts.length
}

/** As long as a server may still try to deliver the Create. */
const LATE_DAYS = 7

/**
 * Forgets what was deleted elsewhere so long ago that its Create cannot be on its way any more; any server may send
 * Deletes without end. What was deleted here answers 410 for ever. Run now and then.
 */
export async function forgetTombstones(world: World): Promise<void> {
  await deleteTombstones(world.db, new Date(world.clock.now().getTime() - LATE_DAYS * 86_400_000))
}

/** Something of ours is gone, and its address says so from now on: to everybody, or where it is `hidden` to its author. */
export async function rememberGone(
  world: Pick<World, 'clock'>,
  tx: Tx,
  gone: { readonly uri: string; readonly authorUri: string },
  was: Was & { readonly hidden: boolean },
): Promise<void> {
  await insertTombstone(tx, gone.uri, gone.authorUri, world.clock.now(), was)
}

async function take(
  world: World,
  tx: Tx,
  post: KnownPost,
  authorUri: string,
  withAuthor = false,
): Promise<void> {
  if (post.boostOfId !== null) return takeBoost(world, tx, post)
  if (post.local && !withAuthor) await gatherReach(tx, post.id)
  await withdrawBoostsOf(world, tx, post.id)
  const mentioned = await mentionedIn(tx, post.id)
  const open = isOpen(post.visibility)
  const was = { kind: typeOfKind(post.kind), publishedAt: post.publishedAt, editedAt: post.editedAt }
  // Of a private post of ours its author alone is told that it was: 410 would tell everybody.
  const ours = post.local ? { ...was, hidden: !open } : undefined
  await insertTombstone(tx, post.uri, authorUri, world.clock.now(), ours)
  const activityIds = await deleteActivitiesOf(tx, post.id)
  await withdrawQuotes(world, tx, post.id)
  await deleteApprovals(tx, post.accountId, post.uri)
  await deletePost(tx, post)
  const counted = open && !post.held
  if (counted) await countPosts(tx, [{ accountId: post.accountId, by: -1 }])
  if (post.inReplyToId && counted) await countReplies(tx, [{ postId: post.inReplyToId, by: -1 }])
  await record(world, tx, {
    type: 'post.removed',
    postId: post.id,
    uri: post.uri,
    authorId: post.accountId,
    local: post.local,
    visibility: post.visibility,
    withAuthor,
    mentioned: mentioned.filter(({ blind }) => !blind).map(({ accountId }) => accountId),
    blindIds: mentioned.filter(({ blind }) => blind).map(({ accountId }) => accountId),
    ...(post.local && open && { was }),
    activityIds,
    held: post.held,
    // Whether it is ours is not worth a query: of another's there is no document to drop.
    ourParentId: post.inReplyToId,
  })
}

/** A boost has no address of its own to answer 410, and whoever had it is sent what undoes it. */
async function takeBoost(world: World, tx: Tx, { id }: KnownPost): Promise<void> {
  const boost = await findBoostById(tx, id)
  if (boost) await removeBoosts(world, tx, [boost])
}
