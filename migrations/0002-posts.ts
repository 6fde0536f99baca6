import { type Kysely, sql } from 'kysely'

/** Posts with their mentions, hashtags, edits and tombstones; follows; and what is written on fan-out. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE post (
      id bigint PRIMARY KEY,
      uri text COLLATE "C" NOT NULL UNIQUE,
      url text COLLATE "C",
      local boolean NOT NULL,
      account_id bigint NOT NULL REFERENCES account (id),
      kind text COLLATE "C" NOT NULL DEFAULT 'note',
      visibility text COLLATE "C" NOT NULL CHECK (visibility IN ('public', 'unlisted', 'followers', 'direct')),
      in_reply_to_id bigint,
      in_reply_to_uri text COLLATE "C",
      in_reply_to_account_id bigint,
      conversation_id bigint NOT NULL,
      title text,
      summary text NOT NULL DEFAULT '',
      sensitive boolean NOT NULL DEFAULT false,
      content_html text NOT NULL,
      source text,
      language text COLLATE "C",
      published_at timestamptz NOT NULL,
      edited_at timestamptz,
      received_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`COMMENT ON COLUMN post.conversation_id IS 'the id of the oldest post of the conversation that is known'`.execute(
    db,
  )
  await sql`CREATE INDEX post_account ON post (account_id, id)`.execute(db)
  await sql`CREATE INDEX post_url ON post (url) WHERE NOT local`.execute(db)
  await sql`CREATE INDEX post_public_local ON post (id) WHERE local AND visibility = 'public' AND in_reply_to_uri IS NULL`.execute(
    db,
  )
  await sql`CREATE INDEX post_in_reply_to ON post (in_reply_to_id, id) WHERE in_reply_to_id IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE INDEX post_awaited_parent ON post (in_reply_to_uri)
    WHERE in_reply_to_uri IS NOT NULL AND in_reply_to_id IS NULL`.execute(db)
  await sql`CREATE INDEX post_conversation ON post (conversation_id, id)`.execute(db)

  await sql`
    CREATE TABLE post_stat (
      post_id bigint PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
      replies int NOT NULL DEFAULT 0,
      likes int NOT NULL DEFAULT 0,
      boosts int NOT NULL DEFAULT 0
    ) WITH (fillfactor = 70)`.execute(db)

  await sql`
    CREATE TABLE post_edit (
      post_id bigint NOT NULL REFERENCES post (id) ON DELETE CASCADE,
      version int NOT NULL,
      content_html text NOT NULL,
      source text,
      summary text NOT NULL,
      sensitive boolean NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (post_id, version)
    )`.execute(db)

  await sql`
    CREATE TABLE mention (
      post_id bigint NOT NULL REFERENCES post (id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id),
      PRIMARY KEY (post_id, account_id)
    )`.execute(db)
  await sql`CREATE INDEX mention_account ON mention (account_id, post_id)`.execute(db)

  await sql`
    CREATE TABLE hashtag (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text COLLATE "C" NOT NULL UNIQUE,
      display_name text NOT NULL
    )`.execute(db)
  await sql`
    CREATE TABLE post_hashtag (
      post_id bigint NOT NULL REFERENCES post (id) ON DELETE CASCADE,
      hashtag_id bigint NOT NULL REFERENCES hashtag (id),
      PRIMARY KEY (post_id, hashtag_id)
    )`.execute(db)
  await sql`CREATE INDEX post_hashtag_tag ON post_hashtag (hashtag_id, post_id)`.execute(db)

  // What was deleted, here or elsewhere: a Delete that came before its Create wins, and our own ids answer 410.
  await sql`
    CREATE TABLE tombstone (
      uri text COLLATE "C" PRIMARY KEY,
      account_uri text COLLATE "C" NOT NULL,
      deleted_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)

  await sql`
    CREATE TABLE activity (
      id bigint PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES account (id),
      kind text COLLATE "C" NOT NULL,
      post_id bigint,
      public boolean NOT NULL,
      body text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`COMMENT ON COLUMN activity.body IS 'the exact bytes that are served at its id and delivered'`.execute(
    db,
  )
  await sql`CREATE INDEX activity_account ON activity (account_id, id)`.execute(db)
  await sql`CREATE INDEX activity_post ON activity (post_id) WHERE post_id IS NOT NULL`.execute(db)

  await sql`
    CREATE TABLE follow (
      followed_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      follower_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      id bigint NOT NULL UNIQUE,
      uri text COLLATE "C" NOT NULL,
      state text COLLATE "C" NOT NULL CHECK (state IN ('requested', 'accepted')),
      followed_local boolean NOT NULL,
      follower_local boolean NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      accepted_at timestamptz,
      PRIMARY KEY (followed_id, follower_id),
      CHECK (followed_local OR follower_local)
    )`.execute(db)
  await sql`CREATE INDEX follow_followed ON follow (followed_id, state, id)`.execute(db)
  await sql`CREATE INDEX follow_follower ON follow (follower_id, state, id)`.execute(db)
  await sql`CREATE INDEX follow_uri ON follow (uri)`.execute(db)

  await sql`
    CREATE TABLE home_entry (
      owner_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      post_id bigint NOT NULL REFERENCES post (id) ON DELETE CASCADE,
      author_id bigint NOT NULL,
      PRIMARY KEY (owner_id, post_id)
    )`.execute(db)
  await sql`CREATE INDEX home_entry_post ON home_entry (post_id)`.execute(db)
  await sql`CREATE INDEX home_entry_author ON home_entry (owner_id, author_id)`.execute(db)

  await sql`
    CREATE TABLE notification (
      owner_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      id bigint NOT NULL,
      kind text COLLATE "C" NOT NULL,
      from_account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      post_id bigint REFERENCES post (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (owner_id, id),
      UNIQUE NULLS NOT DISTINCT (owner_id, kind, from_account_id, post_id)
    )`.execute(db)
  await sql`CREATE INDEX notification_post ON notification (post_id) WHERE post_id IS NOT NULL`.execute(db)
  await sql`CREATE INDEX notification_from ON notification (from_account_id)`.execute(db)
}
