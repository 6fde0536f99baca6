import { type Kysely, sql } from 'kysely'

/** Boosts, which are posts of their own, and likes and emoji reactions, which are not. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE post ADD COLUMN boost_of_id bigint REFERENCES post (id) ON DELETE CASCADE`.execute(db)
  await sql`COMMENT ON COLUMN post.boost_of_id IS 'of a boost, the post that it shows again; its uri is the id of its Announce'`.execute(
    db,
  )
  await sql`CREATE UNIQUE INDEX post_boost_once ON post (account_id, boost_of_id) WHERE boost_of_id IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE INDEX post_boosts ON post (boost_of_id, id) WHERE boost_of_id IS NOT NULL`.execute(db)

  await sql`
    CREATE TABLE reaction (
      post_id bigint NOT NULL REFERENCES post (id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      emoji text COLLATE "C",
      id bigint NOT NULL,
      uri text COLLATE "C" NOT NULL,
      emoji_url text,
      created_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE NULLS NOT DISTINCT (post_id, account_id, emoji)
    )`.execute(db)
  await sql`COMMENT ON COLUMN reaction.emoji IS 'null: a like; else an emoji, or :name@host: of a custom one, shown by emoji_url'`.execute(
    db,
  )
  await sql`CREATE INDEX reaction_post ON reaction (post_id, id)`.execute(db)
  await sql`CREATE INDEX reaction_account ON reaction (account_id, id)`.execute(db)
  await sql`CREATE INDEX reaction_uri ON reaction USING hash (uri)`.execute(db)

  // What makes Likes, Announces and their Undos harmless in any order: ids that say again what is already in force, and
  // ids that were undone, perhaps before they came.
  await sql`
    CREATE TABLE reaction_echo (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      uri text COLLATE "C" NOT NULL,
      post_id bigint REFERENCES post (id) ON DELETE CASCADE,
      kind text COLLATE "C" CHECK (kind IN ('like', 'boost')),
      emoji text COLLATE "C",
      state text COLLATE "C" NOT NULL CHECK (state IN ('live', 'taken', 'undone')),
      took text[] NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (account_id, uri),
      CHECK ((state = 'undone') = (post_id IS NULL AND kind IS NULL))
    )`.execute(db)
  await sql`COMMENT ON COLUMN reaction_echo.state IS 'live: says again what is in force; taken: undone in the name of an id that nobody knew, which has it in took'`.execute(
    db,
  )
  await sql`CREATE INDEX reaction_echo_post ON reaction_echo (post_id, account_id) WHERE post_id IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE INDEX reaction_echo_age ON reaction_echo (created_at)`.execute(db)
}
