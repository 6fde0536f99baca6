import { type Kysely, sql } from 'kysely'

/** What proves who somebody is beside the password: authenticator apps, passkeys, recovery codes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE session ADD COLUMN proven_at timestamptz`.execute(db)
  await sql`COMMENT ON COLUMN session.proven_at IS 'when a password or passkey was last given in it'`.execute(
    db,
  )

  await sql`
    CREATE TABLE authenticator (
      account_id bigint PRIMARY KEY REFERENCES login (account_id) ON DELETE CASCADE,
      secret_sealed bytea NOT NULL,
      last_step bigint NOT NULL,
      created_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON TABLE authenticator IS 'an app that shows codes (RFC 6238), once it has proven that it does'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN authenticator.last_step IS 'the half minute of the last code that was taken: none is taken twice'`.execute(
    db,
  )

  await sql`
    CREATE TABLE passkey (
      credential_id text COLLATE "C" PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      public_key bytea NOT NULL,
      counter bigint NOT NULL,
      transports text[] NOT NULL DEFAULT '{}',
      name text NOT NULL,
      created_at timestamptz NOT NULL,
      used_at timestamptz
    )`.execute(db)
  await sql`CREATE INDEX passkey_account ON passkey (account_id, created_at)`.execute(db)

  await sql`
    CREATE TABLE recovery_code (
      account_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      code_hash bytea NOT NULL,
      used_at timestamptz,
      PRIMARY KEY (account_id, code_hash)
    )`.execute(db)

  await sql`
    CREATE TABLE second_step (
      token_hash bytea PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      attempts int NOT NULL DEFAULT 0,
      expires_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON TABLE second_step IS 'who gave the right password and has yet to give a second factor'`.execute(
    db,
  )
  await sql`CREATE INDEX second_step_account ON second_step (account_id)`.execute(db)
  await sql`CREATE INDEX second_step_expires ON second_step (expires_at)`.execute(db)

  await sql`
    CREATE TABLE challenge_used (
      challenge_hash bytea PRIMARY KEY,
      expires_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON TABLE challenge_used IS 'what a passkey has signed: none is taken twice'`.execute(db)
  await sql`CREATE INDEX challenge_used_expires ON challenge_used (expires_at)`.execute(db)
}
