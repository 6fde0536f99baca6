import { type RawBuilder, sql } from 'kysely'
import { idAt } from '../../src/base/ids.ts'
import type { Db } from '../../src/db/connect.ts'

/** The id of the first of a crowd's posts; each later one was said a second after the one before. */
export const CROWD_BEGAN = new Date('2026-10-01T00:00:00Z')
const FIRST_ID = idAt(CROWD_BEGAN)

/** In SQL, the id of the post with a number, and when it was said. */
export const crowdId = (n: RawBuilder<unknown>) => sql`(${FIRST_ID}::bigint + ((${n}::bigint * 1000) << 16))`
export const crowdTime = (n: RawBuilder<unknown>) =>
  sql`(${CROWD_BEGAN}::timestamptz + ${n} * interval '1 second')`

/** People on fifty hosts elsewhere, by the numbers from 1; every other one may be found by what they say. */
export async function makeCrowd(db: Db, people: number): Promise<void> {
  await sql`INSERT INTO account (id, local, uri, url, name, host, handle_verified, display_name, discoverable, indexable)
    SELECT n, false, 'https://h' || n % 50 || '.example/users/' || n, 'https://h' || n % 50 || '.example/@p' || n,
      'p' || n, 'h' || n % 50 || '.example', true, 'Person ' || n, true, n % 2 = 0
    FROM generate_series(1, ${people}::int) AS n`.execute(db)
  await sql`INSERT INTO account_stat (account_id, posts, followers, following)
    SELECT n, 100, 10, 10 FROM generate_series(1, ${people}::int) AS n`.execute(db)
}

/**
 * Runs statements that would take long: without the triggers of foreign keys, and however long. Only what is made as a
 * whole may be made so.
 */
export async function inBulk(db: Db, work: (bulk: Db) => Promise<void>): Promise<void> {
  await db.connection().execute(async (bulk) => {
    const set = (name: string, value: string) =>
      sql`SELECT set_config(${name}, ${value}, false)`.execute(bulk)
    await set('statement_timeout', '0')
    await set('session_replication_role', 'replica')
    await set('maintenance_work_mem', '256MB')
    try {
      await work(bulk)
    } finally {
      await set('session_replication_role', 'origin')
      await set('statement_timeout', '30000')
    }
  })
}
