import type { JSONColumnType } from 'kysely'
import type { AccountId, BookmarkId, PostId, ScheduledId } from '../../base/ids.ts'

export interface BookmarkTable {
  account_id: AccountId
  post_id: PostId
  id: BookmarkId
  created_at: Date
}

export interface ConversationMuteTable {
  account_id: AccountId
  conversation_id: PostId
  created_at: Date
}

export interface ScheduledPostTable {
  id: ScheduledId
  account_id: AccountId
  due_at: Date
  /** what is to be said, as plain JSON */
  draft: JSONColumnType<object, string, string>
  /** why it could not be published when its time came */
  failed: string | null
  created_at: Date
}
