import { refuse } from '../../../base/refusal.ts'
import { parentOf } from '../../../translate/from-activity/note.ts'
import { isObject, type JsonObject } from '../../../translate/json.ts'
import type { Bearer } from '../../http/auth.ts'
import type { ClientParts } from '../client-parts.ts'
import { type Addresses, addressesIn, withoutAddresses } from './addresses.ts'
import { audienceOf } from './audience.ts'
import { classify, saysBy, withoutServerTerms } from './classify.ts'
import type { Addressing, Asking, Known, OutboxHandler } from './posting.ts'
import { requireAddressing } from './scopes.ts'

/** The activities whose object is said by them, and so is for the same people. */
const CARRIERS = new Set(['Create', 'Update'])

/**
 * Reads what an app posts as an activity of the account whose outbox it is.
 * @throws Refusal 'activity.actor' when it says that it is somebody else's, and what `addressesIn` throws
 */
export function readAsking(
  parts: ClientParts,
  bearer: Bearer,
  posted: JsonObject,
): Asking & { readonly addresses: Addresses } {
  const actor = bearer.account
  const { type, activity } = classify(posted)
  const by = saysBy(activity.actor)
  if (by !== undefined && by !== actor.uri) refuse('activity.actor')
  const object = CARRIERS.has(type) && isObject(activity.object) ? activity.object : undefined
  const addresses = addressesIn(activity, ...(object ? [object] : []))
  const own = withoutServerTerms(withoutAddresses(activity))
  const bare = isObject(own.object) && object ? { ...own, object: withoutAddresses(own.object) } : own
  return {
    parts,
    actor,
    bearer,
    type,
    activity: { ...bare, actor: actor.uri },
    reply: { inReplyTo: object ? parentOf(object.inReplyTo) : null },
    addresses,
  }
}

/** All that may need other servers, before anything is written. */
export async function prepare(
  asking: Asking,
  addresses: Addresses,
  handler: OutboxHandler,
): Promise<{ readonly audience: Addressing; readonly known: Known }> {
  const { parts, actor, bearer, reply } = asking
  const found = (await handler.prepare?.(asking)) ?? {}
  try {
    const audience = await audienceOf(parts.world, actor, addresses, reply.inReplyTo)
    requireAddressing(bearer, audience)
    return { audience, known: { accounts: new Map(), posts: new Map(), ...found } }
  } catch (error) {
    await handler.release?.(asking, found)
    throw error
  }
}
