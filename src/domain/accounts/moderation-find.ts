import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Restriction } from '../../db/tables/accounts.ts'
import { homeOf } from '../blocks/find.ts'

/** Whether an account of ours lets others know that it blocks them. */
export async function tellsOfBlocks(db: Db, id: AccountId): Promise<boolean> {
  const row = await db.selectFrom('account').select('sends_blocks').where('id', '=', id).executeTakeFirst()
  return row?.sends_blocks ?? false
}

export interface Restrictions {
  readonly suspendedFor: readonly Restriction[]
  readonly limitedFor: readonly Restriction[]
}

/** What holds an account down, and why. */
export async function findRestrictions(db: Db, id: AccountId): Promise<Restrictions | undefined> {
  return db
    .selectFrom('account')
    .select(['suspended_for as suspendedFor', 'limited_for as limitedFor'])
    .where('id', '=', id)
    .executeTakeFirst()
}

/** An account elsewhere with the hosts that it belongs to: of its id and of its handle. */
export interface FarAccount {
  readonly id: AccountId
  readonly hosts: readonly string[]
}

/**
 * The next accounts of a domain and below it, in the order of their ids: those whose id or whose handle is there.
 * @returns fewer than `limit` at the end
 */
export async function accountsUnder(
  db: Db,
  domain: string,
  after: AccountId | '0',
  limit: number,
): Promise<FarAccount[]> {
  const home = homeOf(sql`account.uri`)
  const rows = await sql<FarAccount>`
    SELECT account.id, ARRAY[account.host, ${home}] AS hosts FROM account
    WHERE NOT account.local AND account.id > ${after}::bigint
      AND ${domain}::text = ANY (account.domains)
    ORDER BY account.id LIMIT ${limit}`.execute(db)
  return rows.rows
}
