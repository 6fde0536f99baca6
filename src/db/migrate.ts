import { promises as fs } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Migration, Migrator } from 'kysely/migration'
import { StartError } from '../base/start-error.ts'
import type { Db } from './connect.ts'
import {
  buildIndexes,
  type LateIndexes,
  noteIndexes,
  readyForIndexes,
  waitingIndexes,
} from './late-indexes.ts'

const MIGRATIONS = path.join(import.meta.dirname, '../../migrations')
const TABLE = 'kysely_migration'

/** "WEFT" and one: several processes that start together take their turn. */
const MIGRATING = { space: 0x57454654, key: 1 }

/**
 * Runs the migrations that the database lacks, all in one transaction: all of them or none; then builds the indexes that
 * they leave for afterwards. Safe to call from several processes at once, and beside processes at work: a lock that
 * cannot be had within ten seconds gives up instead of holding everybody else up.
 * @param folder where the migrations are, if not where ours are
 * @returns the names of those that were run
 * @throws StartError when the database is newer than this program, a migration failed, or an index could not be built
 */
export async function migrate(db: Db, folder: string = MIGRATIONS): Promise<string[]> {
  if (await isUpToDate(db, folder)) return []
  return db.connection().execute(async (connection) => {
    await takeTurn(connection)
    try {
      await sql`SELECT set_config('lock_timeout', '10s', false), set_config('statement_timeout', '0', false)`.execute(
        connection,
      )
      const ran = await runAll(connection, folder)
      await buildIndexes(connection, async (name) => (await load(folder)).get(name)?.concurrently ?? {})
      return ran
    } finally {
      await sql`SELECT pg_advisory_unlock(${MIGRATING.space}::int, ${MIGRATING.key}::int)`.execute(connection)
      await sql`RESET lock_timeout`.execute(connection)
      await sql`RESET statement_timeout`.execute(connection)
    }
  })
}

/** The names of the migrations that the database lacks, or lacks an index of. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const done = new Set(await migrationsDone(db))
  const half = new Set((await waitingIndexes(db)).map(({ migration }) => migration))
  return (await migrationsHere(MIGRATIONS)).filter((name) => !done.has(name) || half.has(name))
}

/** Neither behind this program nor ahead of it. What nearly every start finds, and without loading any migration. */
async function isUpToDate(db: Db, folder: string): Promise<boolean> {
  if (`${await migrationsDone(db)}` !== `${await migrationsHere(folder)}`) return false
  return (await waitingIndexes(db)).length === 0
}

async function migrationsHere(folder: string): Promise<string[]> {
  const files = await fs.readdir(folder)
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
async function migrator(db: Db, folder: string): Promise<Migrator> {
  const { Migrator } = await import('kysely/migration')
  const provider = {
    async getMigrations(): Promise<Record<string, Migration>> {
      const found = [...(await load(folder))].map(([name, migration]): [string, Migration] => [
        name,
        {
          async up(tx) {
            await migration.up(tx)
            await noteIndexes(tx, name, migration.concurrently)
          },
        },
      ])
      return Object.fromEntries(found)
    },
  }
  return new Migrator({ db, provider, migrationTableName: TABLE })
}

interface File extends Migration {
  readonly concurrently?: LateIndexes
}

async function load(folder: string): Promise<Map<string, File>> {
  const { FileMigrationProvider } = await import('kysely/migration')
  const provider = new FileMigrationProvider({ fs, path, migrationFolder: folder })
  return new Map(Object.entries(await provider.getMigrations()))
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

async function runAll(db: Db, folder: string): Promise<string[]> {
  await readyForIndexes(db)
  const { error, results = [] } = await (await migrator(db, folder)).migrateToLatest()
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
