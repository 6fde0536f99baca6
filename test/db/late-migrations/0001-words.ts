import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE word (id int PRIMARY KEY, text text NOT NULL)`.execute(db)
  await sql`INSERT INTO word (id, text) VALUES (1, 'one'), (2, 'one')`.execute(db)
}
