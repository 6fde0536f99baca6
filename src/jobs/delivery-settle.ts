import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import type { Standing } from '../db/tables/queue.ts'
import { hostLanes, hostTables } from './deliveries.ts'
import { type HostNews, writeHostNews } from './host-news.ts'
import { type Held, named } from './lanes.ts'

interface Row {
  readonly hostId: number
  readonly id: string
}

/** What is to be written after a delivery was tried, or after a visit to a host. */
export type DeliveryNote =
  | ({ readonly note: 'drop' } & Row)
  | ({ readonly note: 'retry'; readonly attempts: number; readonly seconds: number } & Row)
  | ({ readonly note: 'dead'; readonly attempts: number; readonly reason: string } & Row)
  | {
      readonly note: 'inbox'
      readonly inboxId: number
      readonly state: 'gone' | 'missing' | 'found'
    }
  | {
      readonly note: 'visit-over'
      readonly held: Held
      readonly standing: Standing | undefined
      readonly waitSeconds: number | undefined
      readonly news: HostNews | undefined
    }

type Note<N extends DeliveryNote['note']> = Extract<DeliveryNote, { note: N }>

const drop = statement('delivery-drop', `DELETE FROM delivery WHERE ctid = ANY (${named(hostTables)})`)

async function putOff(db: Db, notes: readonly Note<'retry'>[]): Promise<void> {
  const [hosts, ids] = keys(notes)
  await sql`
    UPDATE delivery d SET attempts = t.attempts, not_before = now() + make_interval(secs => t.seconds)
    FROM unnest(${hosts}::int[], ${ids}::bigint[], ${notes.map((note) => note.attempts)}::smallint[],
      ${notes.map((note) => note.seconds)}::float8[]) AS t (host_id, id, attempts, seconds)
    WHERE d.host_id = t.host_id AND d.id = t.id`.execute(db)
}

async function bury(db: Db, notes: readonly Note<'dead'>[]): Promise<void> {
  const [hosts, ids] = keys(notes)
  await sql`
    WITH gone AS (
      DELETE FROM delivery d
      USING unnest(${hosts}::int[], ${ids}::bigint[], ${notes.map((note) => note.attempts)}::smallint[],
        ${notes.map((note) => note.reason)}::text[]) AS t (host_id, id, attempts, reason)
      WHERE d.host_id = t.host_id AND d.id = t.id
      RETURNING d.id, d.host_id, d.subject, d.activity_id, d.inbox_id, t.attempts, t.reason, d.created_at
    ) ${INTO_DEAD}`.execute(db)
}

/** Deliveries whose days are over, of hosts that have just failed once more. */
async function expire(db: Db, failed: readonly HostNews[]): Promise<void> {
  if (failed.length === 0) return
  await sql`
    WITH gone AS (
      DELETE FROM delivery d
      USING unnest(${failed.map((one) => one.hostId)}::int[], ${failed.map((one) => one.failure)}::text[])
        AS t (host_id, reason)
      WHERE d.host_id = t.host_id AND d.gives_up_at <= now()
      RETURNING d.id, d.host_id, d.subject, d.activity_id, d.inbox_id, d.attempts, t.reason, d.created_at
    ) ${INTO_DEAD}`.execute(db)
}

const INTO_DEAD = sql`
  INSERT INTO dead_delivery (id, host_id, subject, activity_id, inbox_id, attempts, reason, created_at)
  SELECT * FROM gone ON CONFLICT (id) DO NOTHING`

async function markInboxes(db: Db, notes: readonly Note<'inbox'>[]): Promise<void> {
  const states = new Map(notes.map((note) => [note.inboxId, note.state]))
  await sql`
    UPDATE inbox i SET
      gone_at = CASE WHEN t.state = 'gone' THEN COALESCE(i.gone_at, now()) ELSE i.gone_at END,
      missing_since = CASE WHEN t.state = 'missing' THEN COALESCE(i.missing_since, now()) END
    FROM unnest(${[...states.keys()]}::int[], ${[...states.values()]}::text[]) AS t (inbox_id, state)
    WHERE i.id = t.inbox_id`.execute(db)
}

/**
 * Writes what became of deliveries; then what that says of inboxes and hosts; and gives the hosts back last, so that
 * nobody claims a row that is already settled. Repeating it does no harm: a sent delivery is sent, whoever held it.
 * @returns whether a host that was given back is to be claimed again at once
 */
export async function settleDeliveries(db: Db, notes: readonly DeliveryNote[]): Promise<boolean> {
  const of = <N extends DeliveryNote['note']>(kind: N) =>
    notes.filter((note): note is Note<N> => note.note === kind)
  const dropped = of('drop')
  const later = of('retry')
  const dead = of('dead')
  const inboxes = of('inbox')
  if (dropped.length > 0) await drop(db, keys(dropped))
  if (later.length > 0) await putOff(db, later)
  if (dead.length > 0) await bury(db, dead)
  if (inboxes.length > 0) await markInboxes(db, inboxes)
  return endVisits(db, of('visit-over'))
}

async function endVisits(db: Db, visits: readonly Note<'visit-over'>[]): Promise<boolean> {
  if (visits.length === 0) return false
  const news = visits.flatMap((visit) => visit.news ?? [])
  await writeHostNews(db, news)
  await expire(
    db,
    news.filter((one) => one.failure !== null),
  )
  return hostLanes.giveBack(
    db,
    visits.map(({ held, standing, waitSeconds }) => ({ ...held, standing, waitSeconds })),
  )
}

function keys(rows: readonly Row[]): [number[], string[]] {
  return [rows.map((row) => row.hostId), rows.map((row) => row.id)]
}
