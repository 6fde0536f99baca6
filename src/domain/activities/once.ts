import type { ActivityId, AttachmentId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { deleteOnces, insertOnce, lockOnce, type OnceOnly, selectOnce } from './once-store.ts'

export type { OnceOnly }

const KEPT_HOURS = 24
const FORGOTTEN_AT_ONCE = 5000

/**
 * The activity that this very request led to, or the file, if it has come before.
 * @throws Refusal 'request.key-reused' when another request came with its key
 */
export async function findOnce(db: Db, once: OnceOnly): Promise<ActivityId | undefined> {
  const known = await selectOnce(db, once)
  if (known && known.bodyHash !== once.bodyHash) refuse('request.key-reused')
  return known?.activityId
}

/**
 * The same within the transaction that carries it out, which nobody else does at the same time.
 * @throws Refusal 'request.in-flight' when somebody does, 'request.key-reused'
 */
export async function claimOnce(tx: Tx, once: OnceOnly): Promise<ActivityId | undefined> {
  if (!(await lockOnce(tx, once))) refuse('request.in-flight')
  return findOnce(tx, once)
}

/** It was carried out, and led to this activity, or to a file. */
export async function keepOnce(
  world: Pick<World, 'clock'>,
  tx: Tx,
  once: OnceOnly,
  id: ActivityId | AttachmentId,
): Promise<void> {
  await insertOnce(tx, once, id as string as ActivityId, world.clock.now())
}

/** Forgets requests that no app repeats any more. Run now and then. */
export async function forgetOnces(world: Pick<World, 'db' | 'clock'>): Promise<void> {
  const before = new Date(world.clock.now().getTime() - KEPT_HOURS * 3_600_000)
  await deleteOnces(world.db, before, FORGOTTEN_AT_ONCE)
}
