import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import { claim, createLanes, due, type Held, type LaneTables, named, ready, wake } from './lanes.ts'
import type { LaneItem } from './outcomes.ts'

/**
 * The lanes of what comes in: one for each host it came from, so a flood from one host is one lane among many. A row
 * that has failed often no longer holds back its actor: by then it is more likely odd than early.
 */
const tables: LaneTables = {
  name: 'lane',
  queue: 'lane_queue',
  key: 'lane',
  rows: 'lane_job',
  forward: 'true',
  holdsBack: 'e.attempts <= 3',
  remembers: 'tries',
}

export const inboxLanes = createLanes(tables)

/** SQL: puts the rows of `source` (lane, subject, kind, payload, n) into their lanes and wakes them. */
export function insertIntoLanes(source: string): string {
  return `queued AS (
      INSERT INTO lane_job (lane, subject, kind, payload)
      SELECT lane, subject, kind, payload FROM ${source} ORDER BY n
      RETURNING lane
    ), woken AS (${wake(tables, 'queued')})`
}

export interface ClaimedItem extends LaneItem {
  readonly subject: string
}

export interface ClaimedLane extends Held {
  /** claims since the lane was last given back: over 1, a worker died while it held it */
  readonly tries: number
  readonly items: readonly ClaimedItem[]
}

/** Bodies are read into memory: some large ones are enough for one claim. */
const BYTES_PER_LANE = 1_048_576

const claimRows = statement(
  'lane-claim',
  `WITH ${claim(tables, due(tables, '$2'), ', tries = LEAST(q.tries + 1, 100)', ', q.tries')}
   SELECT c.lane, c.lease, c.wakes, c.tries, j.id, j.subject, j.kind, j.payload AS body, j.attempts,
     j.created_at AS "receivedAt"
   FROM c LEFT JOIN LATERAL (
     SELECT * FROM (
       SELECT f.*, sum(octet_length(f.payload)) OVER (ORDER BY f.id) - octet_length(f.payload) AS bytes_before
       FROM (
         SELECT * FROM lane_job r WHERE r.lane = c.lane AND ${ready(tables)} ORDER BY r.id LIMIT $3
       ) f
     ) g WHERE g.bytes_before < ${BYTES_PER_LANE}
   ) j ON true
   ORDER BY c.lane, j.id`,
)

/** Claims up to `lanes` lanes that are due, and reads up to `limit` items of each, or some megabyte. */
export async function claimLanes(db: Db, slot: number, lanes: number, limit: number): Promise<ClaimedLane[]> {
  const rows = await claimRows<Omit<ClaimedLane, 'items'> & { id: string | null } & ClaimedItem>(db, [
    slot,
    lanes,
    limit,
  ])
  const claimed: (ClaimedLane & { items: ClaimedItem[] })[] = []
  for (const row of rows) {
    let lane = claimed.at(-1)
    if (lane?.lane !== row.lane) {
      lane = { lane: row.lane, lease: row.lease, wakes: row.wakes, tries: row.tries, items: [] }
      claimed.push(lane)
    }
    if (row.id !== null) lane.items.push(row)
  }
  return claimed
}

/** What became of an item, or of a lane: `over` gives it back. */
export type LaneNote =
  | { readonly note: 'done'; readonly item: LaneItem }
  | { readonly note: 'retry'; readonly item: LaneItem; readonly attempts: number; readonly seconds: number }
  | { readonly note: 'dead'; readonly item: LaneItem; readonly attempts: number; readonly reason: string }
  | { readonly note: 'over'; readonly lane: Held }

const deleteDone = statement('lane-done', `DELETE FROM lane_job WHERE ctid = ANY (${named(tables)})`)

async function putOff(db: Db, notes: readonly Extract<LaneNote, { note: 'retry' }>[]): Promise<void> {
  const [lanes, ids] = keys(notes)
  await sql`
    UPDATE lane_job j SET attempts = t.attempts, not_before = now() + make_interval(secs => t.seconds)
    FROM unnest(${lanes}::int[], ${ids}::bigint[], ${notes.map((note) => note.attempts)}::smallint[],
      ${notes.map((note) => note.seconds)}::float8[]) AS t (lane, id, attempts, seconds)
    WHERE j.lane = t.lane AND j.id = t.id`.execute(db)
}

async function bury(db: Db, notes: readonly Extract<LaneNote, { note: 'dead' }>[]): Promise<void> {
  const [lanes, ids] = keys(notes)
  await sql`
    WITH gone AS (
      DELETE FROM lane_job j
      USING unnest(${lanes}::int[], ${ids}::bigint[], ${notes.map((note) => note.attempts)}::smallint[],
        ${notes.map((note) => note.reason)}::text[]) AS t (lane, id, attempts, reason)
      WHERE j.lane = t.lane AND j.id = t.id
      RETURNING j.kind, j.lane, j.subject, j.payload, t.attempts, t.reason, j.created_at
    )
    INSERT INTO dead_job (kind, lane, subject, payload, attempts, reason, created_at) SELECT * FROM gone`.execute(
    db,
  )
}

/** Writes down what became of items, and gives lanes back after that; doing so twice changes nothing. */
export async function settleLanes(db: Db, notes: readonly LaneNote[]): Promise<boolean> {
  const of = <N extends LaneNote['note']>(kind: N) =>
    notes.filter((note): note is Extract<LaneNote, { note: N }> => note.note === kind)
  const done = of('done')
  const later = of('retry')
  const dead = of('dead')
  const over = of('over')
  if (done.length > 0) await deleteDone(db, keys(done))
  if (later.length > 0) await putOff(db, later)
  if (dead.length > 0) await bury(db, dead)
  if (over.length === 0) return false
  return inboxLanes.giveBack(
    db,
    over.map((note) => note.lane),
  )
}

function keys(notes: readonly { readonly item: LaneItem }[]): [number[], string[]] {
  return [notes.map(({ item }) => item.lane), notes.map(({ item }) => item.id)]
}

const countTry = statement(
  'lane-count',
  'UPDATE lane_job SET attempts = attempts + 1 WHERE lane = $1 AND id = $2 RETURNING attempts',
)

/** Counts a try before it is made, for an item that may have killed a worker. Returns the tries, this one included. */
export async function countAttempt(db: Db, item: LaneItem): Promise<number> {
  const [row] = await countTry<{ attempts: number }>(db, [item.lane, item.id])
  return row?.attempts ?? 0
}
