import { embeddedObject, objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { idOf, typeOf } from '../../../translate/json.ts'
import { type FollowReference, nothing, type Reading } from './reading.ts'

/** Follow: somebody elsewhere wants to hear from somebody here. */
export function readFollow(activity: ReadActivity): Reading {
  const followedUri = objectIdOf(activity)
  if (followedUri === undefined) return nothing('it follows nobody')
  return { kind: 'follow', uri: activity.id, followedUri }
}

/** Accept or Reject of a Follow, which comes whole or as its bare id. */
export function readAnswer(activity: ReadActivity, accepted: boolean): Reading {
  const follow = referenceIn(activity)
  return follow ? { kind: 'answer', accepted, follow } : nothing('not about a Follow')
}

/** Undo: of a Follow for now; what else there is to undo has no effect here yet. */
export function readUndo(activity: ReadActivity): Reading {
  const follow = referenceIn(activity)
  if (!follow) return nothing('nothing here to undo')
  // Only their own: an embedded Follow of somebody else's changes nothing.
  if (follow.followerUri !== undefined && follow.followerUri !== activity.actor)
    return nothing('not theirs to undo')
  return { kind: 'undo-follow', follow }
}

function referenceIn(activity: ReadActivity): FollowReference | undefined {
  const whole = embeddedObject(activity)
  if (whole && typeOf(whole) !== '' && typeOf(whole) !== 'Follow') return undefined
  return {
    uri: objectIdOf(activity),
    followerUri: whole && idOf(whole.actor),
    followedUri: whole && idOf(whole.object),
  }
}
