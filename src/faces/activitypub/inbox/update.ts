import { embeddedObject, objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { incomingFrom } from '../../../translate/from-activity/note.ts'
import { sameOrigin } from '../../../translate/json.ts'
import { askForActor, askForPost } from './origin.ts'
import { nothing, type Reading, type Receipt } from './reading.ts'

/** Update: a post says something else, or an actor has changed; an actor is always read anew at its home. */
export function readUpdate(activity: ReadActivity, receipt: Receipt): Reading {
  const uri = objectIdOf(activity)
  if (uri === undefined) return nothing('its object has no id')
  if (uri === activity.actor) return askForActor(uri)
  if (!sameOrigin(uri, activity.actor)) return nothing('not theirs to change')
  const note = embeddedObject(activity)
  if (!note) return askForPost(uri, receipt.at)
  const incoming = incomingFrom(note, receipt.at, { ...receipt, to: activity.to, cc: activity.cc })
  return incoming.authorUri === activity.actor ? { kind: 'edit', incoming } : nothing('not theirs to change')
}
