import type { AccountId, AttachmentId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'

/** Lets the words that describe a file of this account be others. */
export async function setDescription(
  tx: Tx,
  accountId: AccountId,
  id: AttachmentId,
  description: string,
): Promise<void> {
  await tx
    .updateTable('attachment')
    .set({ description })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('file', 'is not', null)
    .execute()
}

/** The spot that must stay visible. */
export async function setFocus(
  tx: Tx,
  accountId: AccountId,
  id: AttachmentId,
  { x, y }: { readonly x: number; readonly y: number },
): Promise<void> {
  await tx
    .updateTable('attachment')
    .set({ focus_x: x, focus_y: y })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('file', 'is not', null)
    .execute()
}
