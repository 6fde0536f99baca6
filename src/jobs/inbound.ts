import { LRUCache } from 'lru-cache'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import { ensureHosts } from './hosts.ts'

const LOOK_EVERY_MS = 60_000
const REVIVE_EVERY_MS = 600_000
/** Hosts that were looked at lately, by database. */
const looked = new WeakMap<Db, LRUCache<number, true>>()

const revive = statement(
  'host-revive',
  `WITH heard AS (
     UPDATE host SET failures = 0, failing_since = NULL, dead_at = NULL, heard_at = now()
     FROM (SELECT id, failures > 0 OR dead_at IS NOT NULL AS revived FROM host WHERE id = $1) AS before
     WHERE host.id = before.id
       AND (before.revived OR host.heard_at IS NULL OR host.heard_at < now() - interval '1 hour')
     RETURNING host.id, before.revived
   ), back AS (
     SELECT id FROM heard WHERE revived
   ), woken AS (
     UPDATE host_queue q SET standing = 'new', due_at = now() FROM back
     WHERE q.host_id = back.id AND q.owner IS NULL AND q.due_at IS NOT NULL
   )
   SELECT pg_notify('jobs', 'delivery') FROM back`,
)

/**
 * A request from that host was verified: if we had given up on it, or were waiting for it to come back, its deliveries
 * are due at once; and that it was heard of is written down, once an hour. Costs nothing most of the time; a host that can
 * reach us but not be reached is tried some six times an hour, not at each of its requests.
 * @param host its row's id, or its name (URL host with port)
 */
export async function noteInbound(db: Db, host: number | string): Promise<void> {
  const id = typeof host === 'number' ? host : (await ensureHosts(db, [host])).get(host)
  if (id === undefined) return
  let lately = looked.get(db)
  if (!lately) {
    lately = new LRUCache({ max: 20_000 })
    looked.set(db, lately)
  }
  if (lately.has(id)) return
  lately.set(id, true, { ttl: LOOK_EVERY_MS })
  const revived = await revive(db, [id])
  if (revived.length > 0) lately.set(id, true, { ttl: REVIVE_EVERY_MS })
}
