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
 * Given a transaction, `work` is a part of it: whoever began it commits, or begins again.
 */
export async function transact<T>(db: Db | Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  if (db.isTransaction) return work(db as Tx)
  for (let attempt = 0; ; attempt++) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      const code = (error as { code?: unknown }).code
      if (attempt >= 2 || (code !== DEADLOCK && code !== SERIALIZATION)) throw error
    }
  }
}
