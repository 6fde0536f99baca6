import type { ActivityId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { isOpen, type Visibility } from '../../base/visibility.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { judgeInteraction } from '../policies/judge.ts'
import { findBoost } from '../posts/boost-find.ts'
import { addBoosts } from '../posts/boosts.ts'
import type { KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { askToReact } from './leave.ts'
import { requireOriginal } from './like.ts'

/**
 * Somebody here shows a post to their own followers. Open posts may be boosted by anyone; a post for followers by its
 * author alone, to those same followers; a direct post by nobody. To boost it again gives the boost that is there.
 * @param visibility whom the boost is for: everyone unless said otherwise; `direct`: the author alone is told
 * @returns the boost, a post of its own; the post itself as long as its author is asked whether it may be boosted
 * @throws Refusal 'post.not-found' when it is not there, or not for them; 'boost.private' when it must not be spread
 */
export async function boostPost(
  world: World,
  account: LocalAccount,
  id: PostId,
  visibility: Visibility = 'public',
): Promise<PostId> {
  if (account.movedToUri !== null) refuse('account.moved')
  const post = await requireOriginal(world, account, id)
  if (!mayBoost(post, account)) refuse('boost.private')
  const verdict = await judgeInteraction(world.db, {
    kind: 'announce',
    actorId: account.id,
    targetId: post.id,
  })
  if (verdict === 'refused') refuse('boost.refused')
  const now = world.clock.now()
  const activityId = world.ids.next<ActivityId>()
  if (verdict === 'ask') {
    const waiting = { kind: 'boost', visibility, publishedAt: now.toISOString() } as const
    await askToReact(world, account, post, world.uris.activity(activityId), waiting)
    return post.id
  }
  const boost = {
    id: activityId as string as PostId,
    uri: world.uris.activity(activityId),
    accountId: account.id,
    accountLocal: true,
    postId: post.id,
    visibility: isOpen(post.visibility) || visibility === 'direct' ? visibility : 'followers',
    publishedAt: now,
    receivedAt: now,
  }
  return transact(world.db, async (tx) => {
    const added = await addBoosts(world, tx, [{ boost, post }])
    if (added.has(boost.id)) return boost.id
    return (await findBoost(tx, account.id, post.id))?.id ?? refuse('post.not-found')
  })
}

function mayBoost(post: KnownPost, account: LocalAccount): boolean {
  return isOpen(post.visibility) || (post.visibility === 'followers' && post.accountId === account.id)
}
