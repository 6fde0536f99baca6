import { sql } from 'kysely'
import type { ActivityId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { findActivity } from '../domain/activities/find.ts'
import { activityReadableBy } from '../domain/posts/audience.ts'
import type { ActivityView, Viewer } from './view.ts'

/** An activity of ours by its id, with the exact bytes to serve; only a `public` one is for everyone. */
export async function viewActivity(db: Db, id: ActivityId): Promise<ActivityView | undefined> {
  return findActivity(db, id)
}

/** The same, if this reader may see it. */
export async function viewReadableActivity(
  db: Db,
  id: ActivityId,
  viewer: Viewer,
): Promise<ActivityView | undefined> {
  const { rows } = await sql<ActivityView>`
    SELECT activity.id, activity.account_id AS "accountId", activity.kind, activity.post_id AS "postId",
      activity.public, activity.body
    FROM activity WHERE activity.id = ${id}::bigint AND ${activityReadableBy(viewer)}`.execute(db)
  return rows[0]
}
