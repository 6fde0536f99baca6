import type { PostId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { findAwaiting, findVisible } from './find.ts'
import { adoptReplies, type IncomingRow, lockUris } from './incoming-store.ts'

/** Of what is looked for, parent and answer are often found at the same moment, by two hands. */
export async function awaitEachOther(tx: Tx, rows: readonly IncomingRow[]): Promise<void> {
  const found = rows.filter((row) => row.found)
  if (found.length > 0) await lockUris(tx, [...found.map((row) => row.uri), ...missingParents(found)])
}

/** Joins replies that came before these posts to them, and those of these that were found beside what they answer. */
export async function joinLateParents(tx: Tx, rows: readonly IncomingRow[]): Promise<void> {
  const maybe = missingParents(rows.filter((row) => row.found))
  const hidden = rows.filter((row) => !isOpen(row.visibility)).map((row) => row.uri)
  const outside = await repliesFromOutside(tx, [...hidden, ...maybe])
  await adoptReplies(tx, [...rows.map((row) => row.uri), ...maybe], outside)
}

const missingParents = (rows: readonly IncomingRow[]) =>
  rows.flatMap((row) => (row.inReplyToId === null ? (row.inReplyToUri ?? []) : []))

/**
 * Of the replies that wait for these posts, those whose authors may not see what they answer: a reply that came before a
 * private post must not put itself below it, as one that comes after it may not.
 */
async function repliesFromOutside(tx: Tx, parentUris: readonly string[]): Promise<PostId[]> {
  if (parentUris.length === 0) return []
  const outside: PostId[] = []
  for (const { replyId, authorId, parentId } of await findAwaiting(tx, parentUris)) {
    if (!(await findVisible(tx, parentId, { accountId: authorId }))) outside.push(replyId)
  }
  return outside
}
