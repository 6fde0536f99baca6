import { type Kysely, sql } from 'kysely'

/** The words of posts. They are cut by us, so this needs no extension and no configuration of PostgreSQL's. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE post_search (
      post_id bigint PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
      vector tsvector NOT NULL
    )`.execute(db)
  await sql`CREATE INDEX post_search_vector ON post_search USING gin (vector)`.execute(db)
  // What is there already is read by a job, the newest first.
  await sql`
    INSERT INTO job (kind, payload)
    SELECT 'search', json_build_object('below', (max(id) + 1)::text)::text FROM post HAVING count(*) > 0`.execute(
    db,
  )
}
