import { refuse } from '../../../base/refusal.ts'
import { announce } from './announce.ts'
import { answer } from './answer.ts'
import { block } from './block.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import { flag } from './flag.ts'
import { follow } from './follow.ts'
import { dislike, like } from './like.ts'
import { change } from './members.ts'
import { move } from './move.ts'
import { other } from './other.ts'
import type { OutboxHandler } from './posting.ts'
import { undo } from './undo.ts'
import { update } from './update.ts'

/** What each type of activity does. What we do not know is an `Activity` to us. */
const handlers: Readonly<Record<string, OutboxHandler>> = {
  Create: create,
  Update: update,
  Delete: remove,
  Follow: follow,
  Accept: answer,
  Reject: answer,
  Undo: undo,
  Like: like,
  EmojiReact: like,
  Dislike: dislike,
  Announce: announce,
  Block: block,
  Add: change,
  Remove: change,
  Flag: flag,
  Move: move,
  Activity: other,
  IntransitiveActivity: other,
  Arrive: other,
  Ignore: other,
  Invite: other,
  Join: other,
  Leave: other,
  Listen: other,
  Offer: other,
  Read: other,
  TentativeAccept: other,
  TentativeReject: other,
  Travel: other,
  View: other,
}

/** @throws Refusal 'activity.type' for what cannot be posted */
export function handlerFor(type: string): OutboxHandler {
  const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined
  return handler ?? refuse('activity.type', { type })
}
