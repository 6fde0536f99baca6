import { Kysely } from 'kysely'
import pg from 'pg'
import { watchConnections, watchStatements } from './away.ts'
import { EagerDialect } from './eager.ts'
import { nameOften, nameStatements } from './names.ts'
import { sendTogether } from './send-together.ts'
import type { Database } from './tables/database.ts'

/**
 * The database. Readers take a `Db`, and a `Tx` (db/transact.ts) will do for one; writers that must share a
 * transaction ask for a `Tx`, and a plain `Db` does not compile there.
 */
export type Db = Kysely<Database>

export interface DbOptions {
  /** a PostgreSQL connection string, or the folder of a private socket as `postgres://user@/name?host=/folder` */
  readonly url: string
  readonly maxConnections: number
  readonly applicationName: string
  readonly statementTimeoutMs?: number
  /** PostgreSQL's settings for each of its connections, such as how it plans */
  readonly settings?: Readonly<Record<string, string>>
  /** true: whatever is asked again and again is parsed once on each connection, not only what was given a name */
  readonly namesOften?: boolean
}

/**
 * How every connection plans. Disks of today find a page anywhere nearly as fast as the next one; and a plan made while
 * a table was small must not read it from end to end when it is so no more, for named statements keep theirs until
 * somebody analyses the table.
 */
const plans: Readonly<Record<string, string>> = { random_page_cost: '1.1', enable_seqscan: 'off', jit: 'off' }

/** Opens a pool. Big integers come back as decimal strings, which is what an id is everywhere in Weft. */
export function connect(options: DbOptions): Db {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    idle_in_transaction_session_timeout: 60_000,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // So that a transaction begins with its first statement, in one message (`eager.ts`).
    pipeline: true,
  })
  const nameOf = options.namesOften ? nameOften() : undefined
  // A connection that dies while idle is replaced by the pool at the next query; without a listener it ends the process.
  pool.on('error', () => undefined)
  watchConnections(pool)
  pool.on('connect', (client) => {
    // The same holds while it is lent out: whoever uses it hears of it by the query that fails.
    client.on('error', () => undefined)
    sendTogether(client)
    nameStatements(client, nameOf)
    watchStatements(client)
    applySettings(client, { ...plans, ...options.settings })
  })
  return new Kysely<Database>({ dialect: new EagerDialect({ pool }) })
}

/** Asked before anything else can be, for a connection answers in order; one that breaks over it is of no use anyway. */
function applySettings(client: pg.PoolClient, settings: Readonly<Record<string, string>>): void {
  const apply = 'SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS t (name, value)'
  client.query(apply, [Object.keys(settings), Object.values(settings)]).catch(() => undefined)
}
