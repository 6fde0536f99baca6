import { embeddedObject, objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { boostFromActivity } from '../../../translate/from-activity/reaction.ts'
import { typeOf } from '../../../translate/json.ts'
import { readGroupAnnounce } from './group.ts'
import { isActivityType } from './origin.ts'
import { nothing, type Reading, type Receipt } from './reading.ts'

/**
 * Announce: somebody elsewhere boosts a post. Only its id counts, even where the post stands in it: nobody but its author
 * says what it says (S-046).
 */
export function readAnnounce(activity: ReadActivity, receipt: Receipt): Reading {
  const whole = embeddedObject(activity)
  if (whole && isActivityType(typeOf(whole))) return readGroupAnnounce(activity, whole, receipt)
  const postUri = objectIdOf(activity)
  if (postUri === undefined) return nothing('its object has no id')
  const booster = { actorUri: activity.actor, followersUrl: receipt.followersUrl }
  const reaction = boostFromActivity(activity.raw, activity.id, postUri, booster)
  return reaction ? { kind: 'reaction', reaction } : nothing('for nobody here')
}
