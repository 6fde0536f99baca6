import { type Kysely, sql } from 'kysely'

/**
 * The queue. The lane is what is scheduled and leased, not the row, so a host that is down costs one row whatever its
 * backlog. Rows written and deleted all day get room on the page and an eager vacuum.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE host_queue (
      host_id int PRIMARY KEY REFERENCES host (id),
      due_at timestamptz,
      lease bigint NOT NULL DEFAULT 0,
      wakes bigint NOT NULL DEFAULT 0,
      owner int,
      standing text COLLATE "C" NOT NULL DEFAULT 'new' CHECK (standing IN ('new', 'good', 'failing'))
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02)`.execute(db)
  // Hosts that answer and hosts that may not are claimed apart, so that the second never use up the places of the first.
  await sql`CREATE INDEX host_queue_due_good ON host_queue (due_at)
    WHERE due_at IS NOT NULL AND standing = 'good'`.execute(db)
  await sql`CREATE INDEX host_queue_due_other ON host_queue (due_at)
    WHERE due_at IS NOT NULL AND standing <> 'good'`.execute(db)

  await sql`
    CREATE TABLE delivery (
      id bigint GENERATED ALWAYS AS IDENTITY,
      host_id int NOT NULL,
      subject bigint NOT NULL,
      activity_id bigint NOT NULL,
      inbox_id int NOT NULL,
      not_before timestamptz,
      attempts smallint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      gives_up_at timestamptz NOT NULL,
      PRIMARY KEY (host_id, id)
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)`.execute(db)
  // A row that waits holds back later ones of its subject.
  await sql`CREATE INDEX delivery_waiting ON delivery (host_id, subject, id) WHERE not_before IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE UNIQUE INDEX delivery_once ON delivery (activity_id, inbox_id)`.execute(db)

  await sql`
    CREATE TABLE dead_delivery (
      id bigint PRIMARY KEY,
      host_id int NOT NULL,
      subject bigint NOT NULL,
      activity_id bigint NOT NULL,
      inbox_id int NOT NULL,
      attempts smallint NOT NULL,
      reason text NOT NULL,
      created_at timestamptz NOT NULL,
      died_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`CREATE INDEX dead_delivery_died ON dead_delivery (died_at)`.execute(db)

  await sql`
    CREATE TABLE lane_queue (
      lane int PRIMARY KEY,
      due_at timestamptz,
      lease bigint NOT NULL DEFAULT 0,
      wakes bigint NOT NULL DEFAULT 0,
      owner int,
      tries smallint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02)`.execute(db)
  await sql`COMMENT ON COLUMN lane_queue.tries IS 'claims since it was last given back: over 1, a worker died of it'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN lane_queue.lane IS 'the id of the host that the work came from'`.execute(db)
  await sql`CREATE INDEX lane_queue_due ON lane_queue (due_at) WHERE due_at IS NOT NULL`.execute(db)

  await sql`
    CREATE TABLE lane_job (
      id bigint GENERATED ALWAYS AS IDENTITY,
      lane int NOT NULL,
      subject bigint NOT NULL,
      kind text COLLATE "C" NOT NULL,
      payload text NOT NULL,
      not_before timestamptz,
      attempts smallint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (lane, id)
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)`.execute(db)
  await sql`COMMENT ON COLUMN lane_job.subject IS 'the actor, hashed: what came of it stays in order'`.execute(
    db,
  )
  await sql`CREATE INDEX lane_job_waiting ON lane_job (lane, subject, id) WHERE not_before IS NOT NULL`.execute(
    db,
  )

  await sql`
    CREATE TABLE job (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      kind text COLLATE "C" NOT NULL,
      subject bigint,
      payload text NOT NULL,
      due_at timestamptz NOT NULL DEFAULT now(),
      leased_until timestamptz,
      lease bigint NOT NULL DEFAULT 0,
      owner int,
      tries smallint NOT NULL DEFAULT 0,
      attempts smallint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01)`.execute(db)
  await sql`CREATE INDEX job_due ON job (kind, due_at, id)`.execute(db)
  await sql`COMMENT ON COLUMN job.subject IS 'jobs of one subject are done one after the other, in the order of their ids'`.execute(
    db,
  )
  await sql`CREATE INDEX job_subject ON job (subject, id) WHERE subject IS NOT NULL`.execute(db)

  await sql`
    CREATE TABLE dead_job (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      kind text COLLATE "C" NOT NULL,
      lane int,
      subject bigint,
      payload text NOT NULL,
      attempts smallint NOT NULL,
      reason text NOT NULL,
      created_at timestamptz NOT NULL,
      died_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)

  // Two tables in turn: the older is emptied at once instead of deleting millions of rows.
  await sql`CREATE TABLE inbox_seen_a (key bytea PRIMARY KEY)`.execute(db)
  await sql`CREATE TABLE inbox_seen_b (key bytea PRIMARY KEY)`.execute(db)
  await sql`
    CREATE TABLE inbox_seen_turn (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      current text COLLATE "C" NOT NULL CHECK (current IN ('a', 'b')),
      since timestamptz NOT NULL
    )`.execute(db)
  await sql`INSERT INTO inbox_seen_turn (current, since) VALUES ('a', now())`.execute(db)

  // Who may hold leases. A worker whose slot nobody locks any more has died, and what it held is free.
  await sql`CREATE TABLE worker (slot int PRIMARY KEY, started_at timestamptz NOT NULL DEFAULT now())`.execute(
    db,
  )
}
