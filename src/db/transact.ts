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
  return untilItEnds(() => begin(db, work, plans))
}

/** What a transaction comes to, and what it asked last. */
export interface Ending<T, Last> {
  readonly result: T
  readonly last: Promise<Last>
}

/**
 * The same for work that ends by writing a row that many want, such as a count: that statement leaves together with the
 * commit, so others wait for the row as long as PostgreSQL takes to commit, and not until an answer has come and gone.
 * @throws what the last statement has thrown: PostgreSQL has made a rollback of the commit then
 */
export async function transactEnding<T, Last>(
  db: Db | Tx,
  work: (tx: Tx) => Promise<Ending<T, Last>>,
  { plans = 'each' }: { readonly plans?: Plans } = {},
): Promise<{ readonly result: T; readonly last: Last }> {
  const ended = async ({ result, last }: Ending<T, Last>) => ({ result, last: await last })
  if (db.isTransaction) return ended(await work(db as Tx))
  return untilItEnds(async () => {
    let last: Promise<Last> | undefined
    const whole = async (tx: Tx) => {
      const ending = await work(tx)
      last = ending.last
      last.catch(() => undefined)
      return ending
    }
    try {
      return await ended(await begin(db, whole, plans))
    } catch (error) {
      // That the commit came to nothing says less than why.
      await last
      throw error
    }
  })
}

async function begin<T>(db: Db | Tx, work: (tx: Tx) => Promise<T>, plans: Plans): Promise<T> {
  const planned = plans === 'each' ? work : plannedOnce(work)
  return db.transaction().execute(async (tx) => planned(await openly(tx)))
}

async function untilItEnds<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await transaction()
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
