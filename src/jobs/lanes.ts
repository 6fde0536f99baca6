import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import type { Standing } from '../db/tables/queue.ts'

/**
 * A queue of lanes. What is scheduled and leased is the lane, never the row; so one worker at a time sees to a lane's
 * rows, and a lane that must wait costs one row whatever stands in it.
 *
 * Two counters keep two workers apart. `lease` goes up with each claim: whoever comes back with an older one has lost
 * the lane, and changes nothing. `wakes` goes up whenever rows were put in: if it has changed since the claim, the lane
 * is given back as due, even where the rows cannot be seen yet. Without it a lane that is given back just when rows are
 * being committed would stand still with work in it.
 */
export interface LaneTables {
  /** prefix of the statements' names */
  readonly name: string
  /** the table with one row per lane, and its key column, which the rows share */
  readonly queue: string
  readonly key: string
  readonly rows: string
  /** SQL: may new rows bring lane `q` forward although it waits? */
  readonly forward: string
  /** SQL: does row `e`, which waits, hold back row `r`, a later one of its subject? */
  readonly holdsBack: string
  /** SQL: what giving back sets beside the schedule; `t.standing` is what the worker says */
  readonly settled: string
}

/** How long a claim lasts when nobody extends it. */
export const LEASE_SECONDS = 60

/** A lane as its holder knows it. */
export interface Held {
  readonly lane: number
  readonly lease: string
  readonly wakes: string
}

export interface GivenBack extends Held {
  /** do not look before so many seconds have passed, whatever stands in it */
  readonly waitSeconds?: number | undefined
  readonly standing?: Standing | undefined
}

export interface Lanes {
  /** Gives lanes back, to be claimed again at once, when their next row is due, or when they are woken. */
  giveBack(db: Db, lanes: readonly GivenBack[]): Promise<void>
  /** Keeps the leases for another minute; returns the lanes that are still held. */
  extend(db: Db, lanes: readonly Held[]): Promise<Set<number>>
  /** Frees what a dead worker held; returns how many lanes that were. */
  free(db: Db, owner: number): Promise<number>
  /** Finds lanes that stand still with work in them, which must never be; returns how many there were. */
  sweep(db: Db): Promise<number>
}

/** SQL: is row `r` ready to be worked on? */
export function ready({ rows, key, holdsBack }: LaneTables): string {
  return `(r.not_before IS NULL OR r.not_before <= now())
    AND NOT EXISTS (
      SELECT 1 FROM ${rows} e
      WHERE e.${key} = r.${key} AND e.subject = r.subject AND e.id < r.id
        AND e.not_before > now() AND ${holdsBack})`
}

/**
 * SQL: wakes the lanes that `source` names, in the order of their keys, so that two who wake the same lanes never wait
 * for each other.
 */
export function wake({ queue, key, forward }: LaneTables, source: string): string {
  return `INSERT INTO ${queue} AS q (${key}, due_at)
    SELECT DISTINCT ${key}, now() FROM ${source} ORDER BY 1
    ON CONFLICT (${key}) DO UPDATE SET
      wakes = q.wakes + 1,
      due_at = CASE WHEN q.due_at IS NULL THEN now()
        WHEN q.owner IS NULL AND ${forward} THEN LEAST(q.due_at, now())
        ELSE q.due_at END`
}

/**
 * SQL: the common table `c` with the lanes that are claimed for worker `$1`. It holds `lane`, `lease`, `wakes` and what
 * `returning` adds; lanes in which nothing is ready are among them.
 */
export function claim({ queue, key }: LaneTables, picked: string, set = '', returning = ''): string {
  return `c AS (
    UPDATE ${queue} q
    SET due_at = now() + interval '${LEASE_SECONDS} s', lease = q.lease + 1, owner = $1${set}
    WHERE q.${key} = ANY (${picked})
    RETURNING q.${key} AS lane, q.lease, q.wakes${returning})`
}

/** SQL: an array of up to `limit` lanes that are due, oldest first, passing over what others are just claiming. */
export function due({ queue, key }: LaneTables, limit: string, condition = 'true'): string {
  return `ARRAY(
    SELECT ${key} FROM ${queue} WHERE due_at <= now() AND ${condition}
    ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`
}

export function createLanes(tables: LaneTables): Lanes {
  const { name, queue, key, rows } = tables
  // Locked in the order of their keys, as when they are woken.
  const held = `
    held AS MATERIALIZED (
      SELECT t.* FROM ${queue} q JOIN t ON q.${key} = t.lane AND q.lease = t.lease
      ORDER BY q.${key} FOR UPDATE OF q)`
  const giveBack = statement(
    `${name}-give-back`,
    `WITH t AS (
       SELECT * FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::float8[], $5::text[])
         AS t (lane, lease, wakes, wait, standing)),
     ${held}
     UPDATE ${queue} q
     SET owner = NULL, ${tables.settled}, due_at = CASE
       WHEN t.wait IS NOT NULL THEN now() + make_interval(secs => t.wait)
       WHEN q.wakes <> t.wakes
         OR EXISTS (SELECT 1 FROM ${rows} r WHERE r.${key} = q.${key} AND ${ready(tables)}) THEN now()
       ELSE (SELECT min(r.not_before) FROM ${rows} r WHERE r.${key} = q.${key} AND r.not_before IS NOT NULL) END
     FROM held t WHERE q.${key} = t.lane`,
  )
  const extend = statement(
    `${name}-extend`,
    `WITH t AS (SELECT * FROM unnest($1::int[], $2::bigint[]) AS t (lane, lease)),
     ${held}
     UPDATE ${queue} q SET due_at = now() + interval '${LEASE_SECONDS} s'
     FROM held t WHERE q.${key} = t.lane RETURNING q.${key} AS lane`,
  )
  const free = statement(
    `${name}-free`,
    `UPDATE ${queue} q SET due_at = now(), owner = NULL, lease = lease + 1
     WHERE ${key} = ANY (ARRAY(SELECT ${key} FROM ${queue} WHERE owner = $1 ORDER BY 1 FOR UPDATE))
     RETURNING ${key}`,
  )
  const sweep = statement(
    `${name}-sweep`,
    `UPDATE ${queue} q SET due_at = now()
     WHERE ${key} = ANY (ARRAY(
       SELECT ${key} FROM ${queue} s
       WHERE due_at IS NULL AND EXISTS (SELECT 1 FROM ${rows} r WHERE r.${key} = s.${key})
       ORDER BY 1 FOR UPDATE SKIP LOCKED))
     RETURNING ${key}`,
  )
  return {
    async giveBack(db, lanes) {
      await giveBack(db, [
        lanes.map((lane) => lane.lane),
        lanes.map((lane) => lane.lease),
        lanes.map((lane) => lane.wakes),
        lanes.map((lane) => lane.waitSeconds ?? null),
        lanes.map((lane) => lane.standing ?? null),
      ])
    },
    async extend(db, lanes) {
      const kept = await extend<{ lane: number }>(db, [
        lanes.map((lane) => lane.lane),
        lanes.map((lane) => lane.lease),
      ])
      return new Set(kept.map((row) => row.lane))
    },
    free: async (db, owner) => (await free(db, [owner])).length,
    sweep: async (db) => (await sweep(db, [])).length,
  }
}
