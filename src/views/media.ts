import { sql } from 'kysely'
import type { AccountId, AttachmentId } from '../base/ids.ts'
import { isOpen, type Visibility } from '../base/visibility.ts'
import type { Db } from '../db/connect.ts'
import type { Attached } from '../domain/media/attachment.ts'
import { mayHave } from '../domain/media/find.ts'
import { visibleTo } from '../domain/posts/audience.ts'
import type { Viewer } from './view.ts'

/** A file of somebody here, with all that is known of it. */
export interface MediaView extends Attached {
  readonly id: AttachmentId
  readonly ownerId: AccountId
  readonly ownerUri: string
  readonly createdAt: Date
  /** for everybody */
  readonly open: boolean
  /** what its owner's app says of it in other words than ours */
  readonly shell: Readonly<Record<string, unknown>> | null
}

interface Row extends Omit<MediaView, 'open' | 'focus'> {
  readonly focusX: number | null
  readonly focusY: number | null
  readonly posted: boolean
  /** of the post, once there is one and this reader may see it */
  readonly postVisibility: Visibility | null
  readonly objectVisibility: Visibility | null
  readonly ownVisibility: Visibility | null
  readonly readerIds: readonly AccountId[]
}

/** A file by its id, for whoever may see what holds it; before it is posted, for whom its owner said, or its owner alone. */
export async function viewMedia(db: Db, id: AttachmentId, viewer: Viewer): Promise<MediaView | undefined> {
  const row = await findRow(db, id, viewer)
  if (!row) return undefined
  const { focusX, focusY, posted, postVisibility, objectVisibility, ownVisibility, readerIds, ...facts } = row
  if (posted && postVisibility === null) return undefined
  const visibility = postVisibility ?? objectVisibility ?? ownVisibility ?? 'direct'
  const waiting = { ownerId: facts.ownerId, audience: { visibility, readerIds } }
  if (!posted && !(await mayHave(db, waiting, viewer))) return undefined
  const focus = focusX === null || focusY === null ? null : { x: focusX, y: focusY }
  return { ...facts, focus, open: isOpen(visibility) }
}

async function findRow(db: Db, id: AttachmentId, viewer: Viewer): Promise<Row | undefined> {
  const found = await sql<Row>`
    SELECT attachment.id::text, attachment.account_id::text AS "ownerId", owner.uri AS "ownerUri",
      attachment.created_at AS "createdAt", attachment.kind, attachment.url, attachment.media_type AS "mediaType",
      attachment.description, attachment.blurhash, attachment.focus_x AS "focusX", attachment.focus_y AS "focusY",
      attachment.width, attachment.height, attachment.duration, attachment.preview_url AS "previewUrl",
      attachment.shell, attachment.post_id IS NOT NULL AS posted, attachment.visibility AS "ownVisibility",
      object.visibility AS "objectVisibility",
      (SELECT visibility FROM post WHERE post.id = attachment.post_id AND ${visibleTo(viewer)}) AS "postVisibility",
      CASE WHEN attachment.object_id IS NULL THEN attachment.reader_ids::text[]
        ELSE ARRAY(SELECT account_id::text FROM object_recipient WHERE object_id = attachment.object_id)
      END AS "readerIds"
    FROM attachment
      JOIN account AS owner ON owner.id = attachment.account_id
      LEFT JOIN object ON object.id = attachment.object_id
    WHERE attachment.id = ${id}::bigint AND attachment.file IS NOT NULL
      AND owner.suspended_at IS NULL AND owner.deleted_at IS NULL`.execute(db)
  return found.rows[0]
}
