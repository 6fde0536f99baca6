import { type Kysely, sql } from 'kysely'

/** Counters of sign-in attempts, shared by all processes. Nothing is lost when a crash empties an unlogged table. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE UNLOGGED TABLE rate_limit (
      key text COLLATE "C" PRIMARY KEY,
      points int NOT NULL DEFAULT 0,
      expire bigint
    )`.execute(db)
}
