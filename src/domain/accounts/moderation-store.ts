import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Restriction, Role } from '../../db/tables/accounts.ts'
import type { Tx } from '../../db/transact.ts'

/** What can hold an account down: suspended, nobody sees it; limited, only its followers come upon it. */
export type Hold = 'suspended' | 'limited'

/**
 * Adds a reason to hold accounts down. One reason may come on top of another; it holds until the last is taken away.
 * @returns those that were free of it before
 */
export async function addRestriction(
  tx: Tx,
  ids: readonly AccountId[],
  hold: Hold,
  reason: Restriction,
  now: Date,
): Promise<AccountId[]> {
  if (ids.length === 0) return []
  const [since, reasons] = columns(hold)
  const rows = await sql<{ id: AccountId; first: boolean }>`
    WITH held AS (
      SELECT id, ${since} AS since FROM account WHERE id = any(${ids}::bigint[]) ORDER BY id FOR UPDATE
    )
    UPDATE account SET ${since} = coalesce(held.since, ${now}),
      ${reasons} = array_append(array_remove(account.${reasons}, ${reason}), ${reason})
    FROM held WHERE account.id = held.id
    RETURNING account.id, held.since IS NULL AS first`.execute(tx)
  return rows.rows.filter((row) => row.first).map((row) => row.id)
}

/**
 * Takes a reason away again.
 * @returns those that it was a reason for
 */
export async function removeRestriction(
  tx: Tx,
  ids: readonly AccountId[],
  hold: Hold,
  reason: Restriction,
): Promise<AccountId[]> {
  if (ids.length === 0) return []
  const [since, reasons] = columns(hold)
  const rows = await sql<{ id: AccountId }>`
    UPDATE account SET ${reasons} = array_remove(${reasons}, ${reason}),
      ${since} = CASE WHEN array_remove(${reasons}, ${reason}) = '{}' THEN NULL ELSE ${since} END
    WHERE id = any(${ids}::bigint[]) AND ${reason} = any(${reasons})
    RETURNING id`.execute(tx)
  return rows.rows.map((row) => row.id)
}

function columns(hold: Hold) {
  return hold === 'suspended'
    ? ([sql.ref('suspended_at'), sql.ref('suspended_for')] as const)
    : ([sql.ref('limited_at'), sql.ref('limited_for')] as const)
}

export async function setTellsOfBlocks(tx: Tx, id: AccountId, tells: boolean): Promise<void> {
  await tx.updateTable('account').set({ sends_blocks: tells }).where('id', '=', id).execute()
}

/** Since when nobody can sign in to it; null: they can again. */
export async function writeDisabled(tx: Tx, id: AccountId, since: Date | null): Promise<void> {
  await tx.updateTable('login').set({ disabled_at: since }).where('account_id', '=', id).execute()
}

/** Since when what it shows is shown only to who asks for it; null: not any more. */
export async function writeSensitized(tx: Tx, id: AccountId, since: Date | null): Promise<void> {
  await tx.updateTable('account').set({ sensitized_at: since }).where('id', '=', id).execute()
}

/** @returns false for who is from elsewhere, and for the owner, who stays it */
export async function writeRole(tx: Tx, id: AccountId, role: Exclude<Role, 'owner'>): Promise<boolean> {
  const written = await tx
    .updateTable('login')
    .set({ role })
    .where('account_id', '=', id)
    .where('role', '!=', 'owner')
    .executeTakeFirst()
  return written.numUpdatedRows === 1n
}
