import { sql } from 'kysely'
import type { AccountId, AttachmentId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { AttachmentView } from './view.ts'

interface Row extends Omit<AttachmentView, 'focus'> {
  readonly focusX: number | null
  readonly focusY: number | null
}

/** Files of somebody here, posted or not, in the order of these ids; those that are not theirs are left out. */
export async function viewOwnFiles(
  db: Db,
  ownerId: AccountId,
  ids: readonly AttachmentId[],
): Promise<AttachmentView[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Row>`
    SELECT id, kind, url, media_type AS "mediaType", description, blurhash, focus_x AS "focusX", focus_y AS "focusY",
      width, height, duration, preview_url AS "previewUrl", file
    FROM attachment WHERE id = any(${ids}::bigint[]) AND account_id = ${ownerId}::bigint AND file IS NOT NULL
    ORDER BY array_position(${ids}::bigint[], id)`.execute(db)
  return rows.map(({ focusX, focusY, ...row }) => ({
    ...row,
    focus: focusX === null || focusY === null ? null : { x: focusX, y: focusY },
  }))
}
