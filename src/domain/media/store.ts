import { sql } from 'kysely'
import type { AccountId, AttachmentId, ObjectId, PostId, ScheduledId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { Attached, StoredFile } from './attachment.ts'

export interface PostedAttachment extends Attached {
  readonly id: AttachmentId
  readonly postId: PostId
  readonly accountId: AccountId
  readonly position: number
}

const rowFrom = (attached: Attached) => ({
  kind: attached.kind,
  url: attached.url,
  media_type: attached.mediaType,
  description: attached.description,
  blurhash: attached.blurhash,
  focus_x: attached.focus?.x ?? null,
  focus_y: attached.focus?.y ?? null,
  width: attached.width,
  height: attached.height,
  duration: attached.duration,
  preview_url: attached.previewUrl,
})

/** Attachments of posts from elsewhere, of one post or a hundred. */
export async function insertAttachments(tx: Tx, attachments: readonly PostedAttachment[]): Promise<void> {
  if (attachments.length === 0) return
  await tx
    .insertInto('attachment')
    .values(
      attachments.map((attached) => ({
        ...rowFrom(attached),
        id: attached.id,
        account_id: attached.accountId,
        post_id: attached.postId,
        position: attached.position,
      })),
    )
    .execute()
}

export async function deleteAttachmentsOf(tx: Tx, postIds: readonly PostId[]): Promise<void> {
  await tx.deleteFrom('attachment').where('post_id', '=', sql<PostId>`any(${postIds}::bigint[])`).execute()
}

/** A file of somebody here that waits to be posted. */
export async function insertStoredFile(
  db: Db,
  id: AttachmentId,
  accountId: AccountId,
  stored: StoredFile,
  now: Date,
): Promise<void> {
  await db
    .insertInto('attachment')
    .values({
      ...rowFrom(stored),
      id,
      account_id: accountId,
      file: stored.file,
      preview_file: stored.previewFile,
      visibility: stored.audience?.visibility ?? null,
      reader_ids: [...(stored.audience?.readerIds ?? [])],
      shell: stored.shell ? JSON.stringify(stored.shell) : null,
      created_at: now,
    })
    .execute()
}

/**
 * Gives files to a post, in the order given: those of this account that wait or hang on that very post already.
 * @returns how many there were
 */
export async function claimFiles(
  tx: Tx,
  accountId: AccountId,
  postId: PostId,
  ids: readonly AttachmentId[],
): Promise<number> {
  const claimed = await sql<{ id: AttachmentId }>`
    UPDATE attachment SET post_id = ${postId}::bigint, position = wanted.position - 1
    FROM unnest(${ids}::bigint[]) WITH ORDINALITY AS wanted (id, position)
    WHERE attachment.id = wanted.id AND attachment.account_id = ${accountId}::bigint AND attachment.file IS NOT NULL
      AND attachment.object_id IS NULL AND attachment.scheduled_id IS NULL
      AND (attachment.post_id IS NULL OR attachment.post_id = ${postId}::bigint)
    RETURNING attachment.id`.execute(tx)
  return claimed.rows.length
}

/**
 * Gives files to an object that is no post: those of this account that wait or hang on that very object already.
 * @returns how many there were
 */
export async function claimFilesForObject(
  tx: Tx,
  accountId: AccountId,
  objectId: ObjectId,
  ids: readonly AttachmentId[],
): Promise<number> {
  const claimed = await tx
    .updateTable('attachment')
    .set({ object_id: objectId })
    .where('id', '=', sql<AttachmentId>`any(${ids}::bigint[])`)
    .where('account_id', '=', accountId)
    .where('file', 'is not', null)
    .where('post_id', 'is', null)
    .where((all) => all.or([all('object_id', 'is', null), all('object_id', '=', objectId)]))
    .returning('id')
    .execute()
  return claimed.length
}

export async function deleteWaitingFile(db: Db, accountId: AccountId, id: AttachmentId): Promise<void> {
  await db
    .deleteFrom('attachment')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('post_id', 'is', null)
    .where('object_id', 'is', null)
    .execute()
}

/** Takes away what hangs on a post and is not among these. */
export async function dropOtherFiles(tx: Tx, postId: PostId, keep: readonly AttachmentId[]): Promise<void> {
  await tx
    .deleteFrom('attachment')
    .where('post_id', '=', postId)
    .where('id', '!=', sql<AttachmentId>`all(${keep}::bigint[])`)
    .execute()
}

/** Files that were stored and never posted. */
export async function deleteWaiting(db: Db, before: Date): Promise<void> {
  await db
    .deleteFrom('attachment')
    .where('post_id', 'is', null)
    .where('object_id', 'is', null)
    .where('scheduled_id', 'is', null)
    .where('file', 'is not', null)
    .where('created_at', '<', before)
    .execute()
}

/** Takes names of files whose rows are gone off the list of what is to be removed. */
export async function takeStrayFiles(db: Db, most: number): Promise<string[]> {
  const rows = await sql<{ file: string }>`
    DELETE FROM stray_file WHERE file IN (SELECT file FROM stray_file LIMIT ${most} FOR UPDATE SKIP LOCKED)
    RETURNING file`.execute(db)
  return rows.rows.map((row) => row.file)
}

/** Takes the files of somebody here off their post, as if they had just come. */
export async function releaseFiles(tx: Tx, accountId: AccountId, postId: PostId, now: Date): Promise<void> {
  await tx
    .updateTable('attachment')
    .set({ post_id: null, created_at: now })
    .where('post_id', '=', postId)
    .where('account_id', '=', accountId)
    .where('file', 'is not', null)
    .execute()
}

/** Whether something holds a file of this account, or is going to; until the transaction ends, that does not change. */
export async function lockOwnFile(
  tx: Tx,
  accountId: AccountId,
  id: AttachmentId,
): Promise<'waiting' | 'used' | undefined> {
  const row = await tx
    .selectFrom('attachment')
    .select(['post_id', 'object_id', 'scheduled_id'])
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('file', 'is not', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  return (row.post_id ?? row.object_id ?? row.scheduled_id) ? 'used' : 'waiting'
}

/**
 * Keeps files that wait for a post that is scheduled, instead of those that it was to hold before.
 * @returns how many there were
 */
export async function keepForScheduled(
  tx: Tx,
  accountId: AccountId,
  scheduledId: ScheduledId,
  ids: readonly AttachmentId[],
): Promise<number> {
  const kept = await tx
    .updateTable('attachment')
    .set({ scheduled_id: scheduledId })
    .where('id', '=', sql<AttachmentId>`any(${ids}::bigint[])`)
    .where('account_id', '=', accountId)
    .where('file', 'is not', null)
    .where('post_id', 'is', null)
    .where('object_id', 'is', null)
    .where('scheduled_id', 'is', null)
    .returning('id')
    .execute()
  return kept.length
}
