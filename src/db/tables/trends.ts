import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { AccountId } from '../../base/ids.ts'

export type TrendKind = 'tag' | 'post' | 'link'

/** How often something was used on a day, and by how many. */
export interface TrendDay {
  /** since 1970 */
  day: number
  uses: number
  accounts: number
}

/** What many speak of, as it was counted last. */
export interface TrendTable {
  kind: TrendKind
  /** of the hashtag, the post, or the preview; it may be gone */
  subject_id: string
  score: number
  /** of tags and links; days without any are missing */
  days: JSONColumnType<TrendDay[]>
  /** of links */
  publisher_id: string | null
}

export interface TrendRoundTable {
  single: Generated<boolean>
  asked_at: Generated<Date>
  counted_at: Generated<Date>
}

/** Hosts whose pages many spoke of at some time. */
export interface PublisherTable {
  id: GeneratedAlways<string>
  host: string
  created_at: Date
}

/** What somebody who looks after this server decided. */
export interface TrendReviewTable {
  kind: TrendKind | 'publisher'
  subject_id: string
  approved: boolean
  reviewed_at: Date
  reviewed_by: AccountId | null
}

export interface DirectoryEntryTable {
  account_id: AccountId
  local: boolean
  /** when it last said something to everybody; else since when it is known */
  active_at: Date
}

/** Who wants somebody not to be suggested to them. */
export interface SuggestionRefusedTable {
  account_id: AccountId
  target_id: AccountId
  created_at: Date
}
