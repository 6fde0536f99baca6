import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'

export interface AskedHost {
  readonly id: number
  /** URL host, with its port */
  readonly name: string
}

const ASK_AGAIN_DAYS = 14

const claim = statement(
  'host-claim-unasked',
  `UPDATE host SET asked_at = now() WHERE id IN (
     SELECT id FROM host
     WHERE (asked_at IS NULL OR asked_at < now() - make_interval(days => ${ASK_AGAIN_DAYS}))
       AND dead_at IS NULL AND (heard_at IS NOT NULL OR last_success_at IS NOT NULL)
     ORDER BY asked_at NULLS FIRST, id LIMIT $1 FOR UPDATE SKIP LOCKED)
   RETURNING id, name`,
)
const write = statement('host-software', 'UPDATE host SET software = $2, software_version = $3 WHERE id = $1')

/** Some hosts that we deal with and whose software was not asked for within two weeks; nobody else gets the same ones. */
export async function claimUnaskedHosts(db: Db, limit: number): Promise<AskedHost[]> {
  return claim<AskedHost>(db, [limit])
}

/** Writes down what a host says that it runs: for people to read, never to decide by (FEP-0151). */
export async function writeSoftware(
  db: Db,
  hostId: number,
  software: { readonly name: string; readonly version: string },
): Promise<void> {
  await write(db, [hostId, software.name, software.version])
}
