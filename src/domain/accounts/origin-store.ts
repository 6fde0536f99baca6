import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** What the server of an account says of it in numbers. */
export interface AccountCounts {
  readonly posts?: number | null
  readonly followers?: number | null
  readonly following?: number | null
}

/** Keeps what a server says of its account; a number that is not given this time stays as it was. */
export async function writeAccountOrigin(
  db: Db,
  accountId: AccountId,
  counts: AccountCounts,
  askedAt: Date,
): Promise<void> {
  await sql`
    INSERT INTO account_origin AS known (account_id, posts, followers, following, asked_at)
    SELECT id, ${counts.posts ?? null}::int, ${counts.followers ?? null}::int, ${counts.following ?? null}::int,
      ${askedAt}::timestamptz
    FROM account WHERE id = ${accountId}::bigint AND NOT local
    ON CONFLICT (account_id) DO UPDATE SET
      posts = coalesce(excluded.posts, known.posts),
      followers = coalesce(excluded.followers, known.followers),
      following = coalesce(excluded.following, known.following),
      asked_at = excluded.asked_at`.execute(db)
}
