import { type Kysely, sql } from 'kysely'
import { StartError } from '../base/start-error.ts'
import type { Db } from './connect.ts'

/**
 * What a migration may export as `concurrently`, beside its `up`: indexes on tables that are in use, by their names.
 * Each is made by one CREATE INDEX CONCURRENTLY after the transaction of the migrations, so that nobody who writes waits
 * for it. It has to be right however long it is not there yet, and is never unique where an ON CONFLICT needs it.
 */
export type LateIndexes = Readonly<Record<string, (db: Kysely<unknown>) => Promise<void>>>

/** Those that are still to be built, so that a crash in between leaves none out. */
const TABLE = 'index_to_build'

/** Waiting for long transactions of others holds nobody up here; only a start that never ends helps no one. */
const PATIENCE = '10min'

export async function readyForIndexes(db: Db): Promise<void> {
  await sql`
    CREATE TABLE IF NOT EXISTS ${sql.table(TABLE)} (
      name text COLLATE "C" PRIMARY KEY,
      migration text COLLATE "C" NOT NULL
    )`.execute(db)
}

/** Writes down, in the transaction of its migration, what is to be built once that has committed. */
export async function noteIndexes(
  db: Kysely<unknown>,
  migration: string,
  indexes: LateIndexes = {},
): Promise<void> {
  for (const name of Object.keys(indexes)) {
    await sql`INSERT INTO ${sql.table(TABLE)} (name, migration) VALUES (${name}, ${migration})
      ON CONFLICT (name) DO NOTHING`.execute(db)
  }
}

interface Waiting {
  readonly name: string
  readonly migration: string
}

/** The indexes that are still to be built, in the order of their migrations. */
export async function waitingIndexes(db: Db): Promise<readonly Waiting[]> {
  const there = await sql`SELECT 1 WHERE to_regclass(${TABLE}) IS NOT NULL`.execute(db)
  if (there.rows.length === 0) return []
  const { rows } = await sql<Waiting>`
    SELECT name, migration FROM ${sql.table(TABLE)} ORDER BY migration, name`.execute(db)
  return rows
}

/**
 * Builds what is still to be built. A build that was broken off leaves an index that nothing uses and every write has to
 * keep: it is dropped, and built anew. Never within a transaction, and by one process at a time.
 * @throws StartError when one cannot be built; the next start goes on with it
 */
export async function buildIndexes(
  db: Db,
  indexesOf: (migration: string) => Promise<LateIndexes>,
): Promise<void> {
  const waiting = await waitingIndexes(db)
  if (waiting.length === 0) return
  await sql`SELECT set_config('lock_timeout', ${PATIENCE}, false)`.execute(db)
  for (const { name, migration } of waiting) {
    try {
      const build = (await indexesOf(migration))[name]
      if (!build) throw new Error('the migration does not say how')
      if (!(await isValid(db, name))) {
        await sql`DROP INDEX CONCURRENTLY IF EXISTS ${sql.id(name)}`.execute(db)
        await build(db as unknown as Kysely<unknown>)
      }
      await sql`DELETE FROM ${sql.table(TABLE)} WHERE name = ${name}`.execute(db)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new StartError(
        `The index ${name} of the migration ${migration} could not be built, which the next start tries again: ${reason}.`,
        { cause: error },
      )
    }
  }
}

async function isValid(db: Db, name: string): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(${name}) AND indisvalid`.execute(db)
  return rows.length > 0
}
