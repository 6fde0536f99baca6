import { type Kysely, sql } from 'kysely'

/** What was said to somebody and is of no use any more can be found by its age. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX activity_passing ON activity (created_at) WHERE post_id IS NULL AND NOT public`.execute(
    db,
  )
}
