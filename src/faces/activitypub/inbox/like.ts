import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { likeFromActivity } from '../../../translate/from-activity/reaction.ts'
import { nothing, onlyHeard, type Reading, type Receipt } from './reading.ts'

/** Like and EmojiReact: somebody elsewhere likes a post, or puts an emoji to it. */
export function readLike(activity: ReadActivity, { followersUrl }: Receipt): Reading {
  const postUri = objectIdOf(activity)
  if (postUri === undefined) return nothing('its object has no id')
  const reactor = { actorUri: activity.actor, followersUrl }
  const reaction = likeFromActivity(activity.raw, activity.id, postUri, reactor)
  return reaction ? { kind: 'reaction', reaction } : onlyHeard('no emoji that could be shown')
}

/** Dislike: known, and nobody is told of it. */
export const readDislike = (): Reading => onlyHeard('dislikes are not kept')
