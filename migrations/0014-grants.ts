import { type Kysely, sql } from 'kysely'

/** Apps, what people here let them do, and the tokens that prove it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE client (
      id text COLLATE "C" PRIMARY KEY,
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('registered', 'document', 'object', 'app')),
      name text NOT NULL DEFAULT '',
      website text,
      logo_url text,
      logo_file text COLLATE "C",
      summary text NOT NULL DEFAULT '',
      redirect_uris text[] NOT NULL DEFAULT '{}',
      scopes text,
      auth_method text COLLATE "C" NOT NULL DEFAULT 'none'
        CHECK (auth_method IN ('none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt')),
      secret_hash bytea,
      jwks jsonb,
      jwks_uri text COLLATE "C",
      dpop_bound boolean NOT NULL DEFAULT false,
      metadata jsonb NOT NULL DEFAULT '{}',
      fetched_at timestamptz,
      fresh_until timestamptz,
      changed_at timestamptz,
      created_at timestamptz NOT NULL,
      used_at timestamptz
    )`.execute(db)
  await sql`COMMENT ON COLUMN client.kind IS 'registered (RFC 7591), document (its id is the address of its metadata), object (of an ActivityPub actor), app (of the Mastodon API)'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN client.changed_at IS 'when it last named other redirect addresses or keys than before'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN client.scopes IS 'what it may ask for; null: anything'`.execute(db)
  await sql`CREATE INDEX client_unused ON client (created_at) WHERE used_at IS NULL`.execute(db)
  await sql`CREATE INDEX client_logo ON client (logo_file) WHERE logo_file IS NOT NULL`.execute(db)
  await sql`
    CREATE FUNCTION remember_stray_logo() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO stray_file (file) VALUES (OLD.logo_file) ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$`.execute(db)
  await sql`CREATE TRIGGER client_logo_gone AFTER DELETE ON client
    FOR EACH ROW WHEN (OLD.logo_file IS NOT NULL) EXECUTE FUNCTION remember_stray_logo()`.execute(db)
  await sql`CREATE TRIGGER client_logo_other AFTER UPDATE OF logo_file ON client
    FOR EACH ROW WHEN (OLD.logo_file IS NOT NULL AND OLD.logo_file IS DISTINCT FROM NEW.logo_file)
    EXECUTE FUNCTION remember_stray_logo()`.execute(db)

  await sql`
    CREATE TABLE client_grant (
      id bigint PRIMARY KEY,
      account_id bigint REFERENCES account (id) ON DELETE CASCADE,
      client_id text COLLATE "C" NOT NULL REFERENCES client (id) ON DELETE CASCADE,
      scopes text NOT NULL,
      created_at timestamptz NOT NULL,
      used_at timestamptz NOT NULL,
      expires_at timestamptz,
      revoked_at timestamptz
    )`.execute(db)
  await sql`COMMENT ON TABLE client_grant IS 'one per sign-in of an app: the family of all tokens that came of it'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN client_grant.account_id IS 'null: the app as itself, for nobody'`.execute(db)
  await sql`CREATE INDEX client_grant_account ON client_grant (account_id, client_id)`.execute(db)
  await sql`CREATE INDEX client_grant_client ON client_grant (client_id)`.execute(db)
  await sql`CREATE INDEX client_grant_expires ON client_grant (expires_at) WHERE expires_at IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE INDEX client_grant_revoked ON client_grant (revoked_at) WHERE revoked_at IS NOT NULL`.execute(
    db,
  )

  await sql`
    CREATE TABLE grant_code (
      code_hash bytea PRIMARY KEY,
      client_id text COLLATE "C" NOT NULL REFERENCES client (id) ON DELETE CASCADE,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      redirect_uri text COLLATE "C" NOT NULL,
      scopes text NOT NULL,
      challenge text COLLATE "C",
      dpop_jkt text COLLATE "C",
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      used_at timestamptz,
      grant_id bigint REFERENCES client_grant (id) ON DELETE CASCADE
    )`.execute(db)
  await sql`COMMENT ON COLUMN grant_code.challenge IS 'the S256 challenge of RFC 7636'`.execute(db)
  await sql`COMMENT ON COLUMN grant_code.grant_id IS 'what it was exchanged for: a second use ends it'`.execute(
    db,
  )
  await sql`CREATE INDEX grant_code_account ON grant_code (account_id)`.execute(db)
  await sql`CREATE INDEX grant_code_client ON grant_code (client_id)`.execute(db)
  await sql`CREATE INDEX grant_code_grant ON grant_code (grant_id)`.execute(db)
  await sql`CREATE INDEX grant_code_expires ON grant_code (expires_at)`.execute(db)

  await sql`
    CREATE TABLE grant_token (
      token_hash bytea PRIMARY KEY,
      grant_id bigint NOT NULL REFERENCES client_grant (id) ON DELETE CASCADE,
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('access', 'refresh')),
      scopes text NOT NULL,
      dpop_jkt text COLLATE "C",
      created_at timestamptz NOT NULL,
      expires_at timestamptz,
      used_at timestamptz
    )`.execute(db)
  await sql`COMMENT ON COLUMN grant_token.expires_at IS 'null: never'`.execute(db)
  await sql`COMMENT ON COLUMN grant_token.used_at IS 'when a refresh token was exchanged; a second use ends the grant'`.execute(
    db,
  )
  await sql`CREATE INDEX grant_token_grant ON grant_token (grant_id)`.execute(db)
  await sql`CREATE INDEX grant_token_expires ON grant_token (expires_at) WHERE expires_at IS NOT NULL`.execute(
    db,
  )

  await sql`
    CREATE TABLE pushed_request (
      uri_hash bytea PRIMARY KEY,
      client_id text COLLATE "C" NOT NULL REFERENCES client (id) ON DELETE CASCADE,
      parameters jsonb NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      used_at timestamptz
    )`.execute(db)
  await sql`COMMENT ON TABLE pushed_request IS 'what a client wants authorised, sent ahead (RFC 9126) or kept while somebody thinks it over'`.execute(
    db,
  )
  await sql`CREATE INDEX pushed_request_client ON pushed_request (client_id)`.execute(db)
  await sql`CREATE INDEX pushed_request_expires ON pushed_request (expires_at)`.execute(db)

  await sql`
    CREATE TABLE proof_seen (
      proof_hash bytea PRIMARY KEY,
      expires_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON TABLE proof_seen IS 'the jti of DPoP proofs and of client assertions, each with whose it is: none is taken twice'`.execute(
    db,
  )
  await sql`CREATE INDEX proof_seen_expires ON proof_seen (expires_at)`.execute(db)
}
