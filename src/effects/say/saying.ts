import type { AccountId, ActivityId, ObjectId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { Recipients } from '../../domain/activities/recipients.ts'
import type { World } from '../../domain/world.ts'
import type { FactOf, FactType } from '../../facts/facts.ts'
import type { JsonObject } from '../../translate/json.ts'

/** One activity of ours, before it is kept and delivered. */
export interface Saying {
  readonly id: ActivityId
  readonly accountId: AccountId
  readonly json: JsonObject
  readonly postId?: PostId
  /** what it is about, where that is no post */
  readonly objectId?: ObjectId
  /** whether anybody may read it at its id */
  readonly public?: boolean
  /** what it concerns: activities of one subject reach each host in the order in which they were said */
  readonly subject: string
  readonly recipients: Recipients
  /** for the server of whoever gets it, not for them: nobody reads it at its id */
  readonly unread?: boolean
  /** between people here alone, or for nobody else: it is kept, and goes nowhere */
  readonly stays?: boolean
}

export type SayingParts = Pick<World, 'ids' | 'uris' | 'clock'>

/** Says what one fact has to say to the network; undefined, or none, when it is not ours to say. */
export type Sayer<Type extends FactType> = (
  parts: SayingParts,
  tx: Tx,
  fact: FactOf<Type>,
) => Promise<Saying | readonly Saying[] | undefined>

export type Sayers = { readonly [Type in FactType]?: Sayer<Type> }
