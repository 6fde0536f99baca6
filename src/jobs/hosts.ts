import { LRUCache } from 'lru-cache'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import type { Tx } from '../db/transact.ts'

interface Known {
  readonly hosts: LRUCache<string, number>
  readonly inboxes: LRUCache<string, number>
}

const KEPT = 20_000
/** Ids never change, so they are remembered; but only what is committed, hence never under a transaction. */
const remembered = new WeakMap<Db, Known>()

const findHosts = statement('host-find', 'SELECT id, name FROM host WHERE name = ANY($1::text[])')
const insertHosts = statement(
  'host-insert',
  'INSERT INTO host (name) SELECT name FROM unnest($1::text[]) AS t (name) ORDER BY name ON CONFLICT (name) DO NOTHING',
)
const findInboxes = statement(
  'inbox-find',
  `SELECT id, url, gone_at < now() - interval '1 day' AS revived FROM inbox WHERE url = ANY($1::text[])`,
)
const insertInboxes = statement(
  'inbox-insert',
  `INSERT INTO inbox (url, host_id) SELECT url, host_id FROM unnest($1::text[], $2::int[]) AS t (url, host_id)
   ORDER BY url ON CONFLICT (url) DO NOTHING RETURNING id, url`,
)
const reviveInboxes = statement(
  'inbox-revive',
  'UPDATE inbox SET gone_at = NULL, missing_since = NULL WHERE id = ANY($1::int[])',
)

/** The rows of these hosts (URL hosts, with their port), made where there are none. */
export async function ensureHosts(db: Db | Tx, names: readonly string[]): Promise<Map<string, number>> {
  const known = rememberedOf(db)?.hosts
  const found = new Map<string, number>()
  const asked = takeKnown(known, names, found)
  if (asked.length === 0) return found

  const look = () => findHosts<{ id: number; name: string }>(db, [asked])
  let rows = await look()
  if (rows.length < asked.length) {
    const had = new Set(rows.map((row) => row.name))
    await insertHosts(db, [asked.filter((name) => !had.has(name))])
    rows = await look()
  }
  for (const row of rows) {
    found.set(row.name, row.id)
    known?.set(row.name, row.id)
  }
  return found
}

/**
 * The rows of these inboxes, made where there are none. One that said 410 more than a day ago is believed to exist
 * again, since its owner's document names it; what is asked for was read there.
 * @throws TypeError for what is no URL
 */
export async function ensureInboxes(db: Db | Tx, urls: readonly string[]): Promise<Map<string, number>> {
  const known = rememberedOf(db)?.inboxes
  const found = new Map<string, number>()
  const asked = takeKnown(known, urls, found)
  if (asked.length === 0) return found

  interface Row {
    readonly id: number
    readonly url: string
    readonly revived?: boolean | null
  }
  const look = () => findInboxes<Row>(db, [asked])
  let rows = await look()
  if (rows.length < asked.length) {
    const had = new Set(rows.map((row) => row.url))
    const missing = asked.filter((url) => !had.has(url))
    const hosts = missing.map((url) => new URL(url).host)
    const ids = await ensureHosts(db, hosts)
    const made = await insertInboxes<Row>(db, [missing, hosts.map((host) => ids.get(host))])
    // What somebody else has made meanwhile is there by now.
    rows = made.length === missing.length ? [...rows, ...made] : await look()
  }
  const revived = rows.filter((row) => row.revived).map((row) => row.id)
  if (revived.length > 0) await reviveInboxes(db, [revived])
  for (const row of rows) {
    found.set(row.url, row.id)
    known?.set(row.url, row.id)
  }
  return found
}

function rememberedOf(db: Db | Tx): Known | undefined {
  if (db.isTransaction) return undefined
  let known = remembered.get(db)
  if (!known) {
    known = { hosts: new LRUCache({ max: KEPT }), inboxes: new LRUCache({ max: KEPT, ttl: 3_600_000 }) }
    remembered.set(db, known)
  }
  return known
}

/** Puts what is known into `found`, and gives back the rest, each once. */
function takeKnown(
  known: LRUCache<string, number> | undefined,
  names: readonly string[],
  found: Map<string, number>,
): string[] {
  const rest = new Set<string>()
  for (const name of names) {
    const id = known?.get(name)
    if (id === undefined) rest.add(name)
    else found.set(name, id)
  }
  return [...rest]
}
