import { sql } from 'kysely'
import type { ActivityId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import type { Knock, Standing } from '../db/tables/queue.ts'
import type { Tx } from '../db/transact.ts'
import { claim, createLanes, due, type Held, type LaneTables, ready, wake } from './lanes.ts'

/** The lanes of what goes out: one for each host. One that is failing is not brought forward by new rows. */
export const hostTables: LaneTables = {
  name: 'delivery',
  queue: 'host_queue',
  key: 'host_id',
  rows: 'delivery',
  forward: `q.standing <> 'failing'`,
  holdsBack: 'e.activity_id <> r.activity_id',
  remembers: 'standing',
}

export const hostLanes = createLanes(hostTables)

/** The kinds of activity that a host must hear of even when it comes back after weeks. */
const PATIENT = ['Delete', 'Move']
const DAYS = 3
const PATIENT_DAYS = 30
const CHUNK = 1000

const insertDeliveries = statement(
  'delivery-insert',
  `WITH new AS (
     INSERT INTO delivery (host_id, subject, activity_id, inbox_id, gives_up_at)
     SELECT i.host_id, $1, $2, i.id, now() + make_interval(days => $3)
     FROM inbox i JOIN host h ON h.id = i.host_id
     WHERE i.id = ANY($4::int[]) AND i.gone_at IS NULL AND (h.dead_at IS NULL OR $5)
     ORDER BY i.host_id, i.id
     ON CONFLICT (activity_id, inbox_id) DO NOTHING
     RETURNING host_id
   ), woken AS (${wake(hostTables, 'new')})
   SELECT count(*)::int AS n, pg_notify('jobs', 'delivery') FROM new`,
)

/**
 * Makes one delivery of an activity for each of these inboxes, a thousand at a time in the order of their hosts, and
 * wakes their lanes. Repeating it adds nothing. Inboxes that said 410 are passed over; so are those of hosts that have
 * been dead for long, except for what a host must hear of when it comes back (Delete and Move, kept for 30 days).
 * Better outside a long transaction: a large host's lane is one row, which all posts wake.
 * @param delivery.subject what must stay in order, such as the post's id: later deliveries of the same subject to the
 *   same host wait for earlier ones
 * @returns how many are new
 */
export async function expandDeliveries(
  db: Db | Tx,
  delivery: { activityId: ActivityId; subject: string; inboxIds: readonly number[] },
): Promise<number> {
  const activity = await db
    .selectFrom('activity')
    .select('kind')
    .where('id', '=', delivery.activityId)
    .executeTakeFirst()
  const patient = PATIENT.includes(activity?.kind ?? '')
  const inboxes = await inOrderOfHosts(db, delivery.inboxIds)
  let made = 0
  for (let start = 0; start < inboxes.length; start += CHUNK) {
    const [row] = await insertDeliveries<{ n: number }>(db, [
      delivery.subject,
      delivery.activityId,
      patient ? PATIENT_DAYS : DAYS,
      inboxes.slice(start, start + CHUNK),
      patient,
    ])
    made += row?.n ?? 0
  }
  return made
}

/** One chunk brings its own order along; several must not wake the same host in turn with another expansion. */
async function inOrderOfHosts(db: Db | Tx, inboxIds: readonly number[]): Promise<readonly number[]> {
  if (inboxIds.length <= CHUNK) return inboxIds
  const rows = await db
    .selectFrom('inbox')
    .select('id')
    .where('id', '=', sql<number>`ANY(${inboxIds}::int[])`)
    .orderBy('host_id')
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** A delivery as it was claimed. */
export interface ClaimedDelivery {
  readonly id: string
  readonly activityId: ActivityId
  readonly subject: string
  readonly inboxId: number
  readonly inboxUrl: string
  readonly attempts: number
  /** its days are over */
  readonly expired: boolean
  /** what the inbox said when it was last asked: 410, 404, 404 for three days or more; null when it is fine */
  readonly inboxState: 'gone' | 'missing' | 'long missing' | null
}

/** A host whose lane is ours for a while, with the first of its deliveries. */
export interface ClaimedHost extends Held {
  readonly host: string
  readonly standing: Standing
  readonly knock: Knock
  /** the host's row should be written at the next success, whatever has changed: it was last written long ago */
  readonly stale: boolean
  readonly failures: number
  readonly deliveries: readonly ClaimedDelivery[]
}

interface ClaimRow extends Held, Omit<ClaimedHost, 'deliveries'> {
  readonly id: string | null
}

/** What may be sent to a host that is not known to answer: first of all one. */
const PROBES = 4

const claimHosts = statement(
  'delivery-claim',
  `WITH ${claim(
    hostTables,
    `${due(hostTables, '$2', `standing = 'good'`)} || ${due(hostTables, '$3', `standing <> 'good'`)}`,
    '',
    ', q.standing',
  )}
   SELECT c.lane, c.lease, c.wakes, c.standing, h.name AS host, h.failures,
     CASE WHEN h.knock_at > now() - interval '30 days' THEN h.knock ELSE 'unknown' END AS knock,
     h.failures > 0 OR h.dead_at IS NOT NULL OR h.last_success_at IS NULL
       OR h.last_success_at < now() - interval '1 day' AS stale,
     d.id, d.activity_id AS "activityId", d.subject, d.inbox_id AS "inboxId", i.url AS "inboxUrl", d.attempts,
     d.gives_up_at <= now() AS expired,
     CASE WHEN i.gone_at IS NOT NULL THEN 'gone'
       WHEN i.missing_since < now() - interval '3 days' THEN 'long missing'
       WHEN i.missing_since IS NOT NULL THEN 'missing' END AS "inboxState"
   FROM c LEFT JOIN host h ON h.id = c.lane
   LEFT JOIN LATERAL (
     SELECT * FROM delivery r WHERE r.host_id = c.lane AND ${ready(hostTables)} ORDER BY r.id
     LIMIT CASE WHEN c.standing = 'good' THEN $4 ELSE LEAST($4, ${PROBES}) END
   ) d ON true
   LEFT JOIN inbox i ON i.id = d.inbox_id
   ORDER BY c.lane, d.id`,
)

/** How many lanes to claim: of hosts that answered last time, and of those that did not or were never asked. */
export interface HostPlaces {
  readonly good: number
  readonly other: number
}

/** Enough for a host to be busy with, so that giving it back and claiming it again costs little beside. */
const MOST_DELIVERIES = 16

/** Claims up to so many lanes that are due, and reads the first deliveries of each; fewer where only a probe may go. */
export async function claimDeliveries(db: Db, slot: number, places: HostPlaces): Promise<ClaimedHost[]> {
  const rows = await claimHosts<ClaimRow & ClaimedDelivery>(db, [
    slot,
    places.good,
    places.other,
    MOST_DELIVERIES,
  ])
  const hosts: (ClaimedHost & { deliveries: ClaimedDelivery[] })[] = []
  for (const row of rows) {
    let host = hosts.at(-1)
    if (host?.lane !== row.lane) {
      host = { ...row, deliveries: [] }
      hosts.push(host)
    }
    if (row.id !== null) host.deliveries.push(row)
  }
  return hosts
}
