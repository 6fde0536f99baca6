import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import { isOpen, type Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'
import { blockedBetween } from '../blocks/find.ts'
import { findFollow } from '../follows/find.ts'
import { type Audience, maySee, type Viewer } from '../posts/audience.ts'
import type { FileAudience } from './attachment.ts'

/** Who gets a file of ours that asks for it by its name. */
export type Gate =
  /** everybody, and every cache */
  | { readonly kind: 'open' }
  /** whoever was given its name: other servers say not for whom they ask */
  | { readonly kind: 'named' }
  /** those for whom it is, and who say who they are */
  | ({ readonly kind: 'closed' } & Waiting)

/** A file that nobody was given yet. */
export interface Waiting {
  readonly ownerId: AccountId
  readonly audience: FileAudience
}

interface Row {
  readonly ownerId: AccountId
  readonly hidden: boolean
  readonly holder: Visibility | null
  readonly isNamed: boolean
  readonly visibility: Visibility | null
  readonly readerIds: readonly AccountId[]
}

/** How a file is guarded, by its name in the storage; undefined when nothing holds it any more. */
export async function findGate(db: Db, file: string): Promise<Gate | undefined> {
  const row = await findRow(db, file)
  if (row) return row.hidden ? undefined : gateOf(row)
  return (await isOrnament(db, file)) ? { kind: 'open' } : undefined
}

function gateOf({ ownerId, holder, isNamed, visibility, readerIds }: Row): Gate {
  const said = holder ?? visibility
  if (said !== null && isOpen(said)) return { kind: 'open' }
  // What was posted for somebody was given to them; what is for its author alone, or not posted, to nobody.
  if (holder === 'followers' || (holder === 'direct' && isNamed)) return { kind: 'named' }
  const audience =
    holder === null && visibility !== null ? { visibility, readerIds } : { ...FOR_NOBODY, readerIds: [] }
  return { kind: 'closed', ownerId, audience }
}

const FOR_NOBODY = { visibility: 'direct' } as const

async function findRow(db: Db, file: string): Promise<Row | undefined> {
  const found = await sql<Row>`
    SELECT attachment.account_id::text AS "ownerId", attachment.visibility,
      attachment.reader_ids::text[] AS "readerIds",
      owner.suspended_at IS NOT NULL OR owner.deleted_at IS NOT NULL AS hidden,
      coalesce(post.visibility, object.visibility) AS holder,
      EXISTS (SELECT 1 FROM mention WHERE mention.post_id = attachment.post_id)
        OR EXISTS (SELECT 1 FROM object_recipient WHERE object_recipient.object_id = attachment.object_id)
        AS "isNamed"
    FROM attachment
      JOIN account AS owner ON owner.id = attachment.account_id
      LEFT JOIN post ON post.id = attachment.post_id
      LEFT JOIN object ON object.id = attachment.object_id
    WHERE attachment.file = ${file} OR attachment.preview_file = ${file}`.execute(db)
  return found.rows[0]
}

/** Emoji, the pictures of profiles and the logos of apps are for everybody. */
async function isOrnament(db: Db, file: string): Promise<boolean> {
  const found = await sql`
    SELECT 1 FROM custom_emoji WHERE file = ${file}
    UNION ALL SELECT 1 FROM profile_image WHERE file = ${file}
    UNION ALL SELECT 1 FROM client WHERE logo_file = ${file}`.execute(db)
  return found.rows.length > 0
}

const STRANGER = { follows: false, apart: false }

/** Whether somebody may have a file that is not posted: by the one rule of who may see what. */
export async function mayHave(db: Db, { ownerId, audience }: Waiting, viewer: Viewer): Promise<boolean> {
  const asPost: Audience = {
    visibility: audience.visibility,
    authorId: ownerId,
    mentionedIds: audience.readerIds,
  }
  if (!viewer || viewer.accountId === ownerId) return maySee(asPost, viewer, STRANGER)
  const [follow, apart] = await Promise.all([
    findFollow(db, viewer.accountId, ownerId),
    blockedBetween(db, viewer.accountId, [ownerId]),
  ])
  return maySee(asPost, viewer, { follows: follow?.state === 'accepted', apart: apart.size > 0 })
}
