import type { ReadActivity } from '../../../translate/from-activity/activity.ts'
import { undoWish } from './answer-wish.ts'
import { undoBlockOf } from './block.ts'
import { undoFollowOf } from './follow.ts'
import { REACTION_TYPES, undoFrom, undoReactionOf } from './reaction.ts'
import { effect, nothing, onlyHeard, type Reading } from './reading.ts'
import { referenceIn, type Undoer } from './reference.ts'

const undoers: readonly Undoer[] = [undoFollowOf, undoBlockOf, undoReactionOf, undoWish]

/** Undo: somebody takes back what they did before, named whole or by its id. */
export function readUndo(activity: ReadActivity): Reading {
  const reference = referenceIn(activity)
  // Only their own: an embedded activity of somebody else's changes nothing.
  if (reference.actorUri !== undefined && reference.actorUri !== activity.actor)
    return nothing('not theirs to undo')
  if (REACTION_TYPES.includes(reference.type)) {
    return { kind: 'reaction', reaction: undoFrom(reference, activity.actor) }
  }
  const able = undoers.filter(({ types }) => reference.type === '' || types.includes(reference.type))
  if (able.length === 0) return onlyHeard('nothing here to undo')
  return effect(async (world, actor) => {
    for (const one of able) {
      const done = await one.undo(world, actor, reference)
      if (done !== undefined) return done
    }
    return 'nothing of the kind'
  })
}
