import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** The followers here of an author. */
export interface LocalFollowers {
  /** counted no further than asked */
  readonly n: number
  /** one of them at least wants to be told of each post */
  readonly told: boolean
}

/** What there is to know of the followers here of each of these authors, counted no further than `cap`. */
export async function localFollowersOf(
  db: Db,
  authorIds: readonly AccountId[],
  cap: number,
): Promise<Map<AccountId, LocalFollowers>> {
  const rows = await sql<LocalFollowers & { id: AccountId }>`
    SELECT author.id, counted.n,
      EXISTS (SELECT 1 FROM follow WHERE followed_id = author.id AND tells AND follower_local) AS told
    FROM unnest(${authorIds}::bigint[]) AS author (id)
    CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM (
      SELECT 1 FROM follow WHERE followed_id = author.id AND follower_local AND state = 'accepted' LIMIT ${cap}
    ) AS few) AS counted`.execute(db)
  return new Map(rows.rows.map(({ id, ...row }) => [id, row] as const))
}

/** Homes that have grown well past their length; looked for now and then, never at each insert. */
export async function longHomes(db: Db, length: number): Promise<AccountId[]> {
  const rows = await sql<{ owner: AccountId }>`
    SELECT account_id AS owner FROM login WHERE EXISTS (
      SELECT 1 FROM home_entry WHERE owner_id = login.account_id ORDER BY post_id DESC OFFSET ${length + 200} LIMIT 1
    )`.execute(db)
  return rows.rows.map((row) => row.owner)
}

/** People here whose follow of that account was accepted since then. */
export async function newFollowersOf(
  db: Db,
  accountId: AccountId,
  since: Date,
  limit: number,
): Promise<AccountId[]> {
  const rows = await db
    .selectFrom('follow')
    .select('follower_id')
    .where('followed_id', '=', accountId)
    .where('follower_local', '=', true)
    .where('state', '=', 'accepted')
    .where('accepted_at', '>=', since)
    .orderBy('follower_id')
    .limit(limit)
    .execute()
  return rows.map((row) => row.follower_id)
}
