import type { PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { CarriedCard } from './preview.ts'
import { deletePostPreviews, putCarried } from './store.ts'

/** Keeps the cards that new posts from elsewhere bring with them (FEP-8967); no query where none does. */
export async function keepCarried(
  tx: Tx,
  posts: readonly { readonly id: PostId; readonly holds: { readonly card?: CarriedCard | null } }[],
): Promise<void> {
  await putCarried(
    tx,
    posts.flatMap(({ id, holds }) => (holds.card ? [{ postId: id, card: holds.card }] : [])),
  )
}

/** The same for an edited one, whose old card goes in any case. */
export async function replaceCarried(
  tx: Tx,
  postId: PostId,
  card: CarriedCard | null | undefined,
): Promise<void> {
  if (card) await putCarried(tx, [{ postId, card }])
  else await deletePostPreviews(tx, [postId])
}
