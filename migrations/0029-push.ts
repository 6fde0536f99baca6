import { type Kysely, sql } from 'kysely'

/** Where apps want to be told of notifications, and the jobs that tell them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE push_subscription (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      token_hash bytea NOT NULL UNIQUE REFERENCES grant_token (token_hash) ON DELETE CASCADE,
      endpoint text COLLATE "C" NOT NULL,
      standard boolean NOT NULL,
      p256dh bytea NOT NULL,
      sealed bytea NOT NULL,
      alerts text[] NOT NULL,
      policy text COLLATE "C" NOT NULL CHECK (policy IN ('all', 'followed', 'follower', 'none')),
      created_at timestamptz NOT NULL,
      failures int NOT NULL DEFAULT 0,
      failing_since timestamptz
    )`.execute(db)
  await sql`COMMENT ON TABLE push_subscription IS 'one for each access token, and gone with it'`.execute(db)
  await sql`COMMENT ON COLUMN push_subscription.id IS 'a small number: apps hold it in 32 bits'`.execute(db)
  await sql`COMMENT ON COLUMN push_subscription.p256dh IS 'the public key of the app, uncompressed'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN push_subscription.sealed IS 'the access token, which every message names, and the secret of the app: sealed with the secret of the server'`.execute(
    db,
  )
  await sql`COMMENT ON COLUMN push_subscription.alerts IS 'kinds of notifications'`.execute(db)
  await sql`CREATE INDEX push_subscription_account ON push_subscription (account_id)`.execute(db)

  // Whoever tells people of something need not think of this: what is written down is pushed, in the same transaction.
  // The jobs of one subscription stand behind each other, with a subject below all ids. While they wait for a push
  // service that is away, what is new waits with them; and no more than so many do.
  await sql`
    CREATE FUNCTION push_notifications() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO job (kind, payload, subject, due_at)
      SELECT 'push', json_build_object('subscriptionId', wish.id, 'noticeId', told.id::text)::text, -wish.id,
        GREATEST(queue.due_at, now())
      FROM told JOIN push_subscription AS wish ON wish.account_id = told.owner_id
      CROSS JOIN LATERAL (SELECT count(*) AS length, max(due_at) AS due_at
        FROM (SELECT due_at FROM job WHERE subject = -wish.id LIMIT 50) AS waiting) AS queue
      WHERE told.kind = ANY (wish.alerts)
        AND (wish.policy = 'all'
          OR wish.policy = 'followed' AND EXISTS (SELECT 1 FROM follow WHERE follower_id = told.owner_id
            AND followed_id = told.from_account_id AND state = 'accepted')
          OR wish.policy = 'follower' AND EXISTS (SELECT 1 FROM follow WHERE followed_id = told.owner_id
            AND follower_id = told.from_account_id AND state = 'accepted'))
        AND queue.length < 50
      ORDER BY told.id;
      IF FOUND THEN PERFORM pg_notify('jobs', 'job'); END IF;
      RETURN NULL;
    END $$`.execute(db)
  await sql`CREATE TRIGGER notification_pushed AFTER INSERT ON notification REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION push_notifications()`.execute(db)
}
