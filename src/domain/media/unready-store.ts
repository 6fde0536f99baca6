import { sql } from 'kysely'
import type { AccountId, AttachmentId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { FileFailure, Round, UnreadyFile } from './attachment.ts'

/** What was handed in, until it is ready. */
export async function insertUnready(
  tx: Tx,
  id: AttachmentId,
  accountId: AccountId,
  file: UnreadyFile,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('unready_file')
    .values({
      id,
      account_id: accountId,
      kind: file.kind,
      source: file.source,
      description: file.description,
      focus_x: file.focus?.x ?? null,
      focus_y: file.focus?.y ?? null,
      visibility: file.audience?.visibility ?? null,
      reader_ids: [...(file.audience?.readerIds ?? [])],
      shell: file.shell ? JSON.stringify(file.shell) : null,
      created_at: now,
    })
    .execute()
}

/** How many files of somebody are being worked on. */
export async function countUnderway(tx: Tx, accountId: AccountId): Promise<number> {
  const { count } = await tx
    .selectFrom('unready_file')
    .select((count) => count.fn.countAll<string>().as('count'))
    .where('account_id', '=', accountId)
    .where('failure', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Begins another round of work on a file; undefined when there is nothing to make of it, or nothing any more. */
export async function beginRound(db: Db, id: AttachmentId): Promise<Round | undefined> {
  const row = await db
    .updateTable('unready_file')
    .set((old) => ({ round: old('round', '+', 1) }))
    .where('id', '=', id)
    .where('failure', 'is', null)
    .returning(['kind', 'source', 'round'])
    .executeTakeFirst()
  return row?.source ? { id, kind: row.kind, source: row.source, round: row.round } : undefined
}

/**
 * Takes away what is worked on, whose it was and what was said of it; undefined when it was forgotten meanwhile, or
 * somebody else has begun another round.
 */
export async function takeUnready(
  tx: Tx,
  { id, round }: Round,
): Promise<(Omit<UnreadyFile, 'source'> & { readonly accountId: AccountId }) | undefined> {
  const row = await tx
    .deleteFrom('unready_file')
    .where('id', '=', id)
    .where('round', '=', round)
    .where('failure', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (!row) return undefined
  const { focus_x: x, focus_y: y, visibility } = row
  return {
    accountId: row.account_id,
    kind: row.kind,
    description: row.description,
    focus: x === null || y === null ? null : { x, y },
    ...(visibility && { audience: { visibility, readerIds: row.reader_ids } }),
    ...(row.shell && { shell: row.shell }),
  }
}

/** Nothing can be made of it; the file itself is of no use any more. */
export async function markFailed(db: Db, { id, round }: Round, failure: FileFailure): Promise<void> {
  await db
    .updateTable('unready_file')
    .set({ failure, source: null })
    .where('id', '=', id)
    .where('round', '=', round)
    .where('failure', 'is', null)
    .execute()
}

/** The same of all that was handed in before then and that no job is left for. */
export async function markLost(db: Db, before: Date): Promise<void> {
  await sql`
    UPDATE unready_file SET failure = 'lost', source = NULL
    WHERE failure IS NULL AND created_at < ${before} AND NOT EXISTS (
      SELECT 1 FROM job WHERE job.kind = 'film' AND job.payload::json->>'id' = unready_file.id::text)`.execute(
    db,
  )
}

/** Says something else of a file that is not ready; false when there is none. */
export async function adjustUnready(
  tx: Tx,
  accountId: AccountId,
  id: AttachmentId,
  change: { readonly description?: string; readonly focus?: { readonly x: number; readonly y: number } },
): Promise<boolean> {
  const { description, focus } = change
  const adjusted = await tx
    .updateTable('unready_file')
    .set({
      // Something must be set, be it the same as before.
      account_id: accountId,
      ...(description !== undefined && { description }),
      ...(focus && { focus_x: focus.x, focus_y: focus.y }),
    })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning('id')
    .execute()
  return adjusted.length > 0
}

/** Forgets a file that is not ready; false when there is none. */
export async function deleteUnready(db: Db, accountId: AccountId, id: AttachmentId): Promise<boolean> {
  const gone = await db
    .deleteFrom('unready_file')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning('id')
    .execute()
  return gone.length > 0
}

/** Files that never became ready. */
export async function deleteOldUnready(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('unready_file').where('created_at', '<', before).execute()
}
