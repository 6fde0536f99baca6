import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'

export interface Usage {
  readonly users: number
  readonly activeMonth: number
  readonly activeHalfyear: number
  readonly localPosts: number
  /** those of them that answer another post */
  readonly localComments: number
}

/** The numbers that NodeInfo asks for, counted from what is there. */
export async function viewUsage(db: Db): Promise<Usage> {
  const result = await sql<Usage>`
    SELECT count(*)::int AS users,
      count(*) FILTER (WHERE login.seen_at > now() - interval '30 days')::int AS "activeMonth",
      count(*) FILTER (WHERE login.seen_at > now() - interval '180 days')::int AS "activeHalfyear",
      coalesce(sum(account_stat.posts), 0)::int AS "localPosts",
      (SELECT count(*)::int FROM post WHERE local AND NOT held AND in_reply_to_uri IS NOT NULL
        AND visibility IN ('public', 'unlisted')) AS "localComments"
    FROM login
    JOIN account ON account.id = login.account_id AND account.deleted_at IS NULL
      AND login.confirmed_at IS NOT NULL AND login.approved_at IS NOT NULL
    JOIN account_stat ON account_stat.account_id = login.account_id`.execute(db)
  return result.rows[0] ?? { users: 0, activeMonth: 0, activeHalfyear: 0, localPosts: 0, localComments: 0 }
}

/** The ids of those who keep this server in order, owner first. */
export async function listStaff(db: Db): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('login')
    .innerJoin('account', 'account.id', 'login.account_id')
    .select('account.uri')
    .where('login.role', 'in', ['owner', 'admin', 'moderator'])
    .where('account.deleted_at', 'is', null)
    .orderBy('account.id')
    .execute()
  return rows.map(({ uri }) => uri)
}

/** Whether somebody owns this server yet. */
export async function hasOwner(db: Db): Promise<boolean> {
  const row = await db.selectFrom('login').select('account_id').where('role', '=', 'owner').executeTakeFirst()
  return row !== undefined
}
