import { type Kysely, sql } from 'kysely'

/** What apps that stay connected are told, once for all of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Without a default first, so that no row has to be written anew.
  await sql`ALTER TABLE event ADD COLUMN written_by xid8`.execute(db)
  await sql`ALTER TABLE event ALTER COLUMN written_by SET DEFAULT pg_current_xact_id()`.execute(db)
  await sql`COMMENT ON COLUMN event.written_by IS 'the transaction that wrote it: what else it has written can be known by that'`.execute(
    db,
  )

  // Whoever tells people of something need not think of this: whatever is written is told to who listens.
  await sql`
    CREATE FUNCTION tell_of_notifications() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO event (topic, subject, verb, thing, thing_id, mentioned)
      SELECT 'alerts', 0, 'Add', 'alert', id, ARRAY[owner_id] FROM added
      WHERE EXISTS (SELECT 1 FROM event_topic WHERE topic = 'alerts' AND subject = 0)
      ORDER BY id;
      IF FOUND THEN PERFORM pg_notify('events', ''); END IF;
      RETURN NULL;
    END $$`.execute(db)
  await sql`CREATE TRIGGER notification_added AFTER INSERT ON notification REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_notifications()`.execute(db)
}
