import type { Generated } from 'kysely'
import type { AccountId, ActivityId, FollowId, NotificationId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

export interface PostTable {
  id: PostId
  uri: string
  url: string | null
  local: boolean
  account_id: AccountId
  kind: Generated<string>
  visibility: Visibility
  in_reply_to_id: PostId | null
  in_reply_to_uri: string | null
  in_reply_to_account_id: AccountId | null
  conversation_id: PostId
  title: string | null
  summary: Generated<string>
  sensitive: Generated<boolean>
  content_html: string
  source: string | null
  language: string | null
  published_at: Date
  edited_at: Date | null
  received_at: Generated<Date>
}

export interface PostStatTable {
  post_id: PostId
  replies: Generated<number>
  likes: Generated<number>
  boosts: Generated<number>
}

export interface PostEditTable {
  post_id: PostId
  version: number
  content_html: string
  source: string | null
  summary: string
  sensitive: boolean
  created_at: Date
}

export interface MentionTable {
  post_id: PostId
  account_id: AccountId
}

export interface HashtagTable {
  id: Generated<string>
  name: string
  display_name: string
}

export interface PostHashtagTable {
  post_id: PostId
  hashtag_id: string
}

export interface TombstoneTable {
  uri: string
  account_uri: string
  deleted_at: Generated<Date>
}

export interface ActivityTable {
  id: ActivityId
  account_id: AccountId
  kind: string
  post_id: PostId | null
  public: boolean
  body: string
  created_at: Generated<Date>
}

export type FollowState = 'requested' | 'accepted'

export interface FollowTable {
  followed_id: AccountId
  follower_id: AccountId
  id: FollowId
  uri: string
  state: FollowState
  followed_local: boolean
  follower_local: boolean
  created_at: Generated<Date>
  accepted_at: Date | null
}

export interface HomeEntryTable {
  owner_id: AccountId
  post_id: PostId
  author_id: AccountId
}

export interface NotificationTable {
  owner_id: AccountId
  id: NotificationId
  kind: 'mention' | 'follow' | 'follow_request' | 'update'
  from_account_id: AccountId
  post_id: PostId | null
  created_at: Generated<Date>
}
