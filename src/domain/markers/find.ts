import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { MarkedTimeline } from '../../db/tables/timelines.ts'

/** How far somebody has read. */
export interface Marker {
  readonly timeline: MarkedTimeline
  readonly lastReadId: string
  /** how often it was set */
  readonly version: number
  readonly updatedAt: Date
}

export async function findMarkers(
  db: Db,
  accountId: AccountId,
  timelines: readonly MarkedTimeline[],
): Promise<Marker[]> {
  if (timelines.length === 0) return []
  return db
    .selectFrom('marker')
    .select(['timeline', 'last_read_id as lastReadId', 'version', 'updated_at as updatedAt'])
    .where('account_id', '=', accountId)
    .where('timeline', 'in', timelines)
    .orderBy('timeline')
    .execute()
}
