import { refuse } from '../../../base/refusal.ts'
import { PUBLIC } from '../../../base/uris.ts'
import { interactionKinds, type Policy } from '../../../domain/policies/policy.ts'
import { isCollectionUri } from '../../../translate/from-activity/addressing.ts'
import { statedPolicyOf } from '../../../translate/from-activity/controls.ts'
import { isObject, type JsonObject } from '../../../translate/json.ts'
import type { Posting } from './posting.ts'

/**
 * Who may do what with a post, as an app states it (`interactionPolicy`): undefined where it says nothing, null where it
 * wants what its author always has.
 * @throws Refusal 'request.invalid', 'address.too-many', 'policy.collection' for people whom nobody here can count
 */
export function policyIn(
  { world, actor }: Pick<Posting, 'world' | 'actor'>,
  { interactionPolicy: written }: JsonObject,
): Policy | null | undefined {
  if (written === undefined || written === null) return written
  if (!isObject(written)) return refuse('request.invalid', { reason: 'interactionPolicy is no policy' })
  const { uris } = world
  const stated = statedPolicyOf(written)
  const own = new Set([PUBLIC, uris.followers(actor.id), uris.following(actor.id)])
  for (const kind of interactionKinds) {
    const { automatic = [], manual = [] } = stated[kind] ?? {}
    for (const uri of [...automatic, ...manual]) {
      if (own.has(uri)) continue
      const isNobody = uris.isOurs(uri) ? uris.accountIdFrom(uri) === undefined : isCollectionUri(uri)
      if (isNobody) refuse('policy.collection')
    }
  }
  return stated
}
