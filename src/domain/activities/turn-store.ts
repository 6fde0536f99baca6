import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/** "TURN": the first half of the key of a lock that one account holds. */
const TURNS = 0x5455524e

/** Waits until no other transaction acts for this account, and holds it until this one ends. */
export async function lockTurn(tx: Tx, accountId: AccountId): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${TURNS}::int, (${accountId}::bigint % 2147483647)::int)`.execute(tx)
}
