import type { Account } from '../../../domain/accounts/account.ts'
import type { World } from '../../../domain/world.ts'
import { embeddedObject, objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { idOf, type JsonObject, typeOf } from '../../../translate/json.ts'
import type { Asking, askFirst } from './reading.ts'

/** An activity as another one names it: whole, or by its bare id. */
export interface ActivityReference {
  readonly uri: string | undefined
  /** empty when only the id is known */
  readonly type: string
  readonly actorUri: string | undefined
  readonly objectUri: string | undefined
  readonly whole: JsonObject | undefined
  /** the id of the activity that names it */
  readonly byUri: string
}

/** What an Undo, Accept or Reject is about. */
export function referenceIn(activity: ReadActivity): ActivityReference {
  const whole = embeddedObject(activity)
  return {
    uri: objectIdOf(activity),
    type: whole ? typeOf(whole) : '',
    actorUri: whole && idOf(whole.actor),
    objectUri: whole && idOf(whole.object),
    whole,
    byUri: activity.id,
  }
}

/** Takes one kind of activity back. */
export interface Undoer {
  /** the types that it undoes when they come whole; of a bare id, all are asked in turn */
  readonly types: readonly string[]
  /** @returns a word on what became of it; undefined when there is none of its kind */
  undo(world: World, actor: Account, reference: ActivityReference): Promise<string | undefined>
}

/** Takes the answer to one kind of request of ours. */
export interface Answerer {
  /** the types that it answers when they come whole; of a bare id, all are asked in turn */
  readonly types: readonly string[]
  /**
   * @param resultUri what the answer says came of it: the id of a stamp
   * @returns a word on what became of it; undefined when there is no such request
   */
  answer(
    world: World,
    actor: Account,
    reference: ActivityReference,
    accepted: boolean,
    resultUri: string | undefined,
    asking?: Asking,
  ): Promise<string | typeof askFirst | undefined>
}
