import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'

export interface Usage {
  readonly users: number
  readonly activeMonth: number
  readonly activeHalfyear: number
  readonly localPosts: number
}

/** The numbers that NodeInfo asks for, counted from what is there. */
export async function viewUsage(db: Db): Promise<Usage> {
  const result = await sql<Usage>`
    SELECT count(*)::int AS users,
      count(*) FILTER (WHERE login.seen_at > now() - interval '30 days')::int AS "activeMonth",
      count(*) FILTER (WHERE login.seen_at > now() - interval '180 days')::int AS "activeHalfyear",
      coalesce(sum(account_stat.posts), 0)::int AS "localPosts"
    FROM login
    JOIN account ON account.id = login.account_id AND account.deleted_at IS NULL
    JOIN account_stat ON account_stat.account_id = login.account_id`.execute(db)
  return result.rows[0] ?? { users: 0, activeMonth: 0, activeHalfyear: 0, localPosts: 0 }
}

/** Whether somebody owns this server yet. */
export async function hasOwner(db: Db): Promise<boolean> {
  const row = await db.selectFrom('login').select('account_id').where('role', '=', 'owner').executeTakeFirst()
  return row !== undefined
}
