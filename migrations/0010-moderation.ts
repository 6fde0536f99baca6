import { type Kysely, sql } from 'kysely'

/** Who is kept apart from whom: blocks, mutes, domain blocks, suspensions, limits; reports; and who ever got a post. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE block (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      target_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      id bigint NOT NULL UNIQUE,
      uri text COLLATE "C" NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, target_id)
    )`.execute(db)
  await sql`CREATE INDEX block_target ON block (target_id, account_id)`.execute(db)
  await sql`CREATE INDEX block_uri ON block (uri)`.execute(db)

  await sql`
    CREATE TABLE mute (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      target_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      id bigint NOT NULL UNIQUE,
      notifications boolean NOT NULL DEFAULT true,
      expires_at timestamptz,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, target_id)
    )`.execute(db)
  await sql`COMMENT ON COLUMN mute.notifications IS 'whether notifications from the target are kept back, too'`.execute(
    db,
  )
  await sql`CREATE INDEX mute_target ON mute (target_id)`.execute(db)
  await sql`CREATE INDEX mute_expires ON mute (expires_at) WHERE expires_at IS NOT NULL`.execute(db)

  await sql`
    CREATE TABLE user_domain_block (
      account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      domain text COLLATE "C" NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, domain)
    )`.execute(db)

  // `a.b.example:8080` stands below `b.example`, and below `b.example:8080`.
  await sql`
    CREATE FUNCTION domains_above(host text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT AS $$
    DECLARE
      labels text[] := string_to_array(split_part(host, ':', 1), '.');
      port text := split_part(host, ':', 2);
      found text[] := '{}';
    BEGIN
      FOR at IN 1 .. cardinality(labels) LOOP
        found := found || array_to_string(labels[at:], '.');
        IF port <> '' THEN found := found || (array_to_string(labels[at:], '.') || ':' || port); END IF;
      END LOOP;
      RETURN found;
    END $$`.execute(db)
  await sql`
    ALTER TABLE account ADD COLUMN domains text[] COLLATE "C" GENERATED ALWAYS AS (CASE
      WHEN host IS NULL THEN '{}'
      WHEN host = substring(uri FROM '^https?://([^/?#]+)') THEN domains_above(host)
      ELSE domains_above(host) || coalesce(domains_above(substring(uri FROM '^https?://([^/?#]+)')), '{}')
    END) STORED`.execute(db)
  await sql`COMMENT ON COLUMN account.domains IS 'the hosts of its handle and of its id, and all that they stand below: what a domain block is looked up by'`.execute(
    db,
  )

  await sql`
    CREATE TABLE domain_block (
      domain text COLLATE "C" PRIMARY KEY,
      severity text COLLATE "C" NOT NULL CHECK (severity IN ('none', 'limit', 'suspend')),
      reject_media boolean NOT NULL DEFAULT false,
      reject_reports boolean NOT NULL DEFAULT false,
      obfuscate boolean NOT NULL DEFAULT false,
      public_comment text NOT NULL DEFAULT '',
      private_comment text NOT NULL DEFAULT '',
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON TABLE domain_block IS 'holds for the domain and everything below it'`.execute(db)

  await sql`
    ALTER TABLE account
      ADD COLUMN limited_at timestamptz,
      ADD COLUMN suspended_for text[] NOT NULL DEFAULT '{}',
      ADD COLUMN limited_for text[] NOT NULL DEFAULT '{}',
      ADD COLUMN sends_blocks boolean NOT NULL DEFAULT true`.execute(db)
  await sql`COMMENT ON COLUMN account.suspended_for IS 'account, domain or both; suspended_at is set as long as there is a reason'`.execute(
    db,
  )

  // Whoever tells people of something need not think of this: what is not wanted is not written.
  await sql`
    CREATE FUNCTION keep_wanted_notification() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.kind = 'report' OR NEW.from_account_id = NEW.owner_id THEN RETURN NEW; END IF;
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
  await sql`CREATE TRIGGER notification_wanted BEFORE INSERT ON notification
    FOR EACH ROW EXECUTE FUNCTION keep_wanted_notification()`.execute(db)

  await sql`
    CREATE TABLE report (
      id bigint PRIMARY KEY,
      uri text COLLATE "C" UNIQUE,
      reporter_id bigint REFERENCES account (id) ON DELETE SET NULL,
      host text COLLATE "C",
      target_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      post_uris text[] NOT NULL DEFAULT '{}',
      comment text NOT NULL DEFAULT '',
      forwarded boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL,
      resolved_at timestamptz,
      resolved_by bigint REFERENCES account (id) ON DELETE SET NULL
    )`.execute(db)
  await sql`COMMENT ON COLUMN report.host IS 'where it came from; null when somebody here made it'`.execute(
    db,
  )
  await sql`CREATE INDEX report_open ON report (id) WHERE resolved_at IS NULL`.execute(db)
  await sql`CREATE INDEX report_target ON report (target_id, id)`.execute(db)
  await sql`CREATE INDEX report_host ON report (host, created_at) WHERE host IS NOT NULL`.execute(db)

  await sql`
    CREATE TABLE reach (
      subject bigint PRIMARY KEY,
      inboxes bytea NOT NULL
    )`.execute(db)
  await sql`COMMENT ON TABLE reach IS 'every inbox that a post of ours was sent to; it outlives the post, so that its Delete goes there'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN reach.inboxes IS 'ids in order, each as the distance to the one before, in LEB128'`.execute(
    db,
  )
}
