import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import type { Loop } from './loop.ts'
import { waitSeconds } from './retry.ts'

/** One of the things that a runner does: jobs, what comes in, what goes out. */
export interface Work {
  readonly loop: Loop
  /** nothing is under way and everything is written */
  readonly idle: boolean
  /** Keeps what is under way ours for another minute. */
  extendLeases(): Promise<void>
  /**
   * Lets what is under way come to its end, until `deadline` (as `performance.now()`), and gives everything back;
   * the loop has been stopped before.
   */
  finish(deadline: number): Promise<void>
}

/** What an error means for a piece of work. */
export type Failure =
  | { readonly fails: 'for-good'; readonly reason: string }
  | { readonly fails: 'for-now'; readonly reason: string; readonly seconds: number }

/**
 * A Refusal settles a piece of work: what we say no to once, we say no to again. Everything else is tried again, later
 * each time.
 * @param attempts failures so far, this one included
 */
export function failureFrom(error: unknown, attempts: number): Failure {
  if (error instanceof Refusal) return { fails: 'for-good', reason: error.code }
  const retryAfterSeconds = error instanceof Transient ? error.retryAfterSeconds : undefined
  return {
    fails: 'for-now',
    reason: error instanceof Error ? error.message : String(error),
    seconds: waitSeconds({ failures: attempts, retryAfterSeconds }),
  }
}
