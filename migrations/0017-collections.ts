import { type Kysely, sql } from 'kysely'

/** Collections that people here make and keep: what they say of them, who may read them, and what is in them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE collection (
      id bigint PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      ordered boolean NOT NULL,
      visibility text COLLATE "C" NOT NULL,
      body text NOT NULL,
      created_at timestamptz NOT NULL,
      updated_at timestamptz,
      deleted_at timestamptz
    )`.execute(db)
  await sql`COMMENT ON COLUMN collection.body IS 'what its maker says of it, as JSON, without what is in it'`.execute(
    db,
  )
  await sql`CREATE INDEX collection_owner ON collection (account_id, id DESC) WHERE deleted_at IS NULL`.execute(
    db,
  )

  await sql`
    CREATE TABLE collection_recipient (
      collection_id bigint NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      blind boolean NOT NULL DEFAULT false,
      PRIMARY KEY (collection_id, account_id)
    )`.execute(db)
  await sql`CREATE INDEX collection_recipient_account ON collection_recipient (account_id)`.execute(db)

  await sql`
    CREATE TABLE collection_item (
      collection_id bigint NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
      id bigint NOT NULL,
      uri text COLLATE "C" NOT NULL,
      object_id bigint,
      added_at timestamptz NOT NULL,
      PRIMARY KEY (collection_id, id)
    )`.execute(db)
  await sql`COMMENT ON COLUMN collection_item.id IS 'grows with each that is added, and never changes'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN collection_item.object_id IS 'what is no post but made here'`.execute(db)
  await sql`CREATE UNIQUE INDEX collection_item_once ON collection_item (collection_id, uri)`.execute(db)

  // What was taken back is remembered, so that nobody takes it back twice.
  await sql`
    CREATE TABLE undone_activity (
      activity_id bigint PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      by_id bigint NOT NULL,
      created_at timestamptz NOT NULL
    )`.execute(db)
  await sql`CREATE INDEX undone_activity_account ON undone_activity (account_id)`.execute(db)
  // Whoever takes back something by what it was, not by its id, looks among what they did lately.
  await sql`CREATE INDEX activity_given ON activity (account_id, kind, id DESC)
    WHERE lasting AND post_id IS NULL AND object_id IS NULL`.execute(db)
}
