import { sql } from 'kysely'
import type { Db } from './connect.ts'
import { prepared } from './prepared.ts'

// Whatever writes a row that something shown is made of notes its keys in the table `change`, within its own transaction:
// triggers see to it (migration 0036), whoever writes. So what was read may be kept for as long as none of its keys is
// noted there, and whoever has looked there knows of all that was committed before. What was read is never older than the
// database, in whichever process it was changed, and without a word between them.

/** Something that was read, and the keys of all that it is made of. */
export interface Kept<View> {
  readonly view: View
  /** `p`ost, `a`ccount and its `s`tatistics, `v`iewer, `c`lient, `w`eb page: each with an id; `h`ashtag with its name, `e`moji with their host */
  readonly keys: readonly string[]
  /** it is as the database was then, by the clock of `Changes` */
  since: number
}

/** As `since`: of something of which no key tells all that it is made of. It is not fresh a second time. */
export const NEVER = -1

/** What one process has heard of changes. */
export interface Changes {
  /** Hears of all that was committed before this call. Whoever asks while somebody else does shares the answer. */
  catchUp(): Promise<void>
  /** To be asked before something is read: that is at least as new. */
  now(): number
  /** Whether nothing of it has changed, as far as we have caught up. */
  isFresh(kept: Kept<unknown>): boolean
  /** Takes all that was kept for old: after the database was away, and may have come back as it was earlier. */
  forget(): void
}

/** How long the database keeps what was changed. */
const KEPT_MINUTES = 8

const LIMITS = {
  /** as many at once as are told apart; after more than these, all is old */
  atOnce: 5000,
  /** as many keys as are remembered, twice */
  remembered: 50_000,
  /** after how many seconds of not looking nothing is known any more: less than the database keeps */
  away: 4 * 60,
}

interface News {
  /** what is committed by now, as PostgreSQL writes it: which transactions are over */
  readonly snapshot: string
  /** in seconds, by the clock of the database */
  readonly at: number
  /** separated by spaces; null for none */
  readonly keys: string | null
  readonly count: number
}

const findNews = prepared<'seen' | 'most'>(
  'changes.find',
  (at) => sql`
    SELECT pg_current_snapshot()::text AS snapshot, extract(epoch FROM clock_timestamp())::float8 AS at,
      string_agg(key, ' ') AS keys, count(*)::int AS count
    FROM (
      SELECT key FROM change WHERE xid >= pg_snapshot_xmin(${at('seen')}::text::pg_snapshot)
        AND NOT pg_visible_in_snapshot(xid, ${at('seen')}::text::pg_snapshot)
      LIMIT ${at('most')}::int
    ) AS fresh`,
)

/** @param limits for tests: they are small there */
export function createChanges(db: Db, limits: Partial<typeof LIMITS> = {}): Changes {
  const { atOnce, remembered, away } = { ...LIMITS, ...limits }
  let clock = 0
  /** What is older is not known to be as it was. */
  let floor = 0
  /** By key, when it was last heard of; in two parts, of which the older one goes when the younger one is full. */
  let [young, old] = [new Map<string, number>(), new Map<string, number>()]
  let oldUntil = 0
  let seen: Pick<News, 'snapshot' | 'at'> | undefined
  let running: Promise<void> | undefined
  let waiting: Promise<void> | undefined

  function forget(): void {
    clock += 1
    floor = clock
    young.clear()
    old.clear()
    seen = undefined
  }

  async function look(): Promise<void> {
    const before = seen
    const [news] = await findNews<News>(db, {
      seen: before?.snapshot ?? null,
      most: atOnce + 1,
    })
    if (!news) throw new Error('the database did not say what it has')
    // All was forgotten meanwhile: so is this.
    if (seen !== before) return look()
    if (before && (news.count > atOnce || news.at - before.at > away)) forget()
    else if (news.keys !== null) hear(news.keys.split(' '))
    seen = news
  }

  function hear(keys: readonly string[]): void {
    clock += 1
    for (const key of keys) young.set(key, clock)
    if (young.size < remembered) return
    floor = Math.max(floor, oldUntil)
    old = young
    oldUntil = clock
    young = new Map()
  }

  async function run(): Promise<void> {
    try {
      await look()
    } finally {
      running = waiting
      waiting = undefined
    }
  }

  return {
    catchUp() {
      if (!running) {
        running = run()
        return running
      }
      // What is asked just now may have been answered before this call: the next one has not.
      waiting ??= running.then(run, run)
      return waiting
    },
    now: () => clock,
    isFresh(kept) {
      if (kept.since === clock) return true
      if (kept.since < floor) return false
      for (const key of kept.keys) {
        const changed = young.get(key) ?? old.get(key)
        if (changed !== undefined && changed > kept.since) return false
      }
      // It is as it would be read now.
      kept.since = clock
      return true
    },
    forget,
  }
}

const AT_ONCE = 5000
const MOST_ROUNDS = 200

/** Forgets what was changed long ago, which everybody who looks at all has heard of. Run now and then. */
export async function forgetChanges({ db }: { readonly db: Db }): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    // In the order of the index, where the oldest come first.
    const { numAffectedRows = 0n } = await sql`
      DELETE FROM change WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM (SELECT ctid, at FROM change ORDER BY xid LIMIT ${AT_ONCE}::int) AS first
        WHERE at < now() - make_interval(mins => ${KEPT_MINUTES}::int)))`.execute(db)
    if (numAffectedRows < AT_ONCE) return
  }
}
