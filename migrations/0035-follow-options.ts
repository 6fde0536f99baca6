import { type Kysely, sql } from 'kysely'

/** What of somebody a follower wants: with or without what they boost, in which languages, and whether to be told of each post. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE follow
      ADD COLUMN boosts boolean NOT NULL DEFAULT true,
      ADD COLUMN tells boolean NOT NULL DEFAULT false,
      ADD COLUMN languages text[] CHECK (languages <> '{}')`.execute(db)
  await sql`COMMENT ON COLUMN follow.tells IS 'the follower is notified of each new post'`.execute(db)
  await sql`COMMENT ON COLUMN follow.languages IS 'null: all; what is in no language is wanted always'`.execute(
    db,
  )
}

export const concurrently = {
  follow_tells: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY follow_tells ON follow (followed_id, follower_id) WHERE tells`.execute(
      db,
    )
  },
}
