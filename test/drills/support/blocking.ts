import { sql } from 'kysely'
import type { Db } from '../../../src/db/connect.ts'
import { eventually } from '../../support/weft.ts'

/** A table that nobody can write until it is released; what wants to, waits in the middle of what it does. */
export interface Blocked extends AsyncDisposable {
  /** Resolves when so many connections wait for it; the process that holds each of them is in the act. */
  waitedFor(by: number, patienceMs?: number): Promise<void>
  release(): Promise<void>
}

/** @param mode `SHARE` lets others read, `ACCESS EXCLUSIVE` does not */
export async function block(
  db: Db,
  table: string,
  mode: 'SHARE' | 'ACCESS EXCLUSIVE' = 'SHARE',
): Promise<Blocked> {
  const locked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const holding = db.transaction().execute(async (tx) => {
    await sql`LOCK TABLE ${sql.table(table)} IN ${sql.raw(mode)} MODE`.execute(tx)
    // Longer than any session may be idle in a transaction.
    await sql`SET LOCAL idle_in_transaction_session_timeout = 0`.execute(tx)
    locked.resolve()
    await released.promise
  })
  holding.catch(locked.reject)
  await locked.promise
  const release = async () => {
    released.resolve()
    await holding
  }
  return {
    async waitedFor(by, patienceMs = 30_000) {
      await eventually(async () => {
        const { rows } = await sql<{ n: number }>`
          SELECT count(DISTINCT pid)::int AS n FROM pg_locks
          WHERE NOT granted AND relation = ${table}::regclass
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(db)
        if ((rows[0]?.n ?? 0) < by) throw new Error(`nobody waits for ${table} yet`)
      }, patienceMs)
    },
    release,
    [Symbol.asyncDispose]: release,
  }
}
