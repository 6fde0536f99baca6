import { refuse } from '../base/refusal.ts'
import { canonicalUri, sameOrigin } from './canonical.ts'
import type { Verified } from './verify.ts'

/**
 * - `own`: the actor's own hand signed it
 * - `forwarded`: somebody of another server passes it on; no more than a hint that something may be found at its origin
 */
export type Authority = 'own' | 'forwarded'

/**
 * What a proven signature says about an activity (FEP-fe34): only the actor itself speaks for the actor, and only about
 * ids of its own server.
 * @throws Refusal 'signature.invalid' when another actor of the same server signed it, 'request.invalid' when its id is
 *   on another server than its actor
 */
export function authorityOver(
  activity: { readonly actor: string; readonly id: string },
  signer: Pick<Verified, 'actorUri'>,
): Authority {
  if (!sameOrigin(activity.id, activity.actor)) {
    refuse('request.invalid', { reason: 'the id of the activity is on another server than its actor' })
  }
  if (canonicalUri(activity.actor) === canonicalUri(signer.actorUri)) return 'own'
  if (sameOrigin(activity.actor, signer.actorUri)) {
    refuse('signature.invalid', { reason: 'it is signed by another actor than the one it names' })
  }
  return 'forwarded'
}
