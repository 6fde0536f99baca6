import { type Kysely, sql } from 'kysely'

/** What the lists of people here are read by, and who begins with some letters. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX block_account ON block (account_id, id)`.execute(db)
  await sql`CREATE INDEX activity_open_likes ON activity (account_id, id) WHERE kind = 'Like' AND public`.execute(
    db,
  )
}
