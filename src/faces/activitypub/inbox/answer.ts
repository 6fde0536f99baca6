import type { ReadActivity } from '../../../translate/from-activity/activity.ts'
import { idOf } from '../../../translate/json.ts'
import { answerWish } from './answer-wish.ts'
import { answerFollow } from './follow.ts'
import { effect, onlyHeard, type Reading } from './reading.ts'
import { type Answerer, referenceIn } from './reference.ts'
import { answerRelay } from './relay.ts'

const answerers: readonly Answerer[] = [answerFollow, answerRelay, answerWish]

/** Accept or Reject of something that we asked for, which comes whole or as its bare id. */
export function readAnswer(activity: ReadActivity, accepted: boolean): Reading {
  const reference = referenceIn(activity)
  const resultUri = idOf(activity.raw.result)
  const able = answerers.filter(({ types }) => reference.type === '' || types.includes(reference.type))
  if (able.length === 0) return onlyHeard('not about anything that we ask for')
  return effect(async (world, actor, asking) => {
    for (const one of able) {
      const done = await one.answer(world, actor, reference, accepted, resultUri, asking)
      if (done !== undefined) return done
    }
    return 'no such request'
  })
}
