import type { Generated } from 'kysely'
import type { AccountId, RuleId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

export type Quoters = 'everyone' | 'followers' | 'nobody'
export type ExpandMedia = 'default' | 'show_all' | 'hide_all'

/** What somebody wants as long as they do not say otherwise. */
export interface PostingDefaultTable {
  account_id: AccountId
  visibility: Visibility | null
  sensitive: Generated<boolean>
  language: string | null
  quoters: Quoters | null
  expands_media: Generated<ExpandMedia>
  expands_warnings: Generated<boolean>
  plays_gifs: Generated<boolean>
}

export interface ServerRuleTable {
  id: RuleId
  position: Generated<number>
  text: string
  hint: Generated<string>
  created_at: Generated<Date>
}

export type ServerTextName = 'title' | 'description' | 'extended' | 'contact'

export interface ServerTextTable {
  name: ServerTextName
  text: string
  updated_at: Generated<Date>
}

/** What has changed of what is shown: written by triggers alone, and read in changes.ts. */
export interface ChangeTable {
  key: string
  xid: Generated<string>
  at: Generated<Date>
}
