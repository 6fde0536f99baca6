import type { Transaction } from 'kysely'
import type { Db } from './connect.ts'
import type { Database } from './tables/database.ts'

/** The database within a transaction. */
export type Tx = Transaction<Database>

const DEADLOCK = '40P01'
const SERIALIZATION = '40001'

/**
 * Runs `work` in one transaction and commits it; whatever it throws rolls everything back and is thrown on.
 * A deadlock is run again, twice at most, so `work` must do nothing but SQL: never the network, never a message.
 */
export async function transact<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      const code = (error as { code?: unknown }).code
      if (attempt >= 2 || (code !== DEADLOCK && code !== SERIALIZATION)) throw error
    }
  }
}
