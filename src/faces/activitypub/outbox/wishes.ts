import type { ActivityId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { giveActivity } from '../../../domain/activities/give.ts'
import { type Approval, findPendingOf } from '../../../domain/policies/find.ts'
import type { KnownPost } from '../../../domain/posts/find.ts'
import type { Posting } from './posting.ts'
import { nobody, speak } from './speak.ts'

/** What somebody wants to do to a post whose author has not yet said whether they may. */
export async function findWish(
  { tx, actor }: Posting,
  kind: 'like' | 'announce',
  post: KnownPost,
): Promise<Approval | undefined> {
  return findPendingOf(tx, kind, actor.id, post.id)
}

/** It is kept under the id that it will have once they may, and told to nobody before. */
export async function giveWish(posting: Posting, wish: Approval): Promise<ActivityId> {
  const { world, actor, type } = posting
  const id = world.uris.activityIdFrom(wish.uri) ?? refuse('act.redundant', { duplicate: wish.uri })
  const given = { activityId: id, accountId: actor.id, kind: type }
  const said = await speak(posting, { audience: nobody }, () => giveActivity(world, given))
  return said ?? id
}
