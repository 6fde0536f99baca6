import { sql } from 'kysely'
import type { AccountId, NotificationId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/** Takes away what each of two accounts was told of the other. */
export async function deleteNoticesBetween(tx: Tx, one: AccountId, other: AccountId): Promise<void> {
  await sql`
    DELETE FROM notification
    WHERE (owner_id = ${one}::bigint AND from_account_id = ${other}::bigint)
      OR (owner_id = ${other}::bigint AND from_account_id = ${one}::bigint)`.execute(tx)
}

/** Tells each of these people of somebody; a further report about the same one does not tell again. */
export async function insertStaffNotices(
  tx: Tx,
  kind: 'report' | 'sign-up',
  ownerIds: readonly AccountId[],
  aboutId: AccountId,
  nextId: () => NotificationId,
): Promise<void> {
  if (ownerIds.length === 0) return
  await tx
    .insertInto('notification')
    .values(
      ownerIds.map((ownerId) => ({
        id: nextId(),
        owner_id: ownerId,
        kind,
        from_account_id: aboutId,
        post_id: null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Tells somebody what was decided about them, from the server itself; of what came before they are told no more. */
export async function insertWarning(
  tx: Tx,
  ownerId: AccountId,
  id: NotificationId,
  instanceUri: string,
): Promise<void> {
  await tx.deleteFrom('notification').where('owner_id', '=', ownerId).where('kind', '=', 'warning').execute()
  await sql`
    INSERT INTO notification (owner_id, id, kind, from_account_id)
    SELECT ${ownerId}::bigint, ${id}::bigint, 'warning', account.id FROM account WHERE account.uri = ${instanceUri}`.execute(
    tx,
  )
}

/** Once nothing more is reported about somebody, nobody need be told of it. */
export async function withdrawReportNotices(tx: Tx, aboutId: AccountId): Promise<void> {
  await tx
    .deleteFrom('notification')
    .where('from_account_id', '=', aboutId)
    .where('kind', '=', 'report')
    .execute()
}
