import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { NoticePolicy } from './wishes.ts'

export async function readPolicy(db: Db, accountId: AccountId): Promise<NoticePolicy | undefined> {
  return db
    .selectFrom('notification_policy')
    .select([
      'not_following as notFollowing',
      'not_followers as notFollowers',
      'new_accounts as newAccounts',
      'private_mentions as privateMentions',
      'limited_accounts as limitedAccounts',
      'bots',
    ])
    .where('account_id', '=', accountId)
    .executeTakeFirst()
}

export async function writePolicy(tx: Tx, accountId: AccountId, policy: NoticePolicy): Promise<void> {
  const row = {
    not_following: policy.notFollowing,
    not_followers: policy.notFollowers,
    new_accounts: policy.newAccounts,
    private_mentions: policy.privateMentions,
    limited_accounts: policy.limitedAccounts,
    bots: policy.bots,
  }
  await tx
    .insertInto('notification_policy')
    .values({ account_id: accountId, ...row })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(row))
    .execute()
}

export async function insertSenders(
  tx: Tx,
  ownerId: AccountId,
  senderIds: readonly AccountId[],
): Promise<void> {
  await sql`INSERT INTO notification_sender (owner_id, account_id)
    SELECT ${ownerId}::bigint, id FROM account WHERE id = ANY (${senderIds}::bigint[])
    ON CONFLICT DO NOTHING`.execute(tx)
}
