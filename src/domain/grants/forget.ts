import type { World } from '../world.ts'
import { deleteOldCodes, deleteOldGrants, deleteOldProofs, deleteOldTokens } from './sweep-store.ts'

const DAY = 86_400_000
/** A code that comes again is known as long as this, for what came of it has to end then. */
const CODES_KEPT_MS = DAY
/** What was ended can still be seen for a while. */
const ENDED_KEPT_MS = 30 * DAY
/** An app that gives itself a token which never ends, and does not use it, takes another one when it comes again. */
const IDLE_KEPT_MS = 90 * DAY
const AT_ONCE = 5000
/** A proof is a row, and a busy app proves many times a second: what is left after so many times waits for the next. */
const MOST_TIMES = 200

/**
 * Forgets tokens, codes and proofs that have run out, and grants that have ended. A refresh token that was used is kept
 * until it would have run out: only so is it known when it comes again. Run now and then.
 */
export async function forgetGrants(world: Pick<World, 'db' | 'clock'>): Promise<void> {
  const { db } = world
  const now = world.clock.now()
  const before = (ms: number) => new Date(now.getTime() - ms)
  await untilDone(() => deleteOldProofs(db, now, AT_ONCE))
  await untilDone(() => deleteOldTokens(db, now, AT_ONCE))
  await untilDone(() => deleteOldCodes(db, before(CODES_KEPT_MS), AT_ONCE))
  const old = { now, endedBefore: before(ENDED_KEPT_MS), idleSince: before(IDLE_KEPT_MS) }
  await untilDone(() => deleteOldGrants(db, old, AT_ONCE))
}

async function untilDone(work: () => Promise<number>): Promise<void> {
  for (let times = 0; times < MOST_TIMES; times++) if ((await work()) < AT_ONCE) return
}
