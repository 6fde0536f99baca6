import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import type { Tx } from '../db/transact.ts'
import { ensureHosts } from './hosts.ts'
import { claim, createLanes, due, type Held, type LaneTables, ready, wake } from './lanes.ts'

/** The lanes of what we ask others for: one for each host. What waits there waits alone. */
const tables: LaneTables = {
  name: 'errand',
  queue: 'errand_queue',
  key: 'host_id',
  rows: 'errand',
  // A host that asked us to wait is not brought forward because somebody looks at another thread.
  forward: 'q.failures = 0',
  holdsBack: 'false',
  remembers: 'tries',
}

export const errandLanes = createLanes(tables)

/** Something to ask another server for. */
export interface NewErrand {
  /** http(s) */
  readonly url: string
  /** what is expected there, for whoever does it */
  readonly kind: string
  /** lower is asked for first, within one host */
  readonly rank: number
  /** plain JSON */
  readonly detail: unknown
}

export interface ClaimedErrand {
  readonly id: string
  readonly hostId: number
  /** the crawl that it belongs to, and the round of that crawl */
  readonly subject: string
  readonly round: number
  readonly rank: number
  readonly kind: string
  readonly url: string
  readonly detail: string
  /** failures so far */
  readonly attempts: number
}

export interface ClaimedRound extends Held {
  readonly host: string
  /** times in a row that the host failed us */
  readonly failures: number
  readonly tries: number
  /** requests that it may still be asked within its minute, and how long that lasts */
  readonly left: number
  readonly secondsLeft: number
  readonly errands: readonly ClaimedErrand[]
}

/** What one host is asked within a minute, by all workers together: what a person reading there might cause. */
export const REQUESTS_PER_MINUTE = 240
const MOST_ERRANDS = 16

const insertErrands = statement(
  'errand-insert',
  `WITH new AS (
     INSERT INTO errand (host_id, subject, round, rank, kind, url, detail)
     SELECT host_id, $1, $2, rank, kind, url, detail
     FROM unnest($3::int[], $4::int[], $5::text[], $6::text[], $7::text[])
       WITH ORDINALITY AS t (host_id, rank, kind, url, detail, n) ORDER BY n
     RETURNING host_id
   ), woken AS (${wake(tables, 'new')})
   SELECT pg_notify('jobs', 'errand') FROM new LIMIT 1`,
)

/** The hosts of these addresses, to be made before the transaction in which errands are put: their rows are shared. */
export async function hostsOf(db: Db, urls: readonly string[]): Promise<ReadonlyMap<string, number>> {
  return ensureHosts(db, [...new Set(urls.map((url) => new URL(url).host))])
}

/** Puts errands into the lanes of their hosts, in their order; those of hosts that are not in `hosts` are left out. */
export async function putErrands(
  tx: Tx,
  crawl: { readonly id: string; readonly round: number },
  errands: readonly NewErrand[],
  hosts: ReadonlyMap<string, number>,
): Promise<void> {
  const known = errands.filter(({ url }) => hosts.has(new URL(url).host))
  if (known.length === 0) return
  await insertErrands(tx, [
    crawl.id,
    crawl.round,
    known.map(({ url }) => hosts.get(new URL(url).host)),
    known.map(({ rank }) => rank),
    known.map(({ kind }) => kind),
    known.map(({ url }) => url),
    known.map(({ detail }) => JSON.stringify(detail)),
  ])
}

const deleteErrands = statement(
  'errand-done',
  `DELETE FROM errand e USING unnest($1::int[], $2::bigint[]) AS t (host_id, id)
   WHERE e.host_id = t.host_id AND e.id = t.id RETURNING e.id`,
)

/** Takes errands away; says which: what is missing was taken by somebody else, whose doing counts then. */
export async function takeErrands(
  tx: Tx,
  errands: readonly Pick<ClaimedErrand, 'hostId' | 'id'>[],
): Promise<Set<string>> {
  const rows = await deleteErrands<{ id: string }>(tx, [
    errands.map(({ hostId }) => hostId),
    errands.map(({ id }) => id),
  ])
  return new Set(rows.map(({ id }) => id))
}

/** Takes away all that a crawl still waits for. */
export async function dropErrandsOf(tx: Tx, subject: string): Promise<void> {
  await tx.deleteFrom('errand').where('subject', '=', subject).execute()
}

/** Takes away all that a host was to be asked for, of one crawl or all; says how many that were of each. */
export async function dropErrandsAt(
  tx: Tx,
  hostId: number,
  subject?: string,
): Promise<readonly { readonly subject: string; readonly count: number }[]> {
  const gone = await sql<{ subject: string; count: number }>`
    WITH gone AS (
      DELETE FROM errand WHERE host_id = ${hostId}
        AND (${subject ?? null}::bigint IS NULL OR subject = ${subject ?? null}::bigint) RETURNING subject)
    SELECT subject, count(*)::int AS count FROM gone GROUP BY subject ORDER BY subject`.execute(tx)
  return gone.rows
}

const fresh = `q.minute > now() - interval '1 minute'`
const claimRows = statement(
  'errand-claim',
  `WITH ${claim(
    tables,
    due(tables, '$2'),
    `, tries = LEAST(q.tries + 1, 100), minute = CASE WHEN ${fresh} THEN q.minute ELSE now() END,
      asked = CASE WHEN ${fresh} THEN q.asked ELSE 0 END`,
    `, q.tries, q.failures, GREATEST(${REQUESTS_PER_MINUTE} - q.asked, 0) AS "left",
      GREATEST(extract(epoch FROM q.minute + interval '1 minute' - now()), 1)::float8 AS "secondsLeft"`,
  )}
   SELECT c.lane, c.lease, c.wakes, c.tries, c.failures, c."left", c."secondsLeft", h.name AS host,
     e.id, e.subject, e.round, e.rank, e.kind, e.url, e.detail, e.attempts
   FROM c JOIN host h ON h.id = c.lane
   LEFT JOIN LATERAL (
     SELECT * FROM errand r WHERE r.host_id = c.lane AND ${ready(tables)} ORDER BY r.rank, r.id
     LIMIT CASE WHEN c."left" = 0 THEN 0 WHEN c.failures > 0 THEN 1 ELSE ${MOST_ERRANDS} END
   ) e ON true
   ORDER BY c.lane, e.rank, e.id`,
)

type ClaimRow = Omit<ClaimedRound, 'errands'> & Omit<ClaimedErrand, 'hostId' | 'id'> & { id: string | null }

/** Claims hosts that are due, each with the first of what they are to be asked for: one thing where they failed last. */
export async function claimErrands(db: Db, slot: number, hosts: number): Promise<ClaimedRound[]> {
  const rows = await claimRows<ClaimRow>(db, [slot, hosts])
  const rounds: (ClaimedRound & { errands: ClaimedErrand[] })[] = []
  for (const { id, ...row } of rows) {
    let round = rounds.at(-1)
    if (round?.lane !== row.lane) {
      round = { ...row, errands: [] }
      rounds.push(round)
    }
    if (id !== null) round.errands.push({ ...row, id, hostId: row.lane })
  }
  return rounds
}

const putOff = statement(
  'errand-later',
  `UPDATE errand SET attempts = attempts + 1, not_before = now() + make_interval(secs => $3)
   WHERE host_id = $1 AND id = $2`,
)

/** This one waits; what else is to be asked at its host does not. */
export async function putOffErrand(db: Db, errand: ClaimedErrand, seconds: number): Promise<void> {
  await putOff(db, [errand.hostId, errand.id, seconds])
}

const countTry = statement(
  'errand-count',
  'UPDATE errand SET attempts = attempts + 1 WHERE host_id = $1 AND id = $2',
)

/** Counts a try before it is made, of one that may have ended a worker. */
export async function countErrand(db: Db, errand: ClaimedErrand): Promise<void> {
  await countTry(db, [errand.hostId, errand.id])
}

const remember = statement(
  'errand-remember',
  `UPDATE errand_queue q SET asked = q.asked + $3, failures = LEAST($4::int, 100)
   WHERE q.host_id = $1 AND q.lease = $2`,
)

/** Gives a host back after a round: what it was asked counts for its minute, how it failed for its next turn. */
export async function giveHostBack(
  db: Db,
  round: ClaimedRound,
  made: { readonly requests: number; readonly failures: number; readonly waitSeconds: number | undefined },
): Promise<void> {
  await remember(db, [round.lane, round.lease, made.requests, made.failures])
  const left = round.left - made.requests
  const waitSeconds = made.waitSeconds ?? (left <= 0 ? round.secondsLeft : undefined)
  await errandLanes.giveBack(db, [{ lane: round.lane, lease: round.lease, wakes: round.wakes, waitSeconds }])
}
