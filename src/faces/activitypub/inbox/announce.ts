import { embeddedObject, objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { boostFromActivity } from '../../../translate/from-activity/reaction.ts'
import { type JsonObject, typeOf } from '../../../translate/json.ts'
import { nothing, type Reading, type Receipt } from './reading.ts'

/** What an Announce can hold that is no post: groups pass on whole activities (FEP-1b12). */
const ACTIVITIES = new Set(
  'Create Update Delete Like EmojiReact Dislike Announce Undo Add Remove Block Flag Lock Follow Accept Reject Move'.split(
    ' ',
  ),
)

/**
 * Announce: somebody elsewhere boosts a post. Only its id counts, even where the post stands in it: nobody but its author
 * says what it says (S-046).
 */
export function readAnnounce(activity: ReadActivity, { followersUrl }: Receipt): Reading {
  const whole = embeddedObject(activity)
  if (whole && isActivity(whole)) return nothing('an activity of somebody else’s')
  const postUri = objectIdOf(activity)
  if (postUri === undefined) return nothing('its object has no id')
  const booster = { actorUri: activity.actor, followersUrl }
  const reaction = boostFromActivity(activity.raw, activity.id, postUri, booster)
  return reaction ? { kind: 'reaction', reaction } : nothing('for nobody here')
}

function isActivity(object: JsonObject): boolean {
  return ACTIVITIES.has(typeOf(object))
}
