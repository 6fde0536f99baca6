import { sql } from 'kysely'
import type { Tx } from '../../db/transact.ts'

const MOST_AT_ONCE = 100_000

/** Accounts that came since an id, the newest first; those that are there are left. */
export async function insertNew(tx: Tx, since: string): Promise<void> {
  await sql`
    INSERT INTO directory_entry (account_id, local, active_at)
    SELECT id, local, created_at FROM account
    WHERE id >= ${since}::bigint AND kind <> 'application' AND deleted_at IS NULL
    ORDER BY id DESC LIMIT ${MOST_AT_ONCE}
    ON CONFLICT (account_id) DO NOTHING`.execute(tx)
}

/** Who said something to everybody since an id. */
export async function putActive(tx: Tx, since: string): Promise<void> {
  await sql`
    INSERT INTO directory_entry (account_id, local, active_at)
    SELECT account.id, account.local, max(said.published_at) FROM (
      SELECT account_id, published_at FROM post
      WHERE id >= ${since}::bigint AND visibility = 'public' AND boost_of_id IS NULL
      ORDER BY id DESC LIMIT ${MOST_AT_ONCE}
    ) AS said JOIN account ON account.id = said.account_id
    WHERE account.kind <> 'application' AND account.deleted_at IS NULL
    GROUP BY account.id
    ON CONFLICT (account_id) DO UPDATE SET active_at = excluded.active_at
      WHERE directory_entry.active_at < excluded.active_at`.execute(tx)
}
