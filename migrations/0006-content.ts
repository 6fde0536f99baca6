import { type Kysely, sql } from 'kysely'

/** What posts hold beside their words: attachments, polls, custom emoji, other languages, and all of it in history. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await attachments(db)
  await polls(db)
  await emoji(db)
  await sql`ALTER TABLE post
    ADD COLUMN content_map jsonb,
    ADD COLUMN source_type text COLLATE "C"`.execute(db)
  await sql`ALTER TABLE post_edit
    ADD COLUMN title text,
    ADD COLUMN attachments jsonb,
    ADD COLUMN poll_options text[]`.execute(db)
}

async function attachments(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE attachment (
      id bigint PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES account (id),
      post_id bigint REFERENCES post (id) ON DELETE CASCADE,
      position smallint NOT NULL DEFAULT 0,
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('image', 'gifv', 'video', 'audio', 'unknown')),
      url text COLLATE "C" NOT NULL,
      media_type text COLLATE "C",
      file text COLLATE "C" UNIQUE,
      description text NOT NULL DEFAULT '',
      blurhash text COLLATE "C",
      focus_x real,
      focus_y real,
      width int,
      height int,
      duration real,
      preview_url text COLLATE "C",
      created_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`COMMENT ON COLUMN attachment.file IS 'name in our media storage; null for what another server holds'`.execute(
    db,
  )
  await sql`CREATE INDEX attachment_post ON attachment (post_id, position) WHERE post_id IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE INDEX attachment_waiting ON attachment (created_at) WHERE post_id IS NULL`.execute(db)
  await sql`CREATE INDEX attachment_account ON attachment (account_id)`.execute(db)
  // Rows go with their post, whoever deletes it; their files are remembered here until they are removed, too.
  await sql`CREATE TABLE stray_file (file text COLLATE "C" PRIMARY KEY)`.execute(db)
  await sql`
    CREATE FUNCTION remember_stray_file() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO stray_file (file) VALUES (OLD.file) ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$`.execute(db)
  await sql`CREATE TRIGGER attachment_file AFTER DELETE ON attachment
    FOR EACH ROW WHEN (OLD.file IS NOT NULL) EXECUTE FUNCTION remember_stray_file()`.execute(db)
}

async function polls(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE poll (
      post_id bigint PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
      multiple boolean NOT NULL,
      hide_totals boolean NOT NULL DEFAULT false,
      ends_at timestamptz,
      closed_at timestamptz,
      voters int,
      told_at timestamptz,
      read_at timestamptz
    ) WITH (fillfactor = 70)`.execute(db)
  await sql`COMMENT ON COLUMN poll.voters IS 'people who voted; null where its own server does not say'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN poll.told_at IS 'when our tallies were or will be told to other servers'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN poll.read_at IS 'when a poll from elsewhere was last asked for'`.execute(db)
  await sql`
    CREATE TABLE poll_option (
      post_id bigint NOT NULL REFERENCES poll (post_id) ON DELETE CASCADE,
      position smallint NOT NULL,
      title text NOT NULL,
      votes int NOT NULL DEFAULT 0,
      PRIMARY KEY (post_id, position)
    ) WITH (fillfactor = 70)`.execute(db)
  await sql`
    CREATE TABLE poll_vote (
      post_id bigint NOT NULL REFERENCES poll (post_id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      position smallint NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (post_id, account_id, position)
    )`.execute(db)
  await sql`CREATE INDEX poll_vote_account ON poll_vote (account_id)`.execute(db)
}

async function emoji(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE custom_emoji (
      id bigint PRIMARY KEY,
      shortcode text COLLATE "C" NOT NULL,
      host text COLLATE "C",
      uri text COLLATE "C",
      url text COLLATE "C" NOT NULL,
      media_type text COLLATE "C",
      file text COLLATE "C" UNIQUE,
      category text,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL,
      UNIQUE NULLS NOT DISTINCT (host, shortcode)
    )`.execute(db)
  await sql`COMMENT ON COLUMN custom_emoji.host IS 'whose people use it; null for ours'`.execute(db)
  await sql`COMMENT ON COLUMN custom_emoji.file IS 'name of our copy in the media storage, once there is one'`.execute(
    db,
  )
  await sql`CREATE TRIGGER custom_emoji_file AFTER DELETE ON custom_emoji
    FOR EACH ROW WHEN (OLD.file IS NOT NULL) EXECUTE FUNCTION remember_stray_file()`.execute(db)
  await sql`CREATE TRIGGER custom_emoji_other_file AFTER UPDATE OF file ON custom_emoji
    FOR EACH ROW WHEN (OLD.file IS NOT NULL AND OLD.file IS DISTINCT FROM NEW.file)
    EXECUTE FUNCTION remember_stray_file()`.execute(db)
}
