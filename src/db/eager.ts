import { type DatabaseConnection, PostgresDialect, type PostgresDialectConfig, PostgresDriver } from 'kysely'

type Settings = Parameters<PostgresDriver['beginTransaction']>[1]

/**
 * Lets a transaction begin with its first statement, in one message: a `begin` can fail only as its connection does, and
 * then so does what comes after it.
 */
class EagerDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection, settings: Settings): Promise<void> {
    super.beginTransaction(connection, settings).catch(() => undefined)
  }
}

/** PostgreSQL, as the query builder speaks to it. */
export class EagerDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig

  constructor(config: PostgresDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): PostgresDriver {
    return new EagerDriver(this.#config)
  }
}
