import { type Kysely, sql } from 'kysely'

/**
 * Films and sounds that were handed in and are being made into what plays everywhere: no attachments yet, so whatever
 * reads or gives away those never comes upon one that is not ready.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE unready_file (
      id bigint PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES account (id),
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('gifv', 'video', 'audio')),
      source text COLLATE "C" UNIQUE,
      failure text COLLATE "C",
      round int NOT NULL DEFAULT 0,
      description text NOT NULL DEFAULT '',
      focus_x real,
      focus_y real,
      visibility text COLLATE "C" CHECK (visibility IN ('public', 'unlisted', 'followers', 'direct')),
      reader_ids bigint[] NOT NULL DEFAULT '{}',
      shell jsonb,
      created_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`COMMENT ON COLUMN unready_file.id IS 'that of the attachment that it becomes'`.execute(db)
  await sql`COMMENT ON COLUMN unready_file.source IS 'name in our media storage of what was handed in; null once nothing can be made of it'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN unready_file.failure IS 'why nothing can be made of it; null while it is worked on'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN unready_file.round IS 'how often somebody began to work on it: only the last may end'`.execute(
    db,
  )
  await sql`CREATE INDEX unready_file_created ON unready_file (created_at)`.execute(db)
  await sql`CREATE INDEX unready_file_account ON unready_file (account_id)`.execute(db)
  await sql`
    CREATE FUNCTION remember_stray_source() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO stray_file (file) VALUES (OLD.source) ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$`.execute(db)
  await sql`CREATE TRIGGER unready_file_gone AFTER DELETE ON unready_file
    FOR EACH ROW WHEN (OLD.source IS NOT NULL) EXECUTE FUNCTION remember_stray_source()`.execute(db)
  await sql`CREATE TRIGGER unready_file_failed AFTER UPDATE OF source ON unready_file
    FOR EACH ROW WHEN (OLD.source IS NOT NULL AND NEW.source IS NULL)
    EXECUTE FUNCTION remember_stray_source()`.execute(db)
}
