import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** Somebody is suggested to somebody no more. Nothing for who is not there. */
export async function insertRefusal(
  db: Db,
  accountId: AccountId,
  targetId: AccountId,
  now: Date,
): Promise<void> {
  await sql`
    INSERT INTO suggestion_refused (account_id, target_id, created_at)
    SELECT ${accountId}::bigint, account.id, ${now}::timestamptz FROM account WHERE account.id = ${targetId}::bigint
    ON CONFLICT (account_id, target_id) DO NOTHING`.execute(db)
}
