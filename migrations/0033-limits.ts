import { type Kysely, sql } from 'kysely'

/** What is counted by all processes together is swept by when it ends. */
export async function up(): Promise<void> {}

export const concurrently = {
  rate_limit_expire: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY rate_limit_expire ON rate_limit (expire)`.execute(db)
  },
}
