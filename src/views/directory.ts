import { sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { areApart, isMuted } from '../domain/blocks/find.ts'
import type { Viewer } from './view.ts'

export interface DirectoryQuery {
  /** who said something last, or who came last */
  readonly order: 'active' | 'new'
  /** only people here */
  readonly local: boolean
  readonly offset: number
  readonly limit: number
}

/** Who wants to be found, here and elsewhere; nobody from whom a block keeps the reader apart, or whom they mute. */
export async function listDirectory(
  db: Db,
  viewer: Viewer,
  { order, local, offset, limit }: DirectoryQuery,
): Promise<readonly AccountId[]> {
  const me = viewer && sql`${viewer.accountId}::bigint`
  const { rows } = await sql<{ id: AccountId }>`
    SELECT account.id FROM directory_entry AS entry JOIN account ON account.id = entry.account_id
    WHERE account.discoverable AND account.kind <> 'application' AND account.deleted_at IS NULL
      AND account.suspended_at IS NULL AND NOT account.suspended_afar AND account.limited_at IS NULL
      AND account.moved_to_uri IS NULL AND ${local ? sql`entry.local` : sql`true`}
      AND ${me ? sql`NOT ${areApart(me, sql`account.id`)} AND NOT ${isMuted(me, sql`account.id`, 'posts')}` : sql`true`}
    ORDER BY ${order === 'new' ? sql`entry.account_id DESC` : sql`entry.active_at DESC, entry.account_id DESC`}
    LIMIT ${limit} OFFSET ${offset}`.execute(db)
  return rows.map(({ id }) => id)
}
