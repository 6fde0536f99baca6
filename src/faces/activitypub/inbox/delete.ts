import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { sameOrigin } from '../../../translate/json.ts'
import { nothing, type Reading } from './reading.ts'

/** Delete: a post is gone, or the actor itself, which its home must confirm. */
export function readDelete(activity: ReadActivity): Reading {
  const uri = objectIdOf(activity)
  if (uri === undefined) return nothing('its object has no id')
  if (uri === activity.actor) return { kind: 'ask', about: 'gone', uri }
  return sameOrigin(uri, activity.actor) ? { kind: 'delete', uri } : nothing('not theirs to delete')
}
