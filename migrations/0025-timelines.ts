import { type Kysely, sql } from 'kysely'

/** How far somebody has read, whom and what they read apart, what they filter, and whom they talk with. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX post_open_local ON post (id)
    WHERE local AND visibility = 'public' AND boost_of_id IS NULL`.execute(db)
  await sql`CREATE INDEX post_direct ON post (account_id, id) WHERE visibility = 'direct'`.execute(db)
  await sql`CREATE INDEX post_preview_order ON post_preview (preview_id, post_id) WHERE preview_id IS NOT NULL`.execute(
    db,
  )
  await sql`DROP INDEX post_preview_preview`.execute(db)

  await sql`
    CREATE TABLE marker (
      account_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      timeline text COLLATE "C" NOT NULL CHECK (timeline IN ('home', 'notifications')),
      last_read_id bigint NOT NULL,
      version int NOT NULL DEFAULT 1,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, timeline)
    )`.execute(db)

  await sql`
    CREATE TABLE list (
      id bigint PRIMARY KEY,
      owner_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      title text NOT NULL,
      replies text COLLATE "C" NOT NULL DEFAULT 'list' CHECK (replies IN ('followed', 'list', 'none')),
      exclusive boolean NOT NULL DEFAULT false
    )`.execute(db)
  await sql`COMMENT ON COLUMN list.replies IS 'answers to whom stand in it, beside answers to oneself and to its owner'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN list.exclusive IS 'whoever is on it is left out of the home'`.execute(db)
  await sql`CREATE INDEX list_owner ON list (owner_id, id)`.execute(db)
  await sql`
    CREATE TABLE list_member (
      list_id bigint NOT NULL REFERENCES list (id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      owner_id bigint NOT NULL,
      exclusive boolean NOT NULL,
      follow_id bigint REFERENCES follow (id) ON DELETE CASCADE,
      PRIMARY KEY (list_id, account_id)
    )`.execute(db)
  await sql`COMMENT ON COLUMN list_member.follow_id IS 'it ends with the follow; null for its owner'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN list_member.exclusive IS 'as the list says'`.execute(db)
  await sql`CREATE INDEX list_member_account ON list_member (account_id, owner_id)`.execute(db)
  await sql`CREATE INDEX list_member_follow ON list_member (follow_id) WHERE follow_id IS NOT NULL`.execute(
    db,
  )

  await sql`
    CREATE TABLE tag_follow (
      account_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      hashtag_id bigint NOT NULL REFERENCES hashtag (id) ON DELETE CASCADE,
      id bigint NOT NULL UNIQUE,
      PRIMARY KEY (account_id, hashtag_id)
    )`.execute(db)
  await sql`CREATE INDEX tag_follow_tag ON tag_follow (hashtag_id, account_id)`.execute(db)

  await sql`
    CREATE TABLE post_filter (
      id bigint PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      title text NOT NULL,
      contexts text[] NOT NULL,
      action text COLLATE "C" NOT NULL DEFAULT 'warn' CHECK (action IN ('warn', 'hide', 'blur')),
      expires_at timestamptz
    )`.execute(db)
  await sql`CREATE INDEX post_filter_account ON post_filter (account_id, id)`.execute(db)
  await sql`
    CREATE TABLE filter_keyword (
      id bigint PRIMARY KEY,
      filter_id bigint NOT NULL REFERENCES post_filter (id) ON DELETE CASCADE,
      keyword text NOT NULL,
      whole_word boolean NOT NULL DEFAULT true
    )`.execute(db)
  await sql`CREATE INDEX filter_keyword_filter ON filter_keyword (filter_id, id)`.execute(db)
  await sql`
    CREATE TABLE filter_post (
      id bigint PRIMARY KEY,
      filter_id bigint NOT NULL REFERENCES post_filter (id) ON DELETE CASCADE,
      post_id bigint NOT NULL REFERENCES post (id) ON DELETE CASCADE,
      UNIQUE (filter_id, post_id)
    )`.execute(db)
  await sql`CREATE INDEX filter_post_post ON filter_post (post_id)`.execute(db)

  await sql`
    CREATE TABLE talk (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      owner_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      conversation_id bigint NOT NULL,
      last_post_id bigint REFERENCES post (id) ON DELETE SET NULL,
      unread boolean NOT NULL,
      UNIQUE (conversation_id, owner_id)
    )`.execute(db)
  await sql`COMMENT ON TABLE talk IS 'the direct posts of a conversation, as one of those who may read them has them'`.execute(
    db,
  )
  await sql`CREATE INDEX talk_order ON talk (owner_id, last_post_id)`.execute(db)
  await sql`CREATE INDEX talk_post ON talk (last_post_id)`.execute(db)
  await sql`CREATE INDEX talk_bereft ON talk (id) WHERE last_post_id IS NULL`.execute(db)
  await sql`
    INSERT INTO talk (owner_id, conversation_id, last_post_id, unread)
    SELECT reader, conversation_id, max(id), false FROM (
      SELECT account_id AS reader, conversation_id, id FROM post WHERE visibility = 'direct' AND NOT held
      UNION ALL
      SELECT mention.account_id, post.conversation_id, post.id
      FROM mention JOIN post ON post.id = mention.post_id WHERE post.visibility = 'direct' AND NOT post.held
    ) AS said JOIN login ON login.account_id = said.reader
    GROUP BY reader, conversation_id`.execute(db)
}
