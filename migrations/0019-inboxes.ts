import { type Kysely, sql } from 'kysely'

/** What came to people here, from elsewhere and from here, for those who read it through apps. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE login
    ADD COLUMN inbox_since timestamptz,
    ADD COLUMN inbox_filled_at timestamptz`.execute(db)
  await sql`COMMENT ON COLUMN login.inbox_since IS 'since when what comes to them is kept in their inbox; null as long as no app may read it'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN login.inbox_filled_at IS 'when what had come before was entered for good'`.execute(
    db,
  )
  await sql`CREATE INDEX login_inbox ON login (inbox_since) WHERE inbox_since IS NOT NULL`.execute(db)
  // Until it is known that nobody has one, everybody would be looked at to find one.
  await sql`ANALYZE login`.execute(db)

  await sql`
    CREATE TABLE inbox_item (
      owner_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      id bigint NOT NULL,
      uri text COLLATE "C" NOT NULL,
      actor_id bigint NOT NULL,
      kind text COLLATE "C" NOT NULL,
      post_id bigint REFERENCES post (id) ON DELETE CASCADE,
      object_uri text COLLATE "C",
      body text,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (owner_id, id),
      UNIQUE (owner_id, uri),
      CHECK ((post_id IS NULL) <> (body IS NULL))
    )`.execute(db)
  await sql`COMMENT ON COLUMN inbox_item.id IS 'when it came; one and the same for all to whom one activity came'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN inbox_item.uri IS 'the id of the activity; one of ours below /ap/received where its own is not known'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN inbox_item.body IS 'the activity itself; of one about a post that is kept here nothing, since the post says it'`.execute(
    db,
  )
  await sql`CREATE UNIQUE INDEX inbox_item_once ON inbox_item (owner_id, post_id) WHERE kind IN ('Create', 'Announce')`.execute(
    db,
  )
  await sql`CREATE INDEX inbox_item_post ON inbox_item (post_id) WHERE post_id IS NOT NULL`.execute(db)
  await sql`CREATE INDEX inbox_item_actor ON inbox_item (owner_id, actor_id, id)`.execute(db)
  await sql`CREATE INDEX inbox_item_kind ON inbox_item (owner_id, kind, id)`.execute(db)
  await sql`CREATE INDEX inbox_item_object ON inbox_item (owner_id, object_uri) WHERE object_uri IS NOT NULL`.execute(
    db,
  )
  await counts(db)

  // May be lost at any time, and is made again: the words in which posts are shown to whoever reads an inbox.
  await sql`
    CREATE UNLOGGED TABLE post_text (
      post_id bigint PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
      stamp text COLLATE "C" NOT NULL,
      addresses text NOT NULL,
      body text NOT NULL,
      made_at timestamptz NOT NULL
    )`.execute(db)
  await sql`COMMENT ON COLUMN post_text.stamp IS 'of what it was made: it holds as long as the post still has this one'`.execute(
    db,
  )
  await sql`CREATE INDEX post_text_age ON post_text (made_at)`.execute(db)
}

/** How much of whom is in an inbox, so that nobody has to count a hundred thousand rows; right whoever deletes a post. */
async function counts(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE inbox_count (
      owner_id bigint NOT NULL,
      actor_id bigint NOT NULL,
      items int NOT NULL,
      PRIMARY KEY (owner_id, actor_id)
    ) WITH (fillfactor = 70)`.execute(db)
  // Rows are locked in one order, so that two that count at once wait for each other instead of for ever.
  await sql`
    CREATE FUNCTION count_inbox_items() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO inbox_count AS had (owner_id, actor_id, items)
      SELECT owner_id, actor_id, count(*) FROM added GROUP BY 1, 2 ORDER BY 1, 2
      ON CONFLICT (owner_id, actor_id) DO UPDATE SET items = had.items + excluded.items;
      RETURN NULL;
    END $$`.execute(db)
  await sql`CREATE TRIGGER inbox_item_added AFTER INSERT ON inbox_item REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_inbox_items()`.execute(db)
  await sql`
    CREATE FUNCTION discount_inbox_items() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM gone) THEN RETURN NULL; END IF;
      PERFORM 1 FROM inbox_count AS had
      WHERE (had.owner_id, had.actor_id) IN (SELECT owner_id, actor_id FROM gone)
      ORDER BY had.owner_id, had.actor_id FOR UPDATE;
      UPDATE inbox_count AS had SET items = had.items - less.n
      FROM (SELECT owner_id, actor_id, count(*) AS n FROM gone GROUP BY 1, 2) AS less
      WHERE had.owner_id = less.owner_id AND had.actor_id = less.actor_id;
      RETURN NULL;
    END $$`.execute(db)
  await sql`CREATE TRIGGER inbox_item_gone AFTER DELETE ON inbox_item REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION discount_inbox_items()`.execute(db)
}
