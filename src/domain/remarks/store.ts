import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'

export async function saveRemark(
  db: Db,
  accountId: AccountId,
  targetId: AccountId,
  text: string,
  now: Date,
): Promise<void> {
  await db
    .insertInto('account_remark')
    .values({ account_id: accountId, target_id: targetId, text, updated_at: now })
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'target_id']).doUpdateSet({ text, updated_at: now }),
    )
    .execute()
}

export async function deleteRemark(db: Db, accountId: AccountId, targetId: AccountId): Promise<void> {
  await db
    .deleteFrom('account_remark')
    .where('account_id', '=', accountId)
    .where('target_id', '=', targetId)
    .execute()
}

/** Some of what an account that is gone noted, and of what others noted of it; how many that were. */
export async function deleteRemarksOf(tx: Tx, accountId: AccountId, limit: number): Promise<number> {
  const me = sql`${accountId}::bigint`
  const gone = await sql`
    DELETE FROM account_remark WHERE (account_id, target_id) IN (
      SELECT account_id, target_id FROM account_remark
      WHERE account_id = ${me} OR target_id = ${me} LIMIT ${limit}
    ) RETURNING 1`.execute(tx)
  return gone.rows.length
}
