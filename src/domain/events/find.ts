import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'
import type { StreamEvent, Thing, Topic, TopicName, Verb } from './event.ts'

interface EventRow {
  readonly position: string
  readonly topic: TopicName
  readonly subject: string
  readonly verb: Verb
  readonly thing: Thing
  readonly thing_id: string | null
  readonly uri: string | null
  readonly author_id: AccountId | null
  readonly visibility: Visibility | null
  readonly mentioned: AccountId[] | null
  readonly written_by: string | null
}

const columns = sql`position, topic, subject, verb, thing, thing_id, uri, author_id, visibility, mentioned, written_by`

/** The next events after a position, whatever they are about, in order. */
export async function eventsAfter(db: Db, position: string, limit: number): Promise<StreamEvent[]> {
  const { rows } = await sql<EventRow>`
    SELECT ${columns} FROM event WHERE position > ${position}::bigint ORDER BY position LIMIT ${limit}`.execute(
    db,
  )
  return rows.map(eventFrom)
}

/** What a listener to these topics missed between two positions, in order, and no more than `limit`. */
export async function eventsBetween(
  db: Db,
  topics: readonly Topic[],
  after: string,
  upTo: string,
  limit: number,
): Promise<StreamEvent[]> {
  const { rows } = await sql<EventRow>`
    SELECT ${columns} FROM event JOIN unnest(
      ${topics.map(({ name }) => name)}::text[], ${topics.map(({ subject }) => subject)}::bigint[]
    ) AS heard (topic, subject) USING (topic, subject)
    WHERE position > ${after}::bigint AND position <= ${upTo}::bigint ORDER BY position LIMIT ${limit}`.execute(
    db,
  )
  return rows.map(eventFrom)
}

/** Whether every event of these topics after a position is still there. */
export async function isWhole(db: Db, topics: readonly Topic[], after: string): Promise<boolean> {
  const { rows } = await sql<{ n: number }>`
    SELECT count(*)::int AS n FROM event_topic JOIN unnest(
      ${topics.map(({ name }) => name)}::text[], ${topics.map(({ subject }) => subject)}::bigint[]
    ) AS heard (topic, subject) USING (topic, subject)
    WHERE since <= ${after}::bigint`.execute(db)
  return rows[0]?.n === topics.length
}

/** The highest position that was given; only under the lock is it certain that it can be seen by now. */
export async function lastPosition(db: Db): Promise<string> {
  const { rows } = await sql<{ last: string }>`SELECT last_value AS last FROM event_position`.execute(db)
  return rows[0]?.last ?? '0'
}

/** Whether no transaction runs any more that began before this one was over. */
export async function isSettledBefore(db: Db, xid: string): Promise<boolean> {
  const { rows } = await sql<{ settled: boolean }>`
    SELECT pg_snapshot_xmin(pg_current_snapshot()) > ${xid}::xid8 AS settled`.execute(db)
  return rows[0]?.settled === true
}

function eventFrom(row: EventRow): StreamEvent {
  const { author_id, visibility, mentioned } = row
  return {
    position: row.position,
    topic: { name: row.topic, subject: row.subject },
    verb: row.verb,
    thing: row.thing,
    thingId: row.thing_id,
    uri: row.uri,
    namedIds: mentioned ?? [],
    writtenBy: row.written_by,
    audience:
      author_id === null || visibility === null
        ? null
        : { authorId: author_id, visibility, mentionedIds: mentioned ?? [] },
  }
}
