import { type Kysely, sql } from 'kysely'

/**
 * What is asked of other servers because somebody looked: the rest of a conversation, the history of a profile. Like
 * what goes out, it stands in lanes, one for each host, so that a host is asked by one worker at a time.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE post ADD COLUMN context_uri text COLLATE "C"`.execute(db)
  await sql`COMMENT ON COLUMN post.context_uri IS 'the collection of its conversation, on the origin of the post (FEP-7888); null for ours'`.execute(
    db,
  )

  await sql`
    CREATE TABLE post_origin (
      post_id bigint PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
      replies int,
      likes int,
      boosts int,
      asked_at timestamptz
    ) WITH (fillfactor = 70)`.execute(db)
  await sql`COMMENT ON TABLE post_origin IS 'what the server of a post says of it, never mixed with what is counted here'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN post_origin.asked_at IS 'when it was last read there; null when the numbers came by themselves'`.execute(
    db,
  )

  await sql`
    CREATE TABLE account_origin (
      account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
      posts int,
      followers int,
      following int,
      asked_at timestamptz
    ) WITH (fillfactor = 70)`.execute(db)

  await sql`
    CREATE TABLE crawl (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      post_id bigint UNIQUE REFERENCES post (id) ON DELETE CASCADE,
      account_id bigint UNIQUE REFERENCES account (id) ON DELETE CASCADE,
      round int NOT NULL DEFAULT 0,
      began_at timestamptz NOT NULL,
      ended_at timestamptz,
      waiting int NOT NULL DEFAULT 0,
      asked int NOT NULL DEFAULT 0,
      found int NOT NULL DEFAULT 0,
      next_url text COLLATE "C",
      CHECK (num_nonnulls(post_id, account_id) = 1)
    ) WITH (fillfactor = 50)`.execute(db)
  await sql`COMMENT ON COLUMN crawl.waiting IS 'addresses that are still to be asked for; at 0 the round is over'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN crawl.next_url IS 'of a profile: the page of its outbox from which older posts go on'`.execute(
    db,
  )
  await sql`CREATE INDEX crawl_ended ON crawl (ended_at) WHERE ended_at IS NOT NULL`.execute(db)

  await sql`
    CREATE TABLE crawl_seen (
      crawl_id bigint NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
      key bytea NOT NULL,
      PRIMARY KEY (crawl_id, key)
    )`.execute(db)
  await sql`COMMENT ON TABLE crawl_seen IS 'addresses that a round has asked for or will, hashed: none is asked for twice'`.execute(
    db,
  )

  await sql`
    CREATE TABLE errand_queue (
      host_id int PRIMARY KEY REFERENCES host (id),
      due_at timestamptz,
      lease bigint NOT NULL DEFAULT 0,
      wakes bigint NOT NULL DEFAULT 0,
      owner int,
      tries smallint NOT NULL DEFAULT 0,
      failures smallint NOT NULL DEFAULT 0,
      minute timestamptz,
      asked int NOT NULL DEFAULT 0
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02)`.execute(db)
  await sql`COMMENT ON COLUMN errand_queue.asked IS 'requests to the host since the minute began'`.execute(db)
  await sql`CREATE INDEX errand_queue_due ON errand_queue (due_at) WHERE due_at IS NOT NULL`.execute(db)

  await sql`
    CREATE TABLE errand (
      id bigint GENERATED ALWAYS AS IDENTITY,
      host_id int NOT NULL,
      subject bigint NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
      round int NOT NULL,
      rank int NOT NULL,
      kind text COLLATE "C" NOT NULL,
      url text COLLATE "C" NOT NULL,
      detail text NOT NULL,
      not_before timestamptz,
      attempts smallint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (host_id, id)
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)`.execute(db)
  await sql`COMMENT ON COLUMN errand.subject IS 'the crawl that it belongs to'`.execute(db)
  await sql`COMMENT ON COLUMN errand.rank IS 'what is asked for first: 0 leads up to the root, then level by level'`.execute(
    db,
  )
  await sql`CREATE INDEX errand_subject ON errand (subject)`.execute(db)
}
