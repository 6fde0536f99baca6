import type { ActivityId, PostId, ReactionId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { judgeInteraction } from '../policies/judge.ts'
import { findOriginal } from '../posts/boost-find.ts'
import type { KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { askToReact } from './leave.ts'
import type { Emoji } from './reaction.ts'
import { addReactions } from './reactions.ts'

/**
 * Somebody here likes a post, or of a boost what it shows; to like it again changes nothing. Where its author wants to be
 * asked first, they are, and it is liked once they say yes.
 * @returns the post that is liked
 * @throws Refusal 'post.not-found' when it is not there, or not for them; 'like.refused' when its author forbids it
 */
export async function likePost(world: World, account: LocalAccount, id: PostId): Promise<PostId> {
  return addReaction(world, account, id, null)
}

/** Stores a like, or the reaction with an emoji, of somebody here. */
export async function addReaction(
  world: World,
  account: LocalAccount,
  id: PostId,
  emoji: Emoji | null,
): Promise<PostId> {
  const post = await requireOriginal(world, account, id)
  const uri = world.uris.activity(world.ids.next<ActivityId>())
  const verdict = await judgeInteraction(world.db, { kind: 'like', actorId: account.id, targetId: post.id })
  if (verdict === 'refused') refuse('like.refused')
  if (verdict === 'ask') {
    await askToReact(world, account, post, uri, { kind: 'like', emoji })
    return post.id
  }
  await transact(world.db, async (tx) => {
    const reaction = {
      id: world.ids.next<ReactionId>(),
      uri,
      accountId: account.id,
      postId: post.id,
      emoji: emoji?.emoji ?? null,
      emojiUrl: emoji?.url ?? null,
    }
    await addReactions(world, tx, [{ reaction, accountLocal: true, post }])
  })
  return post.id
}

/** The post that is meant, if this reader may see it; else as if it were not there. */
export async function requireOriginal(world: World, account: LocalAccount, id: PostId): Promise<KnownPost> {
  return (await findOriginal(world.db, id, { accountId: account.id })) ?? refuse('post.not-found')
}
