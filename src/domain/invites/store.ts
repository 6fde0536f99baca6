import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import { isVouched } from './find.ts'

export interface NewInvite {
  readonly codeHash: Buffer
  readonly madeBy: AccountId | null
  readonly mostUses: number | null
  readonly expiresAt: Date | null
  readonly now: Date
}

export async function insertInvite(db: Db, invite: NewInvite): Promise<number> {
  const row = await db
    .insertInto('invite')
    .values({
      code_hash: invite.codeHash,
      made_by: invite.madeBy,
      most_uses: invite.mostUses,
      expires_at: invite.expiresAt,
      created_at: invite.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** Counts one use more, of as many at once as there may be; the row is held until the transaction ends. */
export async function countUse(tx: Tx, codeHash: Buffer, now: Date): Promise<number | undefined> {
  const row = await tx
    .updateTable('invite')
    .set({ uses: sql`uses + 1` })
    .where('code_hash', '=', codeHash)
    .where('revoked_at', 'is', null)
    .where(isVouched)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .where((eb) => eb.or([eb('most_uses', 'is', null), eb('uses', '<', eb.ref('most_uses'))]))
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** Of invitations that somebody came in by and is gone again, who was never there: they may be used again. */
export async function countUseLess(tx: Tx, ids: readonly number[]): Promise<void> {
  for (const id of ids.toSorted((a, b) => a - b)) {
    await tx.updateTable('invite').set({ uses: sql`greatest(uses - 1, 0)` }).where('id', '=', id).execute()
  }
}

/** @returns whether there was one that held */
export async function markRevoked(
  db: Db,
  id: number,
  now: Date,
  madeBy: AccountId | undefined,
): Promise<boolean> {
  const row = await db
    .updateTable('invite')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .$if(madeBy !== undefined, (query) => query.where('made_by', '=', madeBy as AccountId))
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}
