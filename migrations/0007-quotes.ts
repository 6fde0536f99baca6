import { type Kysely, sql } from 'kysely'

/** Quotes, who may do what with a post, and the approvals that were asked for and given. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE post ADD COLUMN policy jsonb, ADD COLUMN held boolean NOT NULL DEFAULT false,
    ADD COLUMN approved_by text COLLATE "C"`.execute(db)
  await sql`COMMENT ON COLUMN post.policy IS 'as its author states it; of a post of ours, null is everybody'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN post.held IS 'waits for the author of what it answers to approve it'`.execute(
    db,
  )
  await sql`CREATE INDEX post_held ON post (in_reply_to_id) WHERE held`.execute(db)
  await sql`ALTER TABLE post_stat ADD COLUMN quotes int NOT NULL DEFAULT 0`.execute(db)
  await sql`ALTER TABLE mention ADD COLUMN silent boolean NOT NULL DEFAULT false`.execute(db)
  await sql`COMMENT ON COLUMN mention.silent IS 'may read it, though nobody named them'`.execute(db)
  await sql`ALTER TABLE account ADD COLUMN default_policy jsonb`.execute(db)
  await sql`UPDATE account SET following_url = uri || '/following' WHERE local AND following_url IS NULL`.execute(
    db,
  )

  await sql`
    CREATE TABLE quote (
      post_id bigint PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      quoted_uri text COLLATE "C" NOT NULL,
      quoted_id bigint REFERENCES post (id) ON DELETE SET NULL,
      state text COLLATE "C" NOT NULL
        CHECK (state IN ('pending', 'accepted', 'rejected', 'revoked', 'unstated', 'gone')),
      stamp_uri text COLLATE "C",
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`COMMENT ON COLUMN quote.state IS 'unstated: an older form, which nobody was asked about'`.execute(
    db,
  )
  await sql`CREATE INDEX quote_quoted ON quote (quoted_id, post_id) WHERE quoted_id IS NOT NULL`.execute(db)
  await sql`CREATE INDEX quote_awaited ON quote (quoted_uri) WHERE quoted_id IS NULL`.execute(db)
  await sql`CREATE INDEX quote_stamp ON quote (stamp_uri) WHERE stamp_uri IS NOT NULL`.execute(db)
  await sql`CREATE INDEX quote_account ON quote (account_id)`.execute(db)

  await sql`
    CREATE TABLE approval (
      id bigint PRIMARY KEY,
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('like', 'reply', 'announce', 'quote')),
      target_id bigint NOT NULL REFERENCES post (id) ON DELETE CASCADE,
      decider_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      actor_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      uri text COLLATE "C" NOT NULL,
      request_uri text COLLATE "C",
      state text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'revoked')),
      stamp_uri text COLLATE "C",
      body text,
      created_at timestamptz NOT NULL DEFAULT now(),
      decided_at timestamptz,
      UNIQUE (uri, kind, target_id)
    )`.execute(db)
  await sql`COMMENT ON COLUMN approval.uri IS 'the id of the like, reply, boost or quote'`.execute(db)
  await sql`COMMENT ON COLUMN approval.request_uri IS 'the id of the request; null when none was made'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN approval.body IS 'what takes effect once it is approved, where it is kept nowhere else'`.execute(
    db,
  )
  await sql`CREATE INDEX approval_decider ON approval (decider_id, id) WHERE state = 'pending'`.execute(db)
  await sql`CREATE INDEX approval_target ON approval (target_id)`.execute(db)
  await sql`CREATE INDEX approval_actor ON approval (actor_id)`.execute(db)
  await sql`CREATE INDEX approval_request ON approval (request_uri) WHERE request_uri IS NOT NULL`.execute(db)
  await sql`CREATE INDEX approval_stamp ON approval (stamp_uri) WHERE stamp_uri IS NOT NULL`.execute(db)
}
