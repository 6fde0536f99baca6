import { sql } from 'kysely'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'

/** What one process has counted of something since it last told the others. */
export interface Share {
  /** who, and what of */
  readonly key: string
  readonly points: number
  /** when the window ends that it was counted in, in milliseconds; holds where no other one is open */
  readonly until: number
}

/** What all processes together have counted. */
export interface Total {
  readonly key: string
  readonly points: number
  readonly until: number
}

// In one order, so that two processes that tell at once wait for each other instead of for ever.
const add = statement(
  'limits-add',
  `INSERT INTO rate_limit AS had (key, points, expire)
  SELECT key, points, expire FROM unnest($1::text[], $2::int[], $3::bigint[]) AS new (key, points, expire) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET
    points = CASE WHEN had.expire > $4::bigint THEN had.points + excluded.points ELSE excluded.points END,
    expire = CASE WHEN had.expire > $4::bigint THEN had.expire ELSE excluded.expire END
  RETURNING key, points, expire AS until`,
)

/** Adds what was counted here to what others have; a window that is over begins anew. */
export async function addShares(db: Db, shares: readonly Share[], now: number): Promise<readonly Total[]> {
  const rows = await add<{ key: string; points: number; until: string }>(db, [
    shares.map(({ key }) => key),
    shares.map(({ points }) => points),
    shares.map(({ until }) => until),
    now,
  ])
  return rows.map(({ until, ...total }) => ({ ...total, until: Number(until) }))
}

/** Some of those whose window is over; how many that were. */
export async function deleteOver(db: Db, now: number, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM rate_limit WHERE key = ANY (ARRAY(
      SELECT key FROM rate_limit WHERE expire <= ${now}::bigint LIMIT ${limit}
      FOR UPDATE SKIP LOCKED)) AND expire <= ${now}::bigint`.execute(db)
  return Number(numAffectedRows ?? 0)
}
