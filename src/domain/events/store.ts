import { sql } from 'kysely'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import type { Tx } from '../../db/transact.ts'
import { EVENTS_CHANNEL, type NewEvent, type Topic } from './event.ts'

/**
 * Of each transaction at most one notification, since PostgreSQL tells equal ones once; none where no row was written.
 * What nobody listens to costs one look at a small table. What the transaction itself has entered into homes, inboxes,
 * outboxes and lists of notifications is known by `xmin`, and looked for only where somebody listens to them.
 */
const insertHeard = statement(
  'events.tell',
  `WITH told AS (
    INSERT INTO event (topic, subject, verb, thing, thing_id, uri, author_id, visibility, mentioned)
    SELECT new.topic, new.subject, new.verb, new.thing, new.thing_id, new.uri, new.author_id, new.visibility,
      string_to_array(new.mentioned, ',')::bigint[]
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::text[],
      $9::text[]) AS new (topic, subject, verb, thing, thing_id, uri, author_id, visibility, mentioned)
    JOIN event_topic USING (topic, subject)
    UNION ALL
    SELECT heard.topic, heard.subject, 'Add', 'received', item.id, NULL, NULL, NULL, NULL
    FROM event_topic AS heard CROSS JOIN LATERAL (
      SELECT id FROM inbox_item WHERE owner_id = heard.subject AND id > $10 AND inbox_item.xmin = pg_current_xact_id()::xid
      ORDER BY id OFFSET 0) AS item
    WHERE heard.topic = 'inbox' AND $10::bigint IS NOT NULL
    UNION ALL
    SELECT heard.topic, heard.subject, 'Add', 'activity', said.id, NULL, NULL, NULL, NULL
    FROM event_topic AS heard CROSS JOIN LATERAL (
      SELECT id FROM activity WHERE account_id = heard.subject AND id > $10 AND activity.xmin = pg_current_xact_id()::xid
      ORDER BY id OFFSET 0) AS said
    WHERE heard.topic = 'outbox' AND $10::bigint IS NOT NULL
    UNION ALL
    SELECT heard.topic, heard.subject, 'Add', 'notification', item.id, NULL, NULL, NULL, NULL
    FROM event_topic AS heard CROSS JOIN LATERAL (
      SELECT id FROM notification WHERE owner_id = heard.subject AND id > $10
        AND notification.xmin = pg_current_xact_id()::xid ORDER BY id OFFSET 0) AS item
    WHERE heard.topic = 'notifications' AND $10::bigint IS NOT NULL
    UNION ALL
    SELECT heard.topic, heard.subject, 'Add', 'act', item.post_id, NULL, NULL, NULL, NULL
    FROM home_entry AS item JOIN event_topic AS heard ON heard.topic = 'home' AND heard.subject = item.owner_id
    WHERE item.post_id = ANY ($11::bigint[]) AND item.xmin = pg_current_xact_id()::xid
      AND EXISTS (SELECT 1 FROM event_topic WHERE topic = 'home')
    ON CONFLICT DO NOTHING
    RETURNING 1)
  SELECT pg_notify('${EVENTS_CHANNEL}', '') WHERE EXISTS (SELECT 1 FROM told)`,
)

/** What a transaction has entered into homes, inboxes, outboxes and lists of notifications. */
export interface Entered {
  /** ids of the entries are higher than this one */
  readonly since: string
  /** posts that may have come into homes */
  readonly postIds: readonly string[]
}

export async function insertEvents(tx: Tx, events: readonly NewEvent[], entered?: Entered): Promise<void> {
  await insertHeard(tx, [
    events.map(({ topic }) => topic.name),
    events.map(({ topic }) => topic.subject),
    events.map(({ verb }) => verb),
    events.map(({ thing }) => thing),
    events.map(({ thingId }) => thingId ?? null),
    events.map(({ uri }) => uri ?? null),
    events.map(({ audience }) => audience?.authorId ?? null),
    events.map(({ audience }) => audience?.visibility ?? null),
    events.map(({ audience }) => audience?.mentionedIds.join(',') ?? null),
    entered?.since ?? null,
    entered?.postIds ?? [],
  ])
}

const PLACING = { space: 0x57454656, key: 21 }

/** One process at a time gives events their places, for as long as the transaction lasts. */
export async function lockPlaces(tx: Tx): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${PLACING.space}::int, ${PLACING.key}::int)`.execute(tx)
}

/** Gives places to events that have none, in the order in which they were written; how many. */
export async function placeEvents(tx: Tx, limit: number): Promise<number> {
  const placed = await sql`
    UPDATE event SET position = placed.position
    FROM (SELECT id, nextval('event_position') AS position
      FROM (SELECT id FROM event WHERE position IS NULL ORDER BY id LIMIT ${limit}) AS unplaced) AS placed
    WHERE event.id = placed.id`.execute(tx)
  return Number(placed.numAffectedRows ?? 0)
}

/**
 * From now on these are listened to, at least until then. Those that were not get a place that nobody can have stood at.
 * @returns the transaction that made some of them so just now; undefined when all of them were already
 */
export async function upsertTopics(
  db: Db,
  topics: readonly Topic[],
  until: Date,
): Promise<string | undefined> {
  const made = await sql<{ xid: string | null }>`
    WITH wanted AS (
      INSERT INTO event_topic (topic, subject, since, wanted_until)
      SELECT DISTINCT topic, subject, (SELECT nextval('event_position')), ${until}::timestamptz
      FROM unnest(${topics.map(({ name }) => name)}::text[], ${topics.map(({ subject }) => subject)}::bigint[])
        AS asked (topic, subject)
      ORDER BY topic, subject
      ON CONFLICT (topic, subject) DO UPDATE
        SET wanted_until = greatest(event_topic.wanted_until, excluded.wanted_until)
      RETURNING (xmax = 0) AS fresh)
    SELECT CASE WHEN bool_or(fresh) THEN pg_current_xact_id()::text END AS xid FROM wanted`.execute(db)
  return made.rows[0]?.xid ?? undefined
}

/** Those that were told so long ago that nobody may ask for them again; each topic remembers up to where. */
export async function deleteOldEvents(tx: Tx, before: Date): Promise<void> {
  await sql`
    WITH gone AS (DELETE FROM event WHERE created_at < ${before} RETURNING topic, subject, position),
      last AS (SELECT topic, subject, max(position) AS position FROM gone GROUP BY topic, subject)
    UPDATE event_topic SET since = greatest(event_topic.since, last.position)
    FROM last WHERE last.topic = event_topic.topic AND last.subject = event_topic.subject`.execute(tx)
}

export async function deleteUnwantedTopics(tx: Tx, now: Date): Promise<void> {
  await tx.deleteFrom('event_topic').where('wanted_until', '<', now).execute()
}
