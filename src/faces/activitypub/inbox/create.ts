import {
  addressesOf,
  embeddedObject,
  objectIdOf,
  type ReadActivity,
} from '../../../translate/from-activity/activity.ts'
import { incomingFrom } from '../../../translate/from-activity/note.ts'
import { sameOrigin } from '../../../translate/json.ts'
import { askForPost } from './origin.ts'
import { nothing, type Reading, type Receipt } from './reading.ts'
import { readVotes } from './vote.ts'

/** Create: somebody elsewhere said something. Believed from its author's own hand only; else it is asked for at its home. */
export function readCreate(activity: ReadActivity, receipt: Receipt): Reading {
  const votes = readVotes(activity)
  if (votes) return votes
  const uri = objectIdOf(activity)
  if (uri === undefined) return nothing('its object has no id')
  const note = embeddedObject(activity)
  if (!note || !sameOrigin(uri, activity.actor)) return askForPost(uri, receipt.at)
  const incoming = incomingFrom(note, receipt.at, { ...receipt, to: activity.to, cc: activity.cc })
  if (incoming.authorUri !== activity.actor) return askForPost(uri, receipt.at)
  const { bto, bcc } = activity.raw
  const blindUris = [bto, bcc].flatMap(addressesOf)
  return { kind: 'post', incoming: blindUris.length === 0 ? incoming : { ...incoming, blindUris } }
}
