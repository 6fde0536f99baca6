import { sql } from 'kysely'
import type { AccountId, AttachmentId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

/** The files of somebody here that have one of these ids or addresses. */
export async function findOwnFiles(
  db: Db,
  accountId: AccountId,
  ids: readonly AttachmentId[],
  urls: readonly string[],
): Promise<{ readonly id: AttachmentId; readonly url: string }[]> {
  if (ids.length + urls.length === 0) return []
  const { rows } = await sql<{ id: AttachmentId; url: string }>`
    SELECT id, url FROM attachment WHERE account_id = ${accountId}::bigint AND file IS NOT NULL
      AND (id = any(${ids}::bigint[]) OR url = any(${urls}::text[]))`.execute(db)
  return rows
}
