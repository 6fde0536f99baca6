import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { isPassing } from '../db/away.ts'
import type { Db } from '../db/connect.ts'
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

/** How often work that failed with the database is tried again at once: it may be what brings the database down. */
const AT_ONCE = 3
const DATABASE_PAUSE_MS = 300

/**
 * A Refusal settles a piece of work: what we say no to once, we say no to again. Everything else is tried again, later
 * each time; but soon, the first times, when only the database was away.
 * @param attempts failures so far, this one included
 */
export function failureFrom(error: unknown, attempts: number): Failure {
  if (error instanceof Refusal) return { fails: 'for-good', reason: error.code }
  const passing = isPassing(error) && attempts <= AT_ONCE
  const retryAfterSeconds = error instanceof Transient ? error.retryAfterSeconds : undefined
  return {
    fails: 'for-now',
    reason: error instanceof Error ? error.message : String(error),
    seconds: passing ? attempts : waitSeconds({ failures: attempts, retryAfterSeconds }),
  }
}

/** Waits for as long as the database is away, or until it is of no use any more. */
export async function untilDatabaseAnswers(db: Db, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    try {
      await sql`SELECT 1`.execute(db)
      return
    } catch {
      await sleep(DATABASE_PAUSE_MS)
    }
  }
}

/**
 * Makes the function through which work is claimed. A claim may be committed and its answer lost with the connection,
 * and what it took would then wait for its lease to end; so after a claim that failed, what is ours and not known here
 * is freed first.
 * @param settler when it is idle, nothing is ours any more that is not known here
 */
export function createClaiming(
  settler: { readonly idle: boolean },
  freeUnknown: () => Promise<unknown>,
): <T>(claim: () => Promise<T[]>) => Promise<T[]> {
  let unsure = false
  return async (claim) => {
    if (unsure) {
      if (!settler.idle) return []
      await freeUnknown()
    }
    unsure = true
    const claimed = await claim()
    unsure = false
    return claimed
  }
}
