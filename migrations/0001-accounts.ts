import { type Kysely, sql } from 'kysely'

/** Accounts here and elsewhere, their keys and counters, and the logins behind local ones. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE host (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text COLLATE "C" NOT NULL UNIQUE,
      knock text COLLATE "C" NOT NULL DEFAULT 'unknown' CHECK (knock IN ('unknown', 'cavage', 'rfc9421')),
      knock_at timestamptz,
      failures int NOT NULL DEFAULT 0,
      failing_since timestamptz,
      dead_at timestamptz,
      last_error text,
      last_success_at timestamptz,
      software text,
      created_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)

  await sql`
    CREATE TABLE inbox (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      host_id int NOT NULL REFERENCES host (id),
      url text COLLATE "C" NOT NULL UNIQUE,
      gone_at timestamptz,
      missing_since timestamptz
    )`.execute(db)
  await sql`CREATE INDEX inbox_host ON inbox (host_id)`.execute(db)

  await sql`
    CREATE TABLE account (
      id bigint PRIMARY KEY,
      local boolean NOT NULL,
      uri text COLLATE "C" NOT NULL UNIQUE,
      kind text COLLATE "C" NOT NULL DEFAULT 'person'
        CHECK (kind IN ('person', 'service', 'application', 'group', 'organization')),
      name text COLLATE "C" NOT NULL,
      host text COLLATE "C",
      handle_verified boolean NOT NULL DEFAULT false,
      url text COLLATE "C",
      display_name text NOT NULL DEFAULT '',
      bio_html text NOT NULL DEFAULT '',
      bio_source text,
      fields jsonb NOT NULL DEFAULT '[]',
      avatar_url text,
      header_url text,
      also_known_as text[] NOT NULL DEFAULT '{}',
      moved_to_uri text COLLATE "C",
      manually_approves_followers boolean NOT NULL DEFAULT false,
      discoverable boolean NOT NULL DEFAULT true,
      indexable boolean NOT NULL DEFAULT false,
      inbox_id int REFERENCES inbox (id),
      shared_inbox_id int REFERENCES inbox (id),
      outbox_url text COLLATE "C",
      followers_url text COLLATE "C",
      following_url text COLLATE "C",
      featured_url text COLLATE "C",
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      fetched_at timestamptz,
      suspended_at timestamptz,
      deleted_at timestamptz,
      CHECK (local = (host IS NULL))
    )`.execute(db)
  // A local name is never given out twice, whatever its case and even after its account is gone.
  await sql`CREATE UNIQUE INDEX account_local_name ON account (lower(name)) WHERE host IS NULL`.execute(db)
  await sql`CREATE UNIQUE INDEX account_remote_handle ON account (lower(name), host)
    WHERE host IS NOT NULL AND handle_verified`.execute(db)
  await sql`CREATE INDEX account_followers_url ON account (followers_url) WHERE followers_url IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE INDEX account_inbox ON account (inbox_id)`.execute(db)

  await sql`
    CREATE TABLE account_stat (
      account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
      posts int NOT NULL DEFAULT 0,
      followers int NOT NULL DEFAULT 0,
      following int NOT NULL DEFAULT 0,
      last_post_at timestamptz
    ) WITH (fillfactor = 70)`.execute(db)

  await sql`
    CREATE TABLE account_key (
      uri text COLLATE "C" PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      kind text COLLATE "C" NOT NULL CHECK (kind IN ('rsa', 'ed25519')),
      public_key text COLLATE "C" NOT NULL,
      private_key_sealed bytea,
      created_at timestamptz NOT NULL DEFAULT now(),
      fetched_at timestamptz
    )`.execute(db)
  await sql`COMMENT ON COLUMN account_key.public_key IS 'SPKI PEM for rsa, base58btc multibase for ed25519'`.execute(
    db,
  )
  await sql`CREATE INDEX account_key_account ON account_key (account_id)`.execute(db)

  await sql`
    CREATE TABLE login (
      account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
      email text,
      password_hash text,
      role text COLLATE "C" NOT NULL DEFAULT 'user' CHECK (role IN ('owner', 'admin', 'moderator', 'user')),
      seen_at timestamptz NOT NULL DEFAULT now(),
      disabled_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`CREATE UNIQUE INDEX login_email ON login (lower(email)) WHERE email IS NOT NULL`.execute(db)
  await sql`CREATE UNIQUE INDEX login_owner ON login (role) WHERE role = 'owner'`.execute(db)

  await sql`
    CREATE TABLE session (
      token_hash bytea PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      seen_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      user_agent text
    )`.execute(db)
  await sql`CREATE INDEX session_account ON session (account_id)`.execute(db)
  await sql`CREATE INDEX session_expires ON session (expires_at)`.execute(db)
}
