import type { Account } from '../../../domain/accounts/account.ts'
import { findAccountByUri } from '../../../domain/accounts/find.ts'
import { acceptFollow, rejectFollow, undoFollow } from '../../../domain/follows/answer.ts'
import { type Follow, findFollow, findFollowByUri } from '../../../domain/follows/find.ts'
import { requestFollow } from '../../../domain/follows/request.ts'
import { turnAway } from '../../../domain/follows/turn-away.ts'
import type { World } from '../../../domain/world.ts'
import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { effect, nothing, type Reading } from './reading.ts'
import type { ActivityReference, Answerer, Undoer } from './reference.ts'

/** Follow: somebody elsewhere wants to hear from somebody here. */
export function readFollow(activity: ReadActivity): Reading {
  const followedUri = objectIdOf(activity)
  if (followedUri === undefined) return nothing('it follows nobody')
  return effect(async (world, actor) => {
    if (actor.local || actor.suspended) return 'not from elsewhere'
    const followed = await findAccountByUri(world.db, followedUri)
    if (!followed?.local) return 'nobody here'
    if (followed.movedToUri !== null) {
      await turnAway(world, actor, followed, activity.id)
      return 'moved away'
    }
    return requestFollow(world, actor, followed, activity.id)
  })
}

/** Accept or Reject of a Follow of ours. */
export const answerFollow: Answerer = {
  types: ['Follow'],
  async answer(world, actor, reference, accepted) {
    const found = await findNamed(world, reference, (follow) => concerns(follow.followedId, actor))
    if (!found?.followerLocal) return undefined
    if (accepted) await acceptFollow(world, found)
    else await rejectFollow(world, found)
    return accepted ? 'accepted' : 'rejected'
  },
}

/** Undo of a Follow. */
export const undoFollowOf: Undoer = {
  types: ['Follow'],
  async undo(world, actor, reference) {
    const found = await findNamed(world, reference, (follow) => concerns(follow.followerId, actor))
    if (!found) return undefined
    await undoFollow(world, found)
    return 'undone'
  },
}

const concerns = (accountId: Account['id'], actor: Account) => accountId === actor.id

/** By the id of its Follow, or else by the two whom it joins; never one in which the actor has no part. */
async function findNamed(
  world: World,
  reference: ActivityReference,
  isTheirs: (follow: Follow) => boolean,
): Promise<Follow | undefined> {
  const byUri = reference.uri && (await findFollowByUri(world.db, reference.uri))
  if (byUri) return isTheirs(byUri) ? byUri : undefined
  if (!reference.actorUri || !reference.objectUri) return undefined
  const [follower, followed] = await Promise.all([
    findAccountByUri(world.db, reference.actorUri),
    findAccountByUri(world.db, reference.objectUri),
  ])
  const byPair = follower && followed && (await findFollow(world.db, follower.id, followed.id))
  return byPair && isTheirs(byPair) ? byPair : undefined
}
