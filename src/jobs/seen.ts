import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { refuse } from '../base/refusal.ts'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import { transact } from '../db/transact.ts'
import { ensureHosts } from './hosts.ts'
import { insertIntoLanes } from './lane-jobs.ts'

/** An activity whose signature held, as it came. */
export interface Accepted {
  readonly actor: string
  readonly activityId: string
  /** URL host of the actor, with its port */
  readonly host: string
  readonly body: string
  /** to whom it came blindly: each of them gets it */
  readonly blindTo?: string
}

export interface Intake {
  /**
   * Keeps an activity, to be worked on at least once; resolves after that is committed. `seen`: the same actor sent
   * this id before, within the last week at least, and nothing was kept.
   * @throws Refusal `busy` when more is waiting than the database takes; whatever the database says of this body
   */
  accept(item: Accepted): Promise<'new' | 'seen'>
}

const WINDOW_MS = 2
const IN_FLIGHT = 2
const LARGEST_BATCH = 200
const MOST_WAITING = 5000
const TURN_DAYS = 7

interface Waiting {
  readonly item: Accepted
  readonly key: Buffer
  readonly resolve: (verdict: 'new' | 'seen') => void
  readonly reject: (error: unknown) => void
}

/** Which of the two tables is written is read within the statement, so that all processes turn at the same moment. */
const mark = (table: 'a' | 'b', other: 'a' | 'b') => `${table} AS (
    INSERT INTO inbox_seen_${table} (key)
    SELECT key FROM item
    WHERE (SELECT current FROM inbox_seen_turn) = '${table}'
      AND NOT EXISTS (SELECT 1 FROM inbox_seen_${other} o WHERE o.key = item.key)
    ORDER BY key
    ON CONFLICT DO NOTHING
    RETURNING key
  )`

const keep = statement(
  'intake',
  `WITH item AS (
     SELECT * FROM unnest($1::bytea[], $2::int[], $3::bigint[], $4::text[])
       WITH ORDINALITY AS t (key, lane, subject, payload, n)
   ), ${mark('a', 'b')}, ${mark('b', 'a')},
   new AS (
     SELECT item.*, 'activity' AS kind FROM item
     WHERE key IN (SELECT key FROM a UNION ALL SELECT key FROM b)
   ), ${insertIntoLanes('new')}
   SELECT key, pg_notify('jobs', 'lane') FROM new`,
)

/**
 * The door of what other servers send. Whatever is accepted within two milliseconds is kept by one statement: mark and
 * work together, or neither.
 */
export function createIntake(db: Db): Intake {
  let waiting: Waiting[] = []
  let inFlight = 0
  let scheduled = false

  return {
    async accept(item) {
      if (waiting.length >= MOST_WAITING) refuse('busy')
      const { promise, resolve, reject } = Promise.withResolvers<'new' | 'seen'>()
      waiting.push({ item, key: seenKey(item), resolve, reject })
      if (inFlight < IN_FLIGHT) schedule(WINDOW_MS)
      return promise
    },
  }

  function schedule(ms: number): void {
    if (scheduled) return
    scheduled = true
    setTimeout(flush, ms)
  }

  function flush(): void {
    scheduled = false
    const batch = waiting.slice(0, LARGEST_BATCH)
    waiting = waiting.slice(LARGEST_BATCH)
    inFlight++
    void keepAll(db, batch).finally(() => {
      inFlight--
      // What came meanwhile has waited long enough.
      if (waiting.length > 0) schedule(0)
    })
    if (waiting.length > 0 && inFlight < IN_FLIGHT) schedule(0)
  }
}

/** Never throws: each member hears of its own fate. */
async function keepAll(db: Db, batch: readonly Waiting[]): Promise<void> {
  const first = new Map<string, Waiting>()
  const again: Waiting[] = []
  for (const one of batch) {
    const key = one.key.toString('base64')
    if (first.has(key)) again.push(one)
    else first.set(key, one)
  }
  const members = [...first.values()]
  try {
    const fresh = await keepBatch(db, members)
    for (const one of members) one.resolve(fresh.has(one.key.toString('base64')) ? 'new' : 'seen')
    for (const one of again) one.resolve('seen')
  } catch (error) {
    if (batch.length > 1 && isTheirFault(error)) await keepEach(db, batch)
    else for (const one of batch) one.reject(error)
  }
}

/** One body that cannot be kept must not turn its neighbours away. */
async function keepEach(db: Db, batch: readonly Waiting[]): Promise<void> {
  for (const one of batch) {
    try {
      one.resolve((await keepBatch(db, [one])).size > 0 ? 'new' : 'seen')
    } catch (error) {
      one.reject(error)
    }
  }
}

/** The keys of those that are new. */
async function keepBatch(db: Db, batch: readonly Waiting[]): Promise<Set<string>> {
  const hosts = await ensureHosts(
    db,
    batch.map(({ item }) => item.host),
  )
  const rows = await keep<{ key: Buffer }>(db, [
    batch.map(({ key }) => key),
    batch.map(({ item }) => hosts.get(item.host)),
    batch.map(({ item }) => subjectOf(item.actor)),
    batch.map(({ item }) => item.body),
  ])
  return new Set(rows.map((row) => row.key.toString('base64')))
}

function seenKey({ actor, activityId, blindTo }: Accepted): Buffer {
  const name = blindTo === undefined ? `${actor}\n${activityId}` : `${actor}\n${activityId}\n${blindTo}`
  return createHash('sha256').update(name).digest().subarray(0, 16)
}

function subjectOf(actor: string): string {
  return createHash('sha256').update(actor).digest().readBigInt64BE().toString()
}

/** Class 22 (data), 23 (constraints) and 54 (limits): something in one of the rows, not the state of the server. */
function isTheirFault(error: unknown): boolean {
  return /^(?:22|23|54)/.test(String((error as { code?: unknown }).code))
}

/**
 * Forgets what was seen more than a week ago, when it is time: the two tables are used in turn, and the older is
 * emptied and becomes the current one. Returns whether it was time. Safe in several processes at once.
 */
export async function turnSeen(db: Db): Promise<boolean> {
  return transact(db, async (tx) => {
    const turned = await tx
      .updateTable('inbox_seen_turn')
      .set({ current: sql`CASE current WHEN 'a' THEN 'b' ELSE 'a' END`, since: sql`now()` })
      .where('since', '<=', sql<Date>`now() - make_interval(days => ${TURN_DAYS})`)
      .returning('current')
      .executeTakeFirst()
    if (!turned) return false
    await (turned.current === 'a' ? sql`TRUNCATE inbox_seen_a` : sql`TRUNCATE inbox_seen_b`).execute(tx)
    return true
  })
}
