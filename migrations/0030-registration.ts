import { type Kysely, sql } from 'kysely'

/** How people come in by themselves: what an account waits for, and invitations. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE invite (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      code_hash bytea NOT NULL UNIQUE,
      made_by bigint REFERENCES account (id) ON DELETE CASCADE,
      most_uses int CHECK (most_uses > 0),
      uses int NOT NULL DEFAULT 0,
      expires_at timestamptz,
      revoked_at timestamptz,
      created_at timestamptz NOT NULL,
      CHECK (uses >= 0 AND (most_uses IS NULL OR uses <= most_uses))
    )`.execute(db)
  await sql`COMMENT ON COLUMN invite.code_hash IS 'SHA-256 of what stands in the link'`.execute(db)
  await sql`COMMENT ON COLUMN invite.made_by IS 'null: somebody at the command line'`.execute(db)
  await sql`COMMENT ON COLUMN invite.most_uses IS 'null: any number'`.execute(db)
  await sql`CREATE INDEX invite_made_by ON invite (made_by) WHERE made_by IS NOT NULL`.execute(db)

  // Who is here already, and whom a process of before this lets in, waits for nothing.
  await sql`
    ALTER TABLE login
      ADD COLUMN unconfirmed_email text,
      ADD COLUMN confirmed_at timestamptz DEFAULT now(),
      ADD COLUMN approved_at timestamptz DEFAULT now(),
      ADD COLUMN approved_by bigint REFERENCES account (id) ON DELETE SET NULL,
      ADD COLUMN reason text,
      ADD COLUMN client_id text COLLATE "C",
      ADD COLUMN invite_id int REFERENCES invite (id) ON DELETE SET NULL`.execute(db)
  await sql`COMMENT ON COLUMN login.unconfirmed_email IS 'nobody has shown yet that what is sent there arrives'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN login.confirmed_at IS 'null: waits until its e-mail address is confirmed'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN login.approved_at IS 'null: waits until somebody approves it'`.execute(db)
  await sql`COMMENT ON COLUMN login.reason IS 'why they want to come in, in their own words'`.execute(db)
  await sql`COMMENT ON COLUMN login.client_id IS 'the app in which they signed up'`.execute(db)
  // Those who look after the server hear of who wants to come in, though nobody else sees them yet.
  await sql`
    CREATE OR REPLACE FUNCTION keep_wanted_notification() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.kind IN ('report', 'sign-up') OR NEW.from_account_id = NEW.owner_id THEN RETURN NEW; END IF;
      IF EXISTS (SELECT 1 FROM block WHERE (account_id = NEW.owner_id AND target_id = NEW.from_account_id)
          OR (account_id = NEW.from_account_id AND target_id = NEW.owner_id))
        OR EXISTS (SELECT 1 FROM mute WHERE account_id = NEW.owner_id AND target_id = NEW.from_account_id
          AND notifications AND (expires_at IS NULL OR expires_at > now()))
        OR EXISTS (SELECT 1 FROM account WHERE id = NEW.from_account_id AND (
          suspended_at IS NOT NULL OR limited_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM follow WHERE followed_id = NEW.from_account_id AND follower_id = NEW.owner_id)))
        OR EXISTS (SELECT 1 FROM user_domain_block AS refused JOIN account AS far ON far.id = NEW.from_account_id
          WHERE refused.account_id = NEW.owner_id AND refused.domain = ANY (far.domains))
      THEN RETURN NULL; END IF;
      RETURN NEW;
    END $$`.execute(db)

  await sql`COMMENT ON COLUMN account.suspended_for IS 'account, domain, or waiting for what login says; suspended_at is set as long as there is a reason'`.execute(
    db,
  )
}

export const concurrently = {
  login_waiting: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY login_waiting ON login (account_id)
      WHERE confirmed_at IS NULL OR approved_at IS NULL`.execute(db)
  },
  login_invite: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY login_invite ON login (invite_id) WHERE invite_id IS NOT NULL`.execute(
      db,
    )
  },
  login_approved_by: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY login_approved_by ON login (approved_by)
      WHERE approved_by IS NOT NULL`.execute(db)
  },
}
