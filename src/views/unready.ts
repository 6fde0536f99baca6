import type { AccountId, AttachmentId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { FileFailure, UnreadyKind } from '../domain/media/attachment.ts'

/** A film or sound of somebody here that is not ready to be posted. */
export interface UnreadyView {
  readonly id: AttachmentId
  /** what it seems to become */
  readonly kind: UnreadyKind
  readonly description: string
  readonly focus: { readonly x: number; readonly y: number } | null
  readonly createdAt: Date
  /** why it never will be; null while it is worked on */
  readonly failure: FileFailure | null
  /** what its owner's app says of it in other words than ours */
  readonly shell: Readonly<Record<string, unknown>> | null
}

/**
 * A file of somebody that is not ready, for its owner alone. Whoever looks for a file looks here first: what is ready
 * meanwhile is no more here, and among the others.
 */
export async function viewUnready(
  db: Db,
  ownerId: AccountId,
  id: AttachmentId,
): Promise<UnreadyView | undefined> {
  const row = await db
    .selectFrom('unready_file')
    .select(['id', 'kind', 'description', 'focus_x', 'focus_y', 'created_at', 'failure', 'shell'])
    .where('id', '=', id)
    .where('account_id', '=', ownerId)
    .executeTakeFirst()
  if (!row) return undefined
  const { focus_x: x, focus_y: y, created_at: createdAt, ...rest } = row
  return { ...rest, createdAt, focus: x === null || y === null ? null : { x, y } }
}
