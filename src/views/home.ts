import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import { newestFirst, type PageQuery } from './pages.ts'

const HIGHEST = '9223372036854775807'

/** Whether their owner has filters comes along, so that whoever has none is not asked for them. */
const downwards = statement(
  'views.home-down',
  `SELECT post_id AS id, EXISTS (SELECT 1 FROM post_filter WHERE account_id = $1) AS filters
   FROM home_entry WHERE owner_id = $1 AND post_id < $2 AND post_id > $3 ORDER BY post_id DESC LIMIT $4`,
)
const upwards = statement(
  'views.home-up',
  `SELECT post_id AS id, EXISTS (SELECT 1 FROM post_filter WHERE account_id = $1) AS filters
   FROM home_entry WHERE owner_id = $1 AND post_id < $2 AND post_id > $3 ORDER BY post_id LIMIT $4`,
)

export interface HomePage {
  readonly ids: readonly PostId[]
  /** its owner has filters */
  readonly filters: boolean
}

/** A page of somebody's home, newest first. What must not be in it was never written or is gone from it. */
export async function listHomeIds(
  db: Db,
  ownerId: AccountId,
  { maxId = HIGHEST, sinceId, minId, limit }: PageQuery,
): Promise<HomePage> {
  const find = minId === undefined ? downwards : upwards
  const rows = await find<{ id: PostId; filters: boolean }>(db, [
    ownerId,
    maxId,
    minId ?? sinceId ?? '0',
    limit,
  ])
  const ids = newestFirst(rows, minId === undefined ? {} : { minId }).map(({ id }) => id)
  return { ids, filters: rows[0]?.filters ?? false }
}
