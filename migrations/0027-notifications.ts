import { type Kysely, sql } from 'kysely'

/** Whose notifications somebody wants to see at once, and from whom they take them whoever that is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE DOMAIN notice_wish AS text COLLATE "C" CHECK (VALUE IN ('accept', 'filter', 'drop'))`.execute(
    db,
  )
  await sql`
    CREATE TABLE notification_policy (
      account_id bigint PRIMARY KEY REFERENCES login (account_id) ON DELETE CASCADE,
      not_following notice_wish NOT NULL,
      not_followers notice_wish NOT NULL,
      new_accounts notice_wish NOT NULL,
      private_mentions notice_wish NOT NULL,
      limited_accounts notice_wish NOT NULL,
      bots notice_wish NOT NULL
    )`.execute(db)
  await sql`
    CREATE TABLE notification_sender (
      owner_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      PRIMARY KEY (owner_id, account_id)
    )`.execute(db)
  await sql`COMMENT ON TABLE notification_sender IS 'whose notifications are taken whatever the policy says'`.execute(
    db,
  )
  await sql`CREATE INDEX notification_sender_account ON notification_sender (account_id)`.execute(db)
}
