import type { Clock } from '../../../base/clock.ts'
import { hasValidLinkedDataSignature } from '../../../federation/linked-data.ts'
import { hasValidProof } from '../../../federation/proofs.ts'
import type { KeyFinder, Verified } from '../../../federation/verify.ts'
import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { sameOrigin } from '../../../translate/json.ts'
import { createBudget } from './budgets.ts'

/** Things passed on by one host, without its author's signature, that we go and look for in a minute. */
const HINTS_PER_MINUTE = 60
/** … and those that carry a signature of their author, which costs us a check each. */
const SIGNED_PER_MINUTE = 600
/** A larger document is not put in order to check a signature in it. */
const LARGEST_SIGNED = 65_536

export interface Hints {
  /** Whether to go and ask at the origin for what somebody of that host passes on. */
  mayFollow(activity: ReadActivity, host: string, bytes: number): Promise<boolean>
}

/**
 * What is passed on is never believed, whatever it carries: the origin is asked, and its word alone counts (S-030, S-031).
 * A proof (FEP-8b32) or Linked Data signature of the author is a reason to go and ask more often, and to ask whether
 * something is gone.
 */
export function createHints(keys: KeyFinder, clock: Clock): Hints {
  const plain = createBudget(HINTS_PER_MINUTE, clock)
  const signed = createBudget(SIGNED_PER_MINUTE, clock)
  return {
    async mayFollow(activity, host, bytes) {
      if (activity.type !== 'Delete' && plain.take(host)) return true
      return bytes <= LARGEST_SIGNED && signed.take(host) && isSignedWithin(activity, keys, clock)
    },
  }
}

async function isSignedWithin({ raw, actor }: ReadActivity, keys: KeyFinder, clock: Clock): Promise<boolean> {
  const now = clock.now()
  return (
    (await hasValidProof(raw, actor, keys, now)) || (await hasValidLinkedDataSignature(raw, actor, keys, now))
  )
}

/**
 * What is left of an activity that somebody else passes on: that there is, or was, something to be found at its origin.
 * It names nobody but the one who passed it on, so nothing can be believed of it.
 */
export function hintFrom(activity: ReadActivity, signer: Verified): string | undefined {
  const object = objectIdOf(activity)
  if (object === undefined || !sameOrigin(object, activity.actor)) return undefined
  if (!HINTS.has(activity.type) || object === activity.actor) return undefined
  const type = activity.type === 'Delete' ? 'Delete' : 'Create'
  return JSON.stringify({ id: activity.id, type, actor: signer.actorUri, object })
}

const HINTS = new Set(['Create', 'Update', 'Delete'])
