import { type Kysely, sql } from 'kysely'

/** What many speak of, as it was counted last; what was decided about it; whom to suggest to whom, and who is about. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE publisher (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      host text COLLATE "C" NOT NULL UNIQUE,
      created_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON TABLE publisher IS 'hosts whose pages many spoke of at some time'`.execute(db)

  await sql`
    CREATE TABLE trend (
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('tag', 'post', 'link')),
      subject_id bigint NOT NULL,
      score float8 NOT NULL,
      days jsonb NOT NULL DEFAULT '[]',
      publisher_id bigint REFERENCES publisher (id),
      PRIMARY KEY (kind, subject_id)
    )`.execute(db)
  await sql`COMMENT ON COLUMN trend.subject_id IS 'of the hashtag, the post, or the preview; what is gone meanwhile is not shown'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN trend.days IS 'of tags and links: how often on each of the last days, and by how many'`.execute(
    db,
  )
  await sql`CREATE INDEX trend_order ON trend (kind, score DESC, subject_id)`.execute(db)
  await sql`CREATE INDEX trend_publisher ON trend (publisher_id) WHERE publisher_id IS NOT NULL`.execute(db)
  await sql`
    CREATE TABLE trend_round (
      single boolean PRIMARY KEY DEFAULT true CHECK (single),
      asked_at timestamptz NOT NULL DEFAULT 'epoch',
      counted_at timestamptz NOT NULL DEFAULT 'epoch'
    )`.execute(db)
  await sql`COMMENT ON TABLE trend_round IS 'when a process last asked for them to be counted anew, and when they were'`.execute(
    db,
  )
  await sql`INSERT INTO trend_round DEFAULT VALUES`.execute(db)
  await sql`INSERT INTO job (kind, payload) SELECT 'trends', '{}' WHERE EXISTS (SELECT 1 FROM post)`.execute(
    db,
  )

  await sql`
    CREATE TABLE trend_review (
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('tag', 'post', 'link', 'publisher')),
      subject_id bigint NOT NULL,
      approved boolean NOT NULL,
      reviewed_at timestamptz NOT NULL,
      reviewed_by bigint REFERENCES account (id) ON DELETE SET NULL,
      PRIMARY KEY (kind, subject_id)
    )`.execute(db)
  await sql`CREATE INDEX trend_review_by ON trend_review (reviewed_by) WHERE reviewed_by IS NOT NULL`.execute(
    db,
  )

  await sql`
    CREATE TABLE directory_entry (
      account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
      local boolean NOT NULL,
      active_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON COLUMN directory_entry.active_at IS 'when it last said something to everybody; else since when it is known'`.execute(
    db,
  )
  await sql`CREATE INDEX directory_entry_active ON directory_entry (active_at DESC, account_id DESC)`.execute(
    db,
  )
  await sql`CREATE INDEX directory_entry_active_local ON directory_entry (active_at DESC, account_id DESC)
    WHERE local`.execute(db)
  await sql`CREATE INDEX directory_entry_new_local ON directory_entry (account_id) WHERE local`.execute(db)
  await sql`
    INSERT INTO directory_entry (account_id, local, active_at)
    SELECT account.id, account.local, coalesce(account_stat.last_post_at, account.created_at)
    FROM account LEFT JOIN account_stat ON account_stat.account_id = account.id
    WHERE account.kind <> 'application' AND account.deleted_at IS NULL`.execute(db)

  await sql`
    CREATE TABLE suggestion_refused (
      account_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      target_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, target_id)
    )`.execute(db)
  await sql`CREATE INDEX suggestion_refused_target ON suggestion_refused (target_id)`.execute(db)
}

export const concurrently = {
  // The words of the names that are shown, of all who want to be found.
  account_shown_words: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY account_shown_words
      ON account USING gin (to_tsvector('simple', display_name)) WHERE discoverable`.execute(db)
  },
}
