import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Role } from '../accounts/account.ts'

/** What somebody here may do; undefined for who is from elsewhere. */
export async function findRole(db: Db, accountId: AccountId): Promise<Role | undefined> {
  const row = await db
    .selectFrom('login')
    .select('role')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row?.role
}
