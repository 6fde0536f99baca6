import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { told } from './notifications.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'

/** What somebody's policy keeps back of one account; it is asked for by that account. */
export interface NoticeRequest {
  readonly fromId: AccountId
  readonly count: number
  readonly lastPostId: PostId | null
  readonly firstAt: Date
  readonly lastAt: Date
}

/** Of whom something is kept back, by their ids, or of one of them. */
export async function listNoticeRequests(
  db: Db,
  ownerId: AccountId,
  page: PageQuery | AccountId,
): Promise<readonly NoticeRequest[]> {
  const query = typeof page === 'string' ? { limit: 1 } : page
  const { where, rest } = pageBy('held.fromId', query)
  const { rows } = await sql<NoticeRequest>`
    SELECT held."fromId", count(*)::int AS count, min(held."createdAt") AS "firstAt", max(held."createdAt") AS "lastAt",
      (array_agg(held."postId" ORDER BY held.id DESC) FILTER (WHERE held."postId" IS NOT NULL))[1] AS "lastPostId"
    FROM ${told(db, ownerId, 'only')} AS held
    WHERE ${where} AND ${typeof page === 'string' ? sql`held."fromId" = ${page}::bigint` : sql`true`}
    GROUP BY held."fromId" ${rest}`.execute(db)
  return newestFirst(rows, query)
}

/** How much is kept back, and of how many. */
export async function countHeld(
  db: Db,
  ownerId: AccountId,
): Promise<{ readonly accounts: number; readonly notices: number }> {
  const { rows } = await sql<{ accounts: number; notices: number }>`
    SELECT count(DISTINCT held."fromId")::int AS accounts, count(*)::int AS notices
    FROM ${told(db, ownerId, 'only')} AS held`.execute(db)
  return rows[0] ?? { accounts: 0, notices: 0 }
}
