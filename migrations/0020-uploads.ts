import { type Kysely, sql } from 'kysely'

/** What apps upload: smaller pictures beside the large ones, for whom a file is before it is posted, and objects with files. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE attachment
    ADD COLUMN preview_file text COLLATE "C" UNIQUE,
    ADD COLUMN object_id bigint REFERENCES object (id) ON DELETE CASCADE,
    ADD COLUMN visibility text COLLATE "C" CHECK (visibility IN ('public', 'unlisted', 'followers', 'direct')),
    ADD COLUMN reader_ids bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN shell jsonb`.execute(db)
  await sql`COMMENT ON COLUMN attachment.preview_file IS 'name of a smaller picture of it in our media storage'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN attachment.object_id IS 'the object that holds it, where that is not a post'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN attachment.visibility IS 'for whom it is while it is not posted; null for its owner alone'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN attachment.shell IS 'what its owner''s app said of it in other words than ours'`.execute(
    db,
  )
  await sql`CREATE INDEX attachment_object ON attachment (object_id) WHERE object_id IS NOT NULL`.execute(db)
  await sql`
    CREATE FUNCTION remember_stray_preview() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO stray_file (file) VALUES (OLD.preview_file) ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$`.execute(db)
  await sql`CREATE TRIGGER attachment_preview AFTER DELETE ON attachment
    FOR EACH ROW WHEN (OLD.preview_file IS NOT NULL) EXECUTE FUNCTION remember_stray_preview()`.execute(db)
}
