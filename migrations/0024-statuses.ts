import { type Kysely, sql } from 'kysely'

/** What somebody keeps for themselves of posts, and posts that wait for their time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE bookmark (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      post_id bigint NOT NULL REFERENCES post (id) ON DELETE CASCADE,
      id bigint NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, post_id)
    )`.execute(db)
  await sql`CREATE UNIQUE INDEX bookmark_page ON bookmark (account_id, id)`.execute(db)
  await sql`CREATE INDEX bookmark_post ON bookmark (post_id)`.execute(db)

  await sql`
    CREATE TABLE conversation_mute (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      conversation_id bigint NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, conversation_id)
    )`.execute(db)
  await sql`COMMENT ON TABLE conversation_mute IS 'who wants to be told no more of what is said in a conversation'`.execute(
    db,
  )

  await sql`
    CREATE TABLE scheduled_post (
      id bigint PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      due_at timestamptz NOT NULL,
      draft jsonb NOT NULL,
      failed text COLLATE "C",
      created_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON COLUMN scheduled_post.failed IS 'why it could not be published when its time came'`.execute(
    db,
  )
  await sql`CREATE INDEX scheduled_post_account ON scheduled_post (account_id, id)`.execute(db)
  await sql`ALTER TABLE attachment ADD COLUMN scheduled_id bigint REFERENCES scheduled_post (id) ON DELETE SET NULL`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN attachment.scheduled_id IS 'the post that waits for its time and will hold it'`.execute(
    db,
  )
  await sql`CREATE INDEX attachment_scheduled ON attachment (scheduled_id) WHERE scheduled_id IS NOT NULL`.execute(
    db,
  )
}
