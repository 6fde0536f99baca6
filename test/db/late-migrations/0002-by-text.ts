import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE word ADD COLUMN said_by int`.execute(db)
}

export const concurrently = {
  word_text: async (db: Kysely<unknown>) => {
    await sql`CREATE UNIQUE INDEX CONCURRENTLY word_text ON word (text)`.execute(db)
  },
}
