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
import { inTurn } from './turn.ts'
import { undo } from './undo.ts'
import { update } from './update.ts'

/** What each type of activity does. What we do not know is an `Activity` to us. */
const handlers: Readonly<Record<string, OutboxHandler>> = {
  Create: create,
  Update: inTurn(update),
  Delete: inTurn(remove),
  Follow: inTurn(follow),
  Accept: inTurn(answer),
  Reject: inTurn(answer),
  Undo: inTurn(undo),
  Like: inTurn(like),
  EmojiReact: inTurn(like),
  Dislike: inTurn(dislike),
  Announce: inTurn(announce),
  Block: inTurn(block),
  Add: inTurn(change),
  Remove: inTurn(change),
  Flag: inTurn(flag),
  Move: inTurn(move),
  Activity: inTurn(other),
  IntransitiveActivity: inTurn(other),
  Arrive: inTurn(other),
  Ignore: inTurn(other),
  Invite: inTurn(other),
  Join: inTurn(other),
  Leave: inTurn(other),
  Listen: inTurn(other),
  Offer: inTurn(other),
  Read: inTurn(other),
  TentativeAccept: inTurn(other),
  TentativeReject: inTurn(other),
  Travel: inTurn(other),
  View: inTurn(other),
}

/** @throws Refusal 'activity.type' for what cannot be posted */
export function handlerFor(type: string): OutboxHandler {
  const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined
  return handler ?? refuse('activity.type', { type })
}
