import type { AccountId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'
import type { ExpandMedia, Quoters } from '../../db/tables/server.ts'

export type { ExpandMedia, Quoters }

/** What somebody wants as long as they do not say otherwise. */
export interface Preferences {
  readonly visibility: Visibility
  readonly sensitive: boolean
  /** null: whatever the app says */
  readonly language: string | null
  /** who may quote what they post */
  readonly quoters: Quoters
  readonly expandsMedia: ExpandMedia
  readonly expandsWarnings: boolean
  readonly playsGifs: boolean
}

const usual: Preferences = {
  visibility: 'public',
  sensitive: false,
  language: null,
  quoters: 'everyone',
  expandsMedia: 'default',
  expandsWarnings: false,
  playsGifs: false,
}

export async function findPreferences(db: Db, accountId: AccountId): Promise<Preferences> {
  const row = await db
    .selectFrom('posting_default')
    .select([
      'visibility',
      'sensitive',
      'language',
      'quoters',
      'expands_media as expandsMedia',
      'expands_warnings as expandsWarnings',
      'plays_gifs as playsGifs',
    ])
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  if (!row) return usual
  return { ...row, visibility: row.visibility ?? usual.visibility, quoters: row.quoters ?? usual.quoters }
}
