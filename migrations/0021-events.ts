import { type Kysely, sql } from 'kysely'

/** What is told to those who listen, kept for as long as they may ask again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE event_topic (
      topic text COLLATE "C" NOT NULL,
      subject bigint NOT NULL,
      since bigint NOT NULL,
      wanted_until timestamptz NOT NULL,
      PRIMARY KEY (topic, subject)
    )`.execute(db)
  await sql`COMMENT ON TABLE event_topic IS 'what somebody listens to, or did within the last hour: of nothing else are events kept'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN event_topic.since IS 'every event of it with a higher position is still there'`.execute(
    db,
  )
  await sql`CREATE INDEX event_topic_wanted ON event_topic (wanted_until)`.execute(db)

  await sql`CREATE SEQUENCE event_position`.execute(db)
  // Its last value is the last place that was given: also before the first one.
  await sql`SELECT nextval('event_position')`.execute(db)
  await sql`
    CREATE TABLE event (
      id bigint GENERATED ALWAYS AS IDENTITY,
      position bigint UNIQUE,
      topic text COLLATE "C" NOT NULL,
      subject bigint NOT NULL,
      verb text COLLATE "C" NOT NULL CHECK (verb IN ('Add', 'Remove', 'Update', 'Delete')),
      thing text COLLATE "C" NOT NULL,
      thing_id bigint,
      uri text COLLATE "C",
      author_id bigint,
      visibility text COLLATE "C",
      mentioned bigint[],
      created_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`COMMENT ON COLUMN event.position IS 'the order in which events became visible; given by whoever reads first, under a lock, since ids of transactions that run side by side do not say it'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN event.visibility IS 'with author_id and mentioned: who could see what is gone'`.execute(
    db,
  )
  // Each is written twice, without a place and with it, so an index more is dear; an hour of them is soon looked through.
  await sql`CREATE INDEX event_unplaced ON event (id) WHERE position IS NULL`.execute(db)
  // One transaction may look at what it has entered as often as it likes.
  await sql`CREATE UNIQUE INDEX event_once ON event (topic, subject, thing_id)
    WHERE verb = 'Add' AND thing IN ('received', 'activity', 'notification', 'act')`.execute(db)

  await sql`
    CREATE TABLE stream_ticket (
      ticket_hash bytea PRIMARY KEY,
      grant_id bigint NOT NULL REFERENCES client_grant (id) ON DELETE CASCADE,
      token_hash bytea NOT NULL,
      path text COLLATE "C" NOT NULL,
      expires_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON TABLE stream_ticket IS 'opens one stream, once, without a token in its address'`.execute(
    db,
  )
  await sql`CREATE INDEX stream_ticket_grant ON stream_ticket (grant_id)`.execute(db)
  await sql`CREATE INDEX stream_ticket_expires ON stream_ticket (expires_at)`.execute(db)
}
