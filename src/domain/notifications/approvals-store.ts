import type { AccountId, NotificationId, PostId } from '../../base/ids.ts'
import type { NotificationKind } from '../../db/tables/posts.ts'
import type { Tx } from '../../db/transact.ts'

export interface ApprovalNotice {
  readonly ownerId: AccountId
  readonly fromId: AccountId
  readonly kind: NotificationKind
  readonly postId: PostId
}

export async function insertApprovalNotice(
  tx: Tx,
  notice: ApprovalNotice & { readonly id: NotificationId },
): Promise<void> {
  await tx
    .insertInto('notification')
    .values({
      id: notice.id,
      owner_id: notice.ownerId,
      kind: notice.kind,
      from_account_id: notice.fromId,
      post_id: notice.postId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function deleteApprovalNotice(tx: Tx, notice: ApprovalNotice): Promise<void> {
  await tx
    .deleteFrom('notification')
    .where('owner_id', '=', notice.ownerId)
    .where('from_account_id', '=', notice.fromId)
    .where('kind', '=', notice.kind)
    .where('post_id', '=', notice.postId)
    .execute()
}
