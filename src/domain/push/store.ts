import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { PushPolicy } from '../../db/tables/push.ts'
import type { Tx } from '../../db/transact.ts'
import type { PushSubscription } from './subscription.ts'

export interface NewSubscription extends Omit<PushSubscription, 'id'> {
  readonly accountId: AccountId
  readonly tokenHash: Buffer
  readonly p256dh: Buffer
  readonly sealed: Buffer
  readonly now: Date
}

/** @returns its id; undefined when the token has ended meanwhile */
export async function insertSubscription(tx: Tx, wish: NewSubscription): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    INSERT INTO push_subscription
      (account_id, token_hash, endpoint, standard, p256dh, sealed, alerts, policy, created_at)
    SELECT ${wish.accountId}, token_hash, ${wish.endpoint}, ${wish.standard}, ${wish.p256dh}, ${wish.sealed},
      ${wish.alerts}::text[], ${wish.policy}, ${wish.now}
    FROM grant_token WHERE token_hash = ${wish.tokenHash} FOR KEY SHARE
    RETURNING id`.execute(tx)
  return rows[0]?.id
}

/** Takes away what a token had, and what of the same account goes to the same place: it is one device. */
export async function deleteReplaced(
  tx: Tx,
  { accountId, tokenHash, endpoint }: Pick<NewSubscription, 'accountId' | 'tokenHash' | 'endpoint'>,
): Promise<void> {
  await tx
    .deleteFrom('push_subscription')
    .where('account_id', '=', accountId)
    .where((eb) => eb.or([eb('token_hash', '=', tokenHash), eb('endpoint', '=', endpoint)]))
    .execute()
}

/** Leaves an account the latest of its subscriptions. */
export async function deleteBeyond(tx: Tx, accountId: AccountId, most: number): Promise<void> {
  const older = tx
    .selectFrom('push_subscription')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('id', 'desc')
    .offset(most)
  await tx.deleteFrom('push_subscription').where('id', 'in', older).execute()
}

export async function updateSubscription(
  db: Db,
  tokenHash: Buffer,
  change: { readonly alerts?: string[]; readonly policy?: PushPolicy },
): Promise<void> {
  if (change.alerts === undefined && change.policy === undefined) return
  await db.updateTable('push_subscription').set(change).where('token_hash', '=', tokenHash).execute()
}

export async function deleteByToken(db: Db, tokenHash: Buffer): Promise<void> {
  await db.deleteFrom('push_subscription').where('token_hash', '=', tokenHash).execute()
}

export async function deleteSubscription(db: Db, id: number): Promise<void> {
  await db.deleteFrom('push_subscription').where('id', '=', id).execute()
}

export async function clearFailures(db: Db, id: number): Promise<void> {
  await db
    .updateTable('push_subscription')
    .set({ failures: 0, failing_since: null })
    .where('id', '=', id)
    .execute()
}

export async function countFailure(db: Db, id: number, now: Date): Promise<void> {
  await db
    .updateTable('push_subscription')
    .set((eb) => ({
      failures: eb('failures', '+', 1),
      failing_since: eb.fn.coalesce('failing_since', sql<Date>`${now}::timestamptz`),
    }))
    .where('id', '=', id)
    .execute()
}

/** Takes it away if it has failed as often, and since then. */
export async function deleteFailing(
  db: Db,
  id: number,
  { failures, since }: { readonly failures: number; readonly since: Date },
): Promise<void> {
  await db
    .deleteFrom('push_subscription')
    .where('id', '=', id)
    .where('failures', '>=', failures)
    .where('failing_since', '<=', since)
    .execute()
}
