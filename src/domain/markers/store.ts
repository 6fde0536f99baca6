import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { MarkedTimeline } from '../../db/tables/timelines.ts'
import type { Tx } from '../../db/transact.ts'
import type { Marker } from './find.ts'

/**
 * Sets a marker that has this version, 0 for one that was never set.
 * @returns undefined when it has another version by now
 */
export async function setMarker(
  tx: Tx,
  accountId: AccountId,
  timeline: MarkedTimeline,
  { lastReadId, version, now }: { readonly lastReadId: string; readonly version: number; readonly now: Date },
): Promise<Marker | undefined> {
  const { rows } = await sql<Marker>`
    INSERT INTO marker (account_id, timeline, last_read_id, updated_at)
    VALUES (${accountId}::bigint, ${timeline}, ${lastReadId}::bigint, ${now})
    ON CONFLICT (account_id, timeline) DO UPDATE SET last_read_id = excluded.last_read_id,
      version = marker.version + 1, updated_at = excluded.updated_at WHERE marker.version = ${version}
    RETURNING timeline, last_read_id AS "lastReadId", version, updated_at AS "updatedAt"`.execute(tx)
  return rows[0]
}
