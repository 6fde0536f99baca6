import { sql } from 'kysely'
import type pg from 'pg'
import type { Log } from '../base/log.ts'
import { StartError } from '../base/start-error.ts'
import type { Db } from './connect.ts'
import { openSession } from './session.ts'

/** The first half of the advisory lock that each living process holds; the second is its slot. */
export const SLOT_LOCKS = 0x57454655
const SLOTS = 64

export interface Slot extends AsyncDisposable {
  /** 0 to 63, shared with no other living process on this database */
  readonly slot: number
}

export interface SlotOptions {
  /** Called when the connection broke and another process had the slot before us: no id may be made any more. */
  readonly onLost?: () => void
  readonly log?: Log
}

/**
 * Takes a number that no other living process on this database has: it keeps their ids apart, and shows whether the
 * holder of a lease still lives. Held by an advisory lock for as long as the connection lives, and taken again, the
 * same one, when the connection had to be made anew.
 * @throws StartError when all 64 are taken
 */
export async function takeSlot(url: string, options: SlotOptions = {}): Promise<Slot> {
  let slot: number | undefined
  const session = await openSession({
    url,
    applicationName: 'weft slot',
    ...(options.log && { log: options.log }),
    async prepare(client) {
      if (slot === undefined) slot = await takeAny(client)
      else if (!(await take(client, slot))) options.onLost?.()
    },
  })
  if (slot === undefined) throw new Error('unreachable: a session without a slot')
  return { slot, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() }
}

/** The slots of all living processes. */
export async function liveSlots(db: Db): Promise<number[]> {
  const { rows } = await sql<{ slot: number }>`
    SELECT objid::int AS slot FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = ${SLOT_LOCKS}::int::oid
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY 1`.execute(db)
  return rows.map((row) => row.slot)
}

/** Begins anywhere, so that a slot which was just lost is rarely the one that a newcomer finds first. */
async function takeAny(client: pg.Client): Promise<number> {
  const first = Math.floor(Math.random() * SLOTS)
  for (let step = 0; step < SLOTS; step++) {
    const slot = (first + step) % SLOTS
    if (await take(client, slot)) return slot
  }
  throw new StartError(`All ${SLOTS} process slots of this database are taken.`)
}

async function take(client: pg.Client, slot: number): Promise<boolean> {
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1, $2) AS taken', [SLOT_LOCKS, slot])
  return rows[0]?.taken === true
}
