import { type Kysely, sql } from 'kysely'

/** What somebody keeps of other accounts: words for themselves alone, and whom they recommend to everybody. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE account_remark (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      target_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      text text NOT NULL,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, target_id)
    )`.execute(db)
  await sql`COMMENT ON TABLE account_remark IS 'what somebody notes of another account; nobody else ever reads it'`.execute(
    db,
  )
  await sql`CREATE INDEX account_remark_target ON account_remark (target_id)`.execute(db)

  await sql`
    CREATE TABLE endorsement (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      target_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      id bigint NOT NULL UNIQUE,
      follow_id bigint NOT NULL REFERENCES follow (id) ON DELETE CASCADE,
      PRIMARY KEY (account_id, target_id)
    )`.execute(db)
  await sql`COMMENT ON COLUMN endorsement.follow_id IS 'it ends with the follow'`.execute(db)
  await sql`CREATE INDEX endorsement_target ON endorsement (target_id)`.execute(db)
  await sql`CREATE INDEX endorsement_follow ON endorsement (follow_id)`.execute(db)
}
