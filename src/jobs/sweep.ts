import { sql } from 'kysely'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/connect.ts'
import { transact } from '../db/transact.ts'
import { hostLanes } from './deliveries.ts'
import { errandLanes } from './errands.ts'
import { inboxLanes } from './lane-jobs.ts'
import { turnSeen } from './seen.ts'

/** One process sweeps at a time, the others leave it to it. */
const SWEEPING = { space: 0x57454656, key: 1 }
const DEAD_DAYS = 7

/**
 * What stands behind the queue, once a minute: lanes that stand still with work in them, which would be a defect and is
 * logged as one; the turn of the seen-marks; dead letters older than a week.
 */
export async function sweep(db: Db, log: Log): Promise<void> {
  await transact(db, async (tx) => {
    const { rows } = await sql<{ mine: boolean }>`
      SELECT pg_try_advisory_xact_lock(${SWEEPING.space}::int, ${SWEEPING.key}::int) AS mine`.execute(tx)
    if (rows[0]?.mine !== true) return
    const lanes = [hostLanes, inboxLanes, errandLanes]
    let found = 0
    for (const each of lanes) found += await each.sweep(tx)
    if (found > 0) log.error('{found} lanes stood still with work in them; they were woken.', { found })
    const old = sql<Date>`now() - make_interval(days => ${DEAD_DAYS})`
    await tx.deleteFrom('dead_delivery').where('died_at', '<', old).execute()
    await tx.deleteFrom('dead_job').where('died_at', '<', old).execute()
  })
  if (await turnSeen(db)) log.info('The marks of what was seen more than a week ago were dropped.')
}
