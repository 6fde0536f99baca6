import { sql } from 'kysely'
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
  /** the column in which a lane remembers how it was left: what its worker says of it, or that it was given back at all */
  readonly remembers: 'standing' | 'tries'
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
  /**
   * Gives lanes back, to be claimed again at once, when their next row is due, or when they are woken.
   * @returns whether one of them is to be claimed again at once: somebody has to look, for nobody else is told
   */
  giveBack(db: Db, lanes: readonly GivenBack[]): Promise<boolean>
  /** Keeps the leases for another minute; returns the lanes that are still held. */
  extend(db: Db, lanes: readonly Held[]): Promise<Set<number>>
  /** Frees what a worker holds that is dead, or does not know of these lanes; returns how many that were. */
  free(db: Db, owner: number, except?: readonly number[]): Promise<number>
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

/** SQL: an array of the rows that `$1` (lanes) and `$2` (ids) name, each looked up by itself. */
export function named({ rows, key }: LaneTables): string {
  return `ARRAY(
    SELECT r.ctid FROM unnest($1::int[], $2::bigint[]) AS t (lane, id)
    CROSS JOIN LATERAL (SELECT ctid FROM ${rows} WHERE ${key} = t.lane AND id = t.id LIMIT 1) r)`
}

export function createLanes(tables: LaneTables): Lanes {
  const { name, queue, key, rows } = tables
  // Looked up by an array of keys, lanes are locked in the order of their keys, as when they are woken.
  const at = `array_position($1::int[], q.${key})`
  const ours = `q.${key} = ANY ($1::int[]) AND q.lease = ($2::bigint[])[${at}]`
  const remembered = {
    standing: `standing = COALESCE(($5::text[])[${at}], q.standing)`,
    tries: 'tries = 0',
  }[tables.remembers]
  const giveBack = statement(
    `${name}-give-back`,
    `UPDATE ${queue} q
     SET owner = NULL, ${remembered}, due_at = CASE
       WHEN ($4::float8[])[${at}] IS NOT NULL THEN now() + make_interval(secs => ($4::float8[])[${at}])
       WHEN q.wakes <> ($3::bigint[])[${at}]
         OR (SELECT 1 FROM ${rows} r WHERE r.${key} = q.${key} AND ${ready(tables)} LIMIT 1) = 1 THEN now()
       ELSE (SELECT min(r.not_before) FROM ${rows} r WHERE r.${key} = q.${key} AND r.not_before IS NOT NULL) END
     WHERE ${ours} RETURNING q.due_at <= now() AS due`,
  )
  const extend = statement(
    `${name}-extend`,
    `UPDATE ${queue} q SET due_at = now() + interval '${LEASE_SECONDS} s' WHERE ${ours} RETURNING q.${key} AS lane`,
  )
  return {
    async giveBack(db, all) {
      const lanes = latest(all)
      const values: unknown[] = [...keysOf(lanes), lanes.map((lane) => lane.wakes)]
      values.push(lanes.map((lane) => lane.waitSeconds ?? null))
      if (tables.remembers === 'standing') values.push(lanes.map((lane) => lane.standing ?? null))
      const given = await giveBack<{ due: boolean | null }>(db, values)
      return given.some(({ due }) => due === true)
    },
    async extend(db, lanes) {
      const kept = await extend<{ lane: number }>(db, keysOf(latest(lanes)))
      return new Set(kept.map((row) => row.lane))
    },
    async free(db, owner, except = []) {
      const { rows: freed } = await sql`
        UPDATE ${sql.table(queue)} SET due_at = now(), owner = NULL, lease = lease + 1
        WHERE ${sql.ref(key)} = ANY (ARRAY(
          SELECT ${sql.ref(key)} FROM ${sql.table(queue)}
          WHERE owner = ${owner} AND ${sql.ref(key)} <> ALL (${except}::int[]) ORDER BY 1 FOR UPDATE))
        RETURNING 1`.execute(db)
      return freed.length
    },
    async sweep(db) {
      const [lane, all, waiting] = [sql.ref(`s.${key}`), sql.ref(`r.${key}`), sql.table(rows)]
      const { rows: found } = await sql`
        UPDATE ${sql.table(queue)} SET due_at = now()
        WHERE ${sql.ref(key)} = ANY (ARRAY(
          SELECT ${lane} FROM ${sql.table(queue)} s
          WHERE due_at IS NULL AND EXISTS (SELECT 1 FROM ${waiting} r WHERE ${all} = ${lane})
          ORDER BY 1 FOR UPDATE SKIP LOCKED))
        RETURNING 1`.execute(db)
      return found.length
    },
  }
}

/** Who lost a lane may have claimed it anew, and come back with both leases: only the later one counts. */
function latest<Lane extends Held>(lanes: readonly Lane[]): Lane[] {
  const found = new Map<number, Lane>()
  for (const lane of lanes) {
    const other = found.get(lane.lane)
    if (!other || BigInt(lane.lease) > BigInt(other.lease)) found.set(lane.lane, lane)
  }
  return [...found.values()]
}

function keysOf(lanes: readonly Held[]): [number[], string[]] {
  return [lanes.map((lane) => lane.lane), lanes.map((lane) => lane.lease)]
}
