import { receiveVotes } from '../../../domain/polls/vote.ts'
import type { ReadActivity } from '../../../translate/from-activity/activity.ts'
import { votesIn } from '../../../translate/from-activity/votes.ts'
import { isObject, sameOrigin, soleIdOf } from '../../../translate/json.ts'
import { effect, nothing, type Reading } from './reading.ts'

/** Create of votes: somebody chooses in a poll of ours. Undefined for a Create of anything else. */
export function readVotes(activity: ReadActivity): Reading | undefined {
  const votes = votesIn(activity)
  if (!votes) return undefined
  if (!activity.objects.every((object) => isTheirs(object, activity.actor)))
    return nothing('not theirs to vote')
  return effect((world, actor) => receiveVotes(world, actor, votes.pollUri, votes.choices))
}

function isTheirs(object: ReadActivity['object'], actor: string): boolean {
  if (!isObject(object)) return false
  const { attributedTo, id } = object
  const own = attributedTo === undefined || attributedTo === null || soleIdOf(attributedTo) === actor
  return own && (typeof id !== 'string' || sameOrigin(id, actor))
}
