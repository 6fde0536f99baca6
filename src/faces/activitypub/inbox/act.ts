import { Refusal } from '../../../base/refusal.ts'
import type { Account } from '../../../domain/accounts/account.ts'
import { receivePosts } from '../../../domain/posts/receive.ts'
import type { World } from '../../../domain/world.ts'
import { takeEdit } from './origin.ts'
import { takeReaction } from './reaction.ts'
import type { Asking, askFirst, Reading } from './reading.ts'

/** Readings that take effect for a known actor. */
export type Doable = Exclude<Reading, { kind: 'ask' }>

/** What a suspended account may still do: take back, and say that something is gone. */
const STILL = new Set(['Delete', 'Undo', 'Reject', 'Update'])

/** Nothing new comes from somebody who is suspended (S-092). */
export function isDeafTo(actor: Account | undefined, type: string): boolean {
  return actor?.suspended === true && !STILL.has(type)
}

/**
 * Lets one reading take effect for the actor whose own hand it is. Repeating it changes nothing more.
 * @param activityUri the id that it came with
 */
export async function act(
  world: World,
  actor: Account,
  reading: Doable,
  asking?: Asking,
  activityUri?: string,
): Promise<string | typeof askFirst> {
  switch (reading.kind) {
    case 'nothing':
      return reading.why
    case 'post':
      return (
        (await receivePosts(world, [{ incoming: reading.incoming, author: actor, activityUri }]))[0] ??
        'unrelated'
      )
    case 'reaction':
      return takeReaction(world, actor, reading.reaction, asking)
    case 'edit':
      return takeEdit(world, actor, reading.incoming, activityUri)
    case 'effect':
      return reading.run(world, actor, asking)
  }
}

/** An expected no settles an activity; anything else is for the queue to try again. */
export function settled(error: unknown): string {
  if (error instanceof Refusal) return `refused: ${error.code}`
  throw error
}
