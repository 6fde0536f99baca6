import type { ActivityId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { createIdsOf, findActivity } from '../domain/activities/find.ts'
import type { ActivityView } from './view.ts'

/** An activity of ours by its id, with the exact bytes to serve; only a `public` one is for everyone. */
export async function viewActivity(db: Db, id: ActivityId): Promise<ActivityView | undefined> {
  return findActivity(db, id)
}

/** The Create of each of these posts, by post. */
export async function viewCreateIds(db: Db, postIds: readonly PostId[]): Promise<Map<PostId, ActivityId>> {
  return createIdsOf(db, postIds)
}
