import type { PostId } from '../../base/ids.ts'
import { isOpen, type Visibility } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { findAwaiting, findVisible } from './find.ts'

/**
 * Of the replies that wait for these posts, those whose authors may not see what they answer: a reply that came before a
 * private post must not put itself below it, as one that comes after it may not.
 */
export async function repliesFromOutside(
  tx: Tx,
  parents: readonly { readonly uri: string; readonly visibility: Visibility }[],
): Promise<PostId[]> {
  const hidden = parents.filter((parent) => !isOpen(parent.visibility)).map((parent) => parent.uri)
  if (hidden.length === 0) return []
  const outside: PostId[] = []
  for (const { replyId, authorId, parentId } of await findAwaiting(tx, hidden)) {
    if (!(await findVisible(tx, parentId, { accountId: authorId }))) outside.push(replyId)
  }
  return outside
}
