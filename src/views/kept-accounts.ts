import { sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { prepared } from '../db/prepared.ts'
import { loadAccounts } from './kept-bodies.ts'
import { accountStamp } from './stamps.ts'
import type { AccountView } from './view.ts'

const stampsOf = prepared<'ids'>(
  'views.account-stamps',
  (at) => sql`
    SELECT account.id AS "authorId", ${accountStamp} AS "authorStamp"
    FROM account LEFT JOIN account_stat ON account_stat.account_id = account.id
    WHERE account.id = ANY (${at('ids')}::bigint[])`,
)

/**
 * Accounts by id, as `viewAccounts` finds them; but what is known of them is not read again as long as nothing of it has
 * changed. For the many who are shown again and again.
 */
export async function keptAccounts(
  db: Db,
  ids: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, AccountView>> {
  if (ids.length === 0) return new Map()
  const stamped = await stampsOf<{ authorId: AccountId; authorStamp: string }>(db, { ids: [...new Set(ids)] })
  return loadAccounts(db, stamped)
}
