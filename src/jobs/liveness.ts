import type { Db } from '../db/connect.ts'
import { SLOT_LOCKS } from '../db/slot.ts'
import { statement } from '../db/statement.ts'
import { hostLanes } from './deliveries.ts'
import { errandLanes } from './errands.ts'
import { freeJobs } from './job-rows.ts'
import { inboxLanes } from './lane-jobs.ts'

/** Every living process holds the advisory lock of its slot. */
const LOCKED = `EXISTS (
  SELECT 1 FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND classid = ${SLOT_LOCKS}::oid AND objsubid = 2 AND objid = slot::oid
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`

const register = statement(
  'worker-register',
  `INSERT INTO worker (slot) VALUES ($1) ON CONFLICT (slot) DO UPDATE SET started_at = now()`,
)
const unregister = statement('worker-unregister', 'DELETE FROM worker WHERE slot = $1')
/** Those that are gone, and this one itself. */
const findDead = statement('worker-dead', `SELECT slot FROM worker WHERE slot = $1 OR NOT ${LOCKED}`)
const bury = statement('worker-bury', `DELETE FROM worker WHERE slot = $1 AND NOT ${LOCKED}`)

/** Announces a worker, and frees what the last holder of its slot may have left behind. */
export async function enlist(db: Db, slot: number): Promise<void> {
  await freeAll(db, slot)
  await register(db, [slot])
}

/** It holds nothing any more. */
export async function discharge(db: Db, slot: number): Promise<void> {
  await unregister(db, [slot])
}

/**
 * Looks after the other workers. One whose lock was gone twice in a row has died, and what it held is freed; once
 * is not enough, since all locks are gone for a moment when PostgreSQL restarts.
 */
export function createWatch(db: Db, slot: number): { look(): Promise<number> } {
  let missing = new Set<number>()
  return {
    async look() {
      const found = (await findDead<{ slot: number }>(db, [slot])).map((row) => row.slot)
      // Others may have taken this one for dead while its connection was being made anew.
      if (!found.includes(slot)) await register(db, [slot])
      const dead = found.filter((one) => one !== slot)
      const twice = dead.filter((one) => missing.has(one))
      missing = new Set(dead)
      let freed = 0
      for (const one of twice) {
        freed += await freeAll(db, one)
        await bury(db, [one])
      }
      return freed
    },
  }
}

/** Returns how many leases were freed. */
async function freeAll(db: Db, slot: number): Promise<number> {
  const lanes = (await inboxLanes.free(db, slot)) + (await hostLanes.free(db, slot))
  return lanes + (await errandLanes.free(db, slot)) + (await freeJobs(db, slot))
}
