import { type Kysely, sql } from 'kysely'

/** What pages say of themselves, shared by all posts that link to them; and which link of a post is shown so. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE preview (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      url text COLLATE "C" NOT NULL UNIQUE,
      title text,
      description text NOT NULL DEFAULT '',
      kind text COLLATE "C" NOT NULL DEFAULT 'link',
      provider text NOT NULL DEFAULT '',
      author_name text NOT NULL DEFAULT '',
      author_url text COLLATE "C",
      creator_id bigint REFERENCES account (id),
      image_url text COLLATE "C",
      image_alt text NOT NULL DEFAULT '',
      image_width int,
      image_height int,
      language text COLLATE "C",
      published_at timestamptz,
      claimed_at timestamptz,
      fresh_until timestamptz
    )`.execute(db)
  await sql`COMMENT ON COLUMN preview.title IS 'null where the page gave nothing to show'`.execute(db)
  await sql`COMMENT ON COLUMN preview.creator_id IS 'who made the page, if they agree to be named by its domain'`.execute(
    db,
  )
  await sql`CREATE INDEX preview_creator ON preview (creator_id) WHERE creator_id IS NOT NULL`.execute(db)
  await sql`
    CREATE TABLE post_preview (
      post_id bigint PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
      preview_id bigint REFERENCES preview (id) ON DELETE CASCADE,
      carried jsonb
    )`.execute(db)
  await sql`COMMENT ON COLUMN post_preview.carried IS 'the card that the post brought with it; of this post alone'`.execute(
    db,
  )
  await sql`CREATE INDEX post_preview_preview ON post_preview (preview_id) WHERE preview_id IS NOT NULL`.execute(
    db,
  )
}
