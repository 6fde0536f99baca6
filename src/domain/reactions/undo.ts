import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { emojiFrom } from '../../text/unicode-emoji.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { findBoost, findOriginal } from '../posts/boost-find.ts'
import { removeBoosts } from '../posts/boosts.ts'
import { findPostsByIds, type KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { findReaction } from './find.ts'
import { stopAsking } from './leave.ts'
import { removeReactions } from './reactions.ts'
import { deleteOldEchoes } from './store.ts'

/** Takes a like back; where there is none, nothing changes. @throws Refusal 'post.not-found' */
export async function unlikePost(world: World, account: LocalAccount, id: PostId): Promise<PostId> {
  return removeReaction(world, account, id, null)
}

/** Takes the reaction with one emoji back; where there is none, nothing changes. @throws Refusal 'post.not-found' */
export async function unreactToPost(
  world: World,
  account: LocalAccount,
  id: PostId,
  text: string,
): Promise<PostId> {
  return removeReaction(world, account, id, emojiFrom(text) ?? refuse('reaction.emoji'))
}

/**
 * Takes a boost back, named by its post or by itself; where there is none, nothing changes.
 * @throws Refusal 'post.not-found'
 */
export async function unboostPost(world: World, account: LocalAccount, id: PostId): Promise<PostId> {
  return transact(world.db, async (tx) => {
    const post = await requireKnown(tx, id)
    const boost = await findBoost(tx, account.id, post.id)
    if (boost) await removeBoosts(world, tx, [boost])
    else if (!(await stopAsking(tx, 'announce', account, post))) await requireVisible(tx, account, id)
    return post.id
  })
}

/** As long as a server may still try to deliver what was undone. */
const LATE_DAYS = 7

/** Forgets which ids were undone so long ago that they cannot be on their way any more. Run now and then. */
export async function forgetEchoes(world: World): Promise<void> {
  await deleteOldEchoes(world.db, new Date(world.clock.now().getTime() - LATE_DAYS * 86_400_000))
}

async function removeReaction(
  world: World,
  account: LocalAccount,
  id: PostId,
  emoji: string | null,
): Promise<PostId> {
  return transact(world.db, async (tx) => {
    const post = await requireKnown(tx, id)
    const reaction = await findReaction(tx, { accountId: account.id, postId: post.id }, emoji)
    if (reaction) await removeReactions(world, tx, [{ reaction, accountLocal: true, post }])
    else if (!(await stopAsking(tx, 'like', account, post))) await requireVisible(tx, account, id)
    return post.id
  })
}

/** What somebody reacted to they may stop reacting to, even where they may not see it any more. */
async function requireKnown(tx: Tx, id: PostId): Promise<KnownPost> {
  const named = (await findPostsByIds(tx, [id])).get(id)
  if (!named?.boostOfId) return named ?? refuse('post.not-found')
  return (await findPostsByIds(tx, [named.boostOfId])).get(named.boostOfId) ?? refuse('post.not-found')
}

async function requireVisible(tx: Tx, account: LocalAccount, id: PostId): Promise<void> {
  if (!(await findOriginal(tx, id, { accountId: account.id }))) refuse('post.not-found')
}
