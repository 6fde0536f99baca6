import { type Kysely, sql } from 'kysely'

/**
 * What apps of people here post that is not a post; who each activity and object is for, openly or blindly; and which
 * requests of apps were carried out already.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await objects(db)
  await audiences(db)
  await sql`
    CREATE TABLE idempotency_key (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      client_id text COLLATE "C" NOT NULL,
      key text COLLATE "C" NOT NULL,
      body_hash text COLLATE "C" NOT NULL,
      activity_id bigint NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, client_id, key)
    )`.execute(db)
  await sql`CREATE INDEX idempotency_key_age ON idempotency_key (created_at)`.execute(db)
}

async function objects(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE object (
      id bigint PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      kind text COLLATE "C" NOT NULL,
      visibility text COLLATE "C" NOT NULL CHECK (visibility IN ('public', 'unlisted', 'followers', 'direct')),
      body text NOT NULL,
      published_at timestamptz NOT NULL,
      edited_at timestamptz
    )`.execute(db)
  await sql`COMMENT ON COLUMN object.body IS 'the JSON that is served at its id'`.execute(db)
  await sql`CREATE INDEX object_account ON object (account_id, id)`.execute(db)
  await sql`
    CREATE TABLE object_edit (
      object_id bigint NOT NULL REFERENCES object (id) ON DELETE CASCADE,
      version int NOT NULL,
      body text NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (object_id, version)
    )`.execute(db)
  await sql`
    CREATE TABLE object_recipient (
      object_id bigint NOT NULL REFERENCES object (id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      blind boolean NOT NULL DEFAULT false,
      PRIMARY KEY (object_id, account_id)
    )`.execute(db)
  await sql`CREATE INDEX object_recipient_account ON object_recipient (account_id, object_id)`.execute(db)

  // What is gone is served as what it was and when.
  await sql`ALTER TABLE tombstone
    ADD COLUMN kind text COLLATE "C",
    ADD COLUMN published_at timestamptz,
    ADD COLUMN edited_at timestamptz,
    ADD COLUMN hidden boolean NOT NULL DEFAULT false`.execute(db)
  await sql`COMMENT ON COLUMN tombstone.hidden IS 'was not for everyone, so only whoever deleted it is told that it was'`.execute(
    db,
  )
}

async function audiences(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE post ADD COLUMN extension jsonb`.execute(db)
  await sql`COMMENT ON COLUMN post.extension IS 'what its author''s app said of it in other words than ours'`.execute(
    db,
  )
  await sql`ALTER TABLE post_edit ADD COLUMN extension jsonb`.execute(db)
  await sql`ALTER TABLE mention ADD COLUMN blind boolean NOT NULL DEFAULT false`.execute(db)
  await sql`COMMENT ON COLUMN mention.blind IS 'may read it, and nobody may know'`.execute(db)

  await sql`ALTER TABLE activity
    ADD COLUMN lasting boolean NOT NULL DEFAULT false,
    ADD COLUMN to_followers boolean NOT NULL DEFAULT false,
    ADD COLUMN object_id bigint`.execute(db)
  await sql`COMMENT ON COLUMN activity.lasting IS 'said through an app, and kept as long as its author is here'`.execute(
    db,
  )
  await sql`CREATE INDEX activity_object ON activity (object_id) WHERE object_id IS NOT NULL`.execute(db)
  await sql`DROP INDEX activity_passing`.execute(db)
  await sql`CREATE INDEX activity_passing ON activity (created_at)
    WHERE post_id IS NULL AND object_id IS NULL AND NOT public AND NOT lasting`.execute(db)
  await sql`
    CREATE TABLE activity_recipient (
      activity_id bigint NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      blind boolean NOT NULL DEFAULT false,
      PRIMARY KEY (activity_id, account_id)
    )`.execute(db)
  await sql`CREATE INDEX activity_recipient_account ON activity_recipient (account_id, activity_id)`.execute(
    db,
  )
}
