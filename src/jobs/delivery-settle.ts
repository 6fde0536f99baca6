import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import type { Standing } from '../db/tables/queue.ts'
import { hostLanes } from './deliveries.ts'
import { type HostNews, writeHostNews } from './host-news.ts'
import type { Held } from './lanes.ts'

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

const drop = statement(
  'delivery-drop',
  `DELETE FROM delivery d USING unnest($1::int[], $2::bigint[]) AS t (host_id, id)
   WHERE d.host_id = t.host_id AND d.id = t.id`,
)
const putOff = statement(
  'delivery-retry',
  `UPDATE delivery d SET attempts = t.attempts, not_before = now() + make_interval(secs => t.seconds)
   FROM unnest($1::int[], $2::bigint[], $3::smallint[], $4::float8[]) AS t (host_id, id, attempts, seconds)
   WHERE d.host_id = t.host_id AND d.id = t.id`,
)
const bury = statement(
  'delivery-dead',
  `WITH gone AS (
     DELETE FROM delivery d
     USING unnest($1::int[], $2::bigint[], $3::smallint[], $4::text[]) AS t (host_id, id, attempts, reason)
     WHERE d.host_id = t.host_id AND d.id = t.id
     RETURNING d.id, d.host_id, d.subject, d.activity_id, d.inbox_id, t.attempts, t.reason, d.created_at
   )
   INSERT INTO dead_delivery (id, host_id, subject, activity_id, inbox_id, attempts, reason, created_at)
   SELECT * FROM gone ON CONFLICT (id) DO NOTHING`,
)
/** Deliveries whose days are over, of hosts that have just failed once more. */
const expire = statement(
  'delivery-expire',
  `WITH gone AS (
     DELETE FROM delivery d USING unnest($1::int[], $2::text[]) AS t (host_id, reason)
     WHERE d.host_id = t.host_id AND d.gives_up_at <= now()
     RETURNING d.id, d.host_id, d.subject, d.activity_id, d.inbox_id, d.attempts, t.reason, d.created_at
   )
   INSERT INTO dead_delivery (id, host_id, subject, activity_id, inbox_id, attempts, reason, created_at)
   SELECT * FROM gone ON CONFLICT (id) DO NOTHING`,
)
const markInboxes = statement(
  'inbox-state',
  `UPDATE inbox i SET
     gone_at = CASE WHEN t.state = 'gone' THEN COALESCE(i.gone_at, now()) ELSE i.gone_at END,
     missing_since = CASE WHEN t.state = 'missing' THEN COALESCE(i.missing_since, now()) END
   FROM unnest($1::int[], $2::text[]) AS t (inbox_id, state) WHERE i.id = t.inbox_id`,
)

/**
 * Writes what became of deliveries; then what that says of inboxes and hosts; and gives the hosts back last, so that
 * nobody claims a row that is already settled. Repeating it does no harm: a sent delivery is sent, whoever held it.
 */
export async function settleDeliveries(db: Db, notes: readonly DeliveryNote[]): Promise<void> {
  const of = <N extends DeliveryNote['note']>(kind: N) =>
    notes.filter((note): note is Extract<DeliveryNote, { note: N }> => note.note === kind)

  const dropped = of('drop')
  if (dropped.length > 0) await drop(db, keys(dropped))
  const later = of('retry')
  if (later.length > 0) {
    await putOff(db, [...keys(later), later.map((one) => one.attempts), later.map((one) => one.seconds)])
  }
  const dead = of('dead')
  if (dead.length > 0) {
    await bury(db, [...keys(dead), dead.map((one) => one.attempts), dead.map((one) => one.reason)])
  }
  const inboxes = new Map(of('inbox').map((note) => [note.inboxId, note.state]))
  if (inboxes.size > 0) await markInboxes(db, [[...inboxes.keys()], [...inboxes.values()]])
  await endVisits(db, of('visit-over'))
}

async function endVisits(
  db: Db,
  visits: readonly Extract<DeliveryNote, { note: 'visit-over' }>[],
): Promise<void> {
  if (visits.length === 0) return
  const news = visits.flatMap((visit) => visit.news ?? [])
  await writeHostNews(db, news)
  const failed = news.filter((one) => one.failure !== null)
  if (failed.length > 0) {
    await expire(db, [failed.map((one) => one.hostId), failed.map((one) => one.failure)])
  }
  await hostLanes.giveBack(
    db,
    visits.map(({ held, standing, waitSeconds }) => ({ ...held, standing, waitSeconds })),
  )
}

function keys(rows: readonly Row[]): [number[], string[]] {
  return [rows.map((row) => row.hostId), rows.map((row) => row.id)]
}
