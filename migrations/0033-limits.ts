import { type Kysely, sql } from 'kysely'

/**
 * What is counted by all processes together is swept by when it ends. What an activity is about is kept beside it, so
 * that no narrowed list has to read all that an app wrote.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE activity ADD COLUMN object_uri text COLLATE "C", ADD COLUMN object_types text[]`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN activity.object_types IS 'null where nobody has looked yet'`.execute(db)
  await sql`ALTER TABLE inbox_item ADD COLUMN object_types text[]`.execute(db)
  await sql`COMMENT ON COLUMN inbox_item.object_types IS 'null where nobody has looked yet, or a post says it'`.execute(
    db,
  )
}

export const concurrently = {
  rate_limit_expire: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY rate_limit_expire ON rate_limit (expire)`.execute(db)
  },
}
