import { type Kysely, sql } from 'kysely'

/** Accounts through their life: what they feature, where they moved, who vouches for their links; groups and relays. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE account
      ADD COLUMN featured_tags_url text COLLATE "C",
      ADD COLUMN attribution_domains text[] NOT NULL DEFAULT '{}',
      ADD COLUMN copied_to_uris text[] NOT NULL DEFAULT '{}',
      ADD COLUMN memorial boolean NOT NULL DEFAULT false,
      ADD COLUMN suspended_afar boolean NOT NULL DEFAULT false,
      ADD COLUMN shows_media boolean NOT NULL DEFAULT true,
      ADD COLUMN shows_media_replies boolean NOT NULL DEFAULT true,
      ADD COLUMN shows_featured boolean NOT NULL DEFAULT true,
      ADD COLUMN avatar_alt text NOT NULL DEFAULT '',
      ADD COLUMN header_alt text NOT NULL DEFAULT '',
      ADD COLUMN moved_at timestamptz,
      ADD COLUMN refresh_asked_at timestamptz,
      ADD COLUMN links_checked_at timestamptz`.execute(db)
  await sql`COMMENT ON COLUMN account.moved_at IS 'when a Move of the account last took effect here'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN account.suspended_afar IS 'its own server says that it is suspended there'`.execute(
    db,
  )

  await sql`CREATE INDEX account_shared_inbox ON account (shared_inbox_id) WHERE shared_inbox_id IS NOT NULL`.execute(
    db,
  )

  await sql`
    CREATE TABLE pinned_post (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      post_id bigint NOT NULL REFERENCES post (id) ON DELETE CASCADE,
      pinned_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, post_id)
    )`.execute(db)
  await sql`CREATE INDEX pinned_post_post ON pinned_post (post_id)`.execute(db)
  await sql`
    CREATE TABLE featured_tag (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      name text COLLATE "C" NOT NULL,
      display_name text NOT NULL,
      url text COLLATE "C",
      created_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, name)
    )`.execute(db)

  await sql`
    CREATE TABLE profile_image (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('avatar', 'header')),
      file text COLLATE "C" NOT NULL UNIQUE,
      media_type text COLLATE "C" NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, kind)
    )`.execute(db)
  await sql`CREATE TRIGGER profile_image_file AFTER DELETE ON profile_image
    FOR EACH ROW EXECUTE FUNCTION remember_stray_file()`.execute(db)

  await sql`ALTER TABLE post ADD COLUMN audience_uri text COLLATE "C"`.execute(db)
  await sql`COMMENT ON COLUMN post.audience_uri IS 'the group that it was said in (FEP-1b12)'`.execute(db)

  await sql`
    CREATE TABLE relay (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      url text COLLATE "C" NOT NULL UNIQUE,
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('mastodon', 'litepub')),
      inbox_id int NOT NULL REFERENCES inbox (id),
      origin text COLLATE "C" NOT NULL,
      follow_uri text COLLATE "C" NOT NULL UNIQUE,
      object_uri text COLLATE "C" NOT NULL,
      state text COLLATE "C" NOT NULL CHECK (state IN ('asked', 'accepted', 'rejected')),
      created_at timestamptz NOT NULL DEFAULT now(),
      answered_at timestamptz
    )`.execute(db)
  await sql`CREATE INDEX relay_origin ON relay (origin)`.execute(db)

  // When the server was last seen running, so that it notices after how long it comes back.
  await sql`
    CREATE TABLE alive (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      at timestamptz NOT NULL
    )`.execute(db)
}
