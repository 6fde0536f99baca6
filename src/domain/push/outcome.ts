import type { World } from '../world.ts'
import { clearFailures, countFailure, deleteFailing, deleteSubscription } from './store.ts'

/** Whoever took nothing for a week, however often we tried, is there no more. */
const FAILURES = 10
const FAILING_MS = 7 * 24 * 60 * 60 * 1000

/** An app was told something. */
export async function noteTold(world: Pick<World, 'db'>, id: number, failures: number): Promise<void> {
  if (failures > 0) await clearFailures(world.db, id)
}

/** A message was not taken. A subscription that goes on like this is given up. */
export async function noteNotTold({ db, clock }: Pick<World, 'db' | 'clock'>, id: number): Promise<void> {
  const now = clock.now()
  await countFailure(db, id, now)
  await deleteFailing(db, id, { failures: FAILURES, since: new Date(now.getTime() - FAILING_MS) })
}

/** There is nobody any more to be told. */
export async function endSubscription(world: Pick<World, 'db'>, id: number): Promise<void> {
  await deleteSubscription(world.db, id)
}
