import type { SendOutcome } from './outcomes.ts'
import { waitSeconds } from './retry.ts'

/** What is known of a delivery when its outcome comes in. */
export interface Tried {
  /** failures of this very delivery before, not counting those of its host */
  readonly attempts: number
  /** its days are over: 3, or 30 for what must be heard even late */
  readonly expired: boolean
  /** its inbox has answered 404 for three days or more */
  readonly longMissing: boolean
}

/**
 * What follows for the delivery.
 * - `drop`: nothing is left to do
 * - `keep`: it stays as it is, first of its lane; the host is what waits
 * - `retry`: it waits, and holds back what concerns the same subject
 * - `dead`: it is set aside for the operator
 */
export type Verdict =
  | { readonly delivery: 'drop' }
  | { readonly delivery: 'keep' }
  | { readonly delivery: 'retry'; readonly seconds: number; readonly reason: string }
  | { readonly delivery: 'dead'; readonly reason: string }

const FORBIDDEN_TRIES = 3
const REFUSED_TRIES = 2

/** The whole table of what each answer means for a delivery. */
export function verdictOn(outcome: SendOutcome, tried: Tried): Verdict {
  switch (outcome.result) {
    case 'delivered':
    case 'withdrawn':
    case 'gone':
      return { delivery: 'drop' }
    case 'host-failed':
    case 'not-sent':
      return { delivery: 'keep' }
    case 'missing':
      if (tried.longMissing) return { delivery: 'dead', reason: '404 for three days' }
      return again(tried, '404')
    case 'inbox-failed': {
      const tries = triesFor(outcome.status)
      const reason = outcome.reason
      if (tried.attempts + 1 >= tries) return { delivery: 'dead', reason }
      return again(tried, reason, outcome.retryAfterSeconds)
    }
  }
}

/** How often a status is believed to be a mistake; for the rest only age decides. */
function triesFor(status: number): number {
  // Not sent at all, for what it is: the address would have to become another.
  if (status === 0) return REFUSED_TRIES
  if (status === 401 || status === 403) return FORBIDDEN_TRIES
  if (status === 404 || status === 408 || status === 429) return Number.POSITIVE_INFINITY
  return status >= 400 && status < 500 ? REFUSED_TRIES : Number.POSITIVE_INFINITY
}

function again(tried: Tried, reason: string, retryAfterSeconds?: number): Verdict {
  if (tried.expired) return { delivery: 'dead', reason }
  return {
    delivery: 'retry',
    seconds: waitSeconds({ failures: tried.attempts + 1, retryAfterSeconds }),
    reason,
  }
}
