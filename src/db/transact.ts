import { type KyselyProps, sql, Transaction } from 'kysely'
import type { Db } from './connect.ts'
import type { Database } from './tables/database.ts'
import { together } from './together.ts'

/** The database within a transaction. */
export type Tx = Transaction<Database>

const DEADLOCK = '40P01'
const SERIALIZATION = '40001'

/**
 * `each`: PostgreSQL plans a statement for the values that it comes with, when it thinks that worth it. `once`: one plan
 * of each named statement serves all values. For what looks up every row by its key, where to plan takes longer than to do.
 */
export type Plans = 'each' | 'once'

/**
 * Runs `work` in one transaction and commits it; whatever it throws rolls everything back and is thrown on.
 * A deadlock is run again, twice at most, so `work` must do nothing but SQL: never the network, never a message.
 * Given a transaction, `work` is a part of it: whoever began it commits, or begins again.
 */
export async function transact<T>(
  db: Db | Tx,
  work: (tx: Tx) => Promise<T>,
  { plans = 'each' }: { readonly plans?: Plans } = {},
): Promise<T> {
  if (db.isTransaction) return work(db as Tx)
  const planned = plans === 'each' ? work : plannedOnce(work)
  for (let attempt = 0; ; attempt++) {
    try {
      return await db.transaction().execute(async (tx) => planned(await openly(tx)))
    } catch (error) {
      const code = (error as { code?: unknown }).code
      if (attempt >= 2 || (code !== DEADLOCK && code !== SERIALIZATION)) throw error
    }
  }
}

function plannedOnce<T>(work: (tx: Tx) => Promise<T>): (tx: Tx) => Promise<T> {
  return async (tx) => {
    const set = sql`SET LOCAL plan_cache_mode = force_generic_plan`.execute(tx)
    const [, result] = await together(set, work(tx))
    return result
  }
}

/**
 * The same transaction, whose statements are sent in the order in which they are asked for, as they come: Kysely by itself
 * sends each only once the one before it is answered. PostgreSQL carries them out in that order, and after one that fails
 * refuses all the rest.
 */
async function openly(tx: Tx): Promise<Tx> {
  const executor = tx.getExecutor()
  const provider = await executor.provideConnection(async (connection) => ({
    provideConnection: <T>(consumer: (on: typeof connection) => Promise<T>) => consumer(connection),
  }))
  // Only what begins transactions asks for more, and this is one.
  const props = { config: {}, dialect: {}, driver: {}, executor: executor.withConnectionProvider(provider) }
  return new Transaction<Database>(props as unknown as KyselyProps)
}
