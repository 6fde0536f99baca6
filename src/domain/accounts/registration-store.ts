import type { AccountId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { isWaiting, type Registrant, registrants } from './registration-find.ts'

/** Somebody with what they wait for; held until the transaction ends. */
export async function lockRegistrant(tx: Tx, id: AccountId): Promise<Registrant | undefined> {
  return registrants(tx).where('login.account_id', '=', id).forUpdate().executeTakeFirst()
}

/** The unconfirmed address is theirs from now on. Fails by the index `login_email` when it is somebody's already. */
export async function writeConfirmed(tx: Tx, id: AccountId, email: string, now: Date): Promise<void> {
  await tx
    .updateTable('login')
    .set((eb) => ({
      email,
      unconfirmed_email: null,
      confirmed_at: eb.fn.coalesce('confirmed_at', eb.val(now)),
    }))
    .where('account_id', '=', id)
    .execute()
}

/** Whether somebody who waits may be written to again now; from now on they have been, since they were last seen. */
export async function claimReminder(tx: Tx, id: AccountId, now: Date, before: Date): Promise<boolean> {
  const row = await tx
    .updateTable('login')
    .set({ seen_at: now })
    .where('account_id', '=', id)
    .where('confirmed_at', 'is', null)
    .where('seen_at', '<', before)
    .returning('account_id')
    .executeTakeFirst()
  return row !== undefined
}

export async function writeUnconfirmedEmail(tx: Tx, id: AccountId, email: string): Promise<void> {
  await tx.updateTable('login').set({ unconfirmed_email: email }).where('account_id', '=', id).execute()
}

export async function writeApproved(tx: Tx, id: AccountId, by: AccountId | null, now: Date): Promise<void> {
  await tx
    .updateTable('login')
    .set({ approved_at: now, approved_by: by })
    .where('account_id', '=', id)
    .execute()
}

/**
 * Takes away those among them who still wait, as if they had never come: nobody has seen them, so their names are free
 * again. All else of them goes by the references.
 * @returns those, and the invitations that they came by
 */
export async function deleteWaiting(
  tx: Tx,
  ids: readonly AccountId[],
): Promise<readonly { readonly id: AccountId; readonly inviteId: number | null }[]> {
  if (ids.length === 0) return []
  const waiting = await tx
    .selectFrom('login')
    .select(['account_id as id', 'invite_id as inviteId'])
    .where('account_id', 'in', ids)
    .where(isWaiting)
    .orderBy('account_id')
    .forUpdate()
    .execute()
  if (waiting.length === 0) return []
  await tx
    .deleteFrom('account')
    .where(
      'id',
      'in',
      waiting.map(({ id }) => id),
    )
    .execute()
  return waiting
}
