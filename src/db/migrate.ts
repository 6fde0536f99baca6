import { promises as fs } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Migrator } from 'kysely/migration'
import { StartError } from '../base/start-error.ts'
import type { Db } from './connect.ts'

const MIGRATIONS = path.join(import.meta.dirname, '../../migrations')
const TABLE = 'kysely_migration'

/** "WEFT" and one: several processes that start together take their turn. */
const MIGRATING = { space: 0x57454654, key: 1 }

/**
 * Runs the migrations that the database lacks, all in one transaction: all of them or none. Safe to call from several
 * processes at once, and beside processes at work: a lock that cannot be had within ten seconds gives up instead of
 * holding everybody else up.
 * @returns the names of those that were run
 * @throws StartError when the database is newer than this program, or a migration failed
 */
export async function migrate(db: Db): Promise<string[]> {
  if (await isUpToDate(db)) return []
  return db.connection().execute(async (connection) => {
    await takeTurn(connection)
    try {
      await sql`SELECT set_config('lock_timeout', '10s', false), set_config('statement_timeout', '0', false)`.execute(
        connection,
      )
      return await runAll(connection)
    } finally {
      await sql`SELECT pg_advisory_unlock(${MIGRATING.space}::int, ${MIGRATING.key}::int)`.execute(connection)
      await sql`RESET lock_timeout`.execute(connection)
      await sql`RESET statement_timeout`.execute(connection)
    }
  })
}

/** The names of the migrations that the database lacks. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const done = new Set(await migrationsDone(db))
  return (await migrationsHere()).filter((name) => !done.has(name))
}

/** Neither behind this program nor ahead of it. What nearly every start finds, and without loading any migration. */
async function isUpToDate(db: Db): Promise<boolean> {
  return `${await migrationsDone(db)}` === `${await migrationsHere()}`
}

async function migrationsHere(): Promise<string[]> {
  const files = await fs.readdir(MIGRATIONS)
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.parse(file).name)
    .sort()
}

async function migrationsDone(db: Db): Promise<string[]> {
  const there = await sql`SELECT 1 WHERE to_regclass(${TABLE}) IS NOT NULL`.execute(db)
  if (there.rows.length === 0) return []
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM ${sql.table(TABLE)}`.execute(db)
  return rows.map((row) => row.name).sort()
}

/** Loaded only when there is something to do. */
async function migrator(db: Db): Promise<Migrator> {
  const { FileMigrationProvider, Migrator } = await import('kysely/migration')
  const provider = new FileMigrationProvider({ fs, path, migrationFolder: MIGRATIONS })
  return new Migrator({ db, provider, migrationTableName: TABLE })
}

/** Asks again and again instead of waiting in the lock, for waiting would count against `statement_timeout`. */
async function takeTurn(db: Db): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ mine: boolean }>`
      SELECT pg_try_advisory_lock(${MIGRATING.space}::int, ${MIGRATING.key}::int) AS mine`.execute(db)
    if (rows[0]?.mine === true) return
    await sleep(100)
  }
}

async function runAll(db: Db): Promise<string[]> {
  const { error, results = [] } = await (await migrator(db)).migrateToLatest()
  if (error === undefined) return results.map((result) => result.migrationName)
  const failed = results.find((result) => result.status === 'Error')
  const reason = error instanceof Error ? error.message : String(error)
  throw new StartError(
    failed === undefined
      ? `The database does not fit this version of Weft: ${reason}.`
      : `The migration ${failed.migrationName} failed, and nothing was changed: ${reason}.`,
    { cause: error },
  )
}
