import type { Generated, JSONColumnType } from 'kysely'
import type { AccountId, ActivityId, FollowId, NotificationId, ObjectId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { LanguageMapColumn } from './content.ts'
import type { PolicyJson } from './quotes.ts'

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
  /** of a boost, the post that it shows again */
  boost_of_id: PostId | null
  /** the collection of its conversation, on the origin of a post from elsewhere */
  context_uri: string | null
  title: string | null
  summary: Generated<string>
  sensitive: Generated<boolean>
  content_html: string
  source: string | null
  source_type: string | null
  content_map: LanguageMapColumn
  language: string | null
  published_at: Date
  edited_at: Date | null
  received_at: Generated<Date>
  policy: JSONColumnType<PolicyJson | null, string | null | undefined, string | null>
  /** waits for the author of what it answers to approve it */
  held: Generated<boolean>
  /** the stamp of the author of what it answers */
  approved_by: string | null
  /** the group that it was said in */
  audience_uri: string | null
  /** what its author's app said of it in other words than ours */
  extension: JSONColumnType<Record<string, unknown> | null, string | null | undefined, string | null>
  /** the app that its author wrote it with; it may be gone by now */
  client_id: string | null
}

export interface PostStatTable {
  post_id: PostId
  replies: Generated<number>
  likes: Generated<number>
  boosts: Generated<number>
  quotes: Generated<number>
}

export interface PostEditTable {
  post_id: PostId
  version: number
  content_html: string
  source: string | null
  summary: string
  sensitive: boolean
  title: string | null
  attachments: JSONColumnType<object[] | null, string | null | undefined, never>
  poll_options: string[] | null
  extension: JSONColumnType<Record<string, unknown> | null, string | null | undefined, never>
  created_at: Date
}

export interface MentionTable {
  post_id: PostId
  account_id: AccountId
  /** may read it, though nobody named them */
  silent: Generated<boolean>
  /** may read it, and nobody may know */
  blind: Generated<boolean>
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
  /** what it was, as ActivityStreams calls it */
  kind: string | null
  published_at: Date | null
  edited_at: Date | null
  /** was not for everyone, so only whoever deleted it is told that it was */
  hidden: Generated<boolean>
}

export interface ActivityTable {
  id: ActivityId
  account_id: AccountId
  kind: string
  post_id: PostId | null
  public: boolean
  body: string
  created_at: Generated<Date>
  /** what it is about, where that is no post */
  object_id: ObjectId | null
  /** for all who follow whoever said it */
  to_followers: Generated<boolean>
  /** said through an app, and kept as long as its author is here */
  lasting: Generated<boolean>
  object_uri: string | null
  object_types: string[] | null
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
  boosts: Generated<boolean>
  tells: Generated<boolean>
  languages: string[] | null
}

export interface HomeEntryTable {
  owner_id: AccountId
  post_id: PostId
  author_id: AccountId
}

export type NotificationKind =
  | 'mention'
  | 'follow'
  | 'follow_request'
  | 'status'
  | 'update'
  | 'like'
  | 'boost'
  | 'reaction'
  | 'poll'
  | 'move'
  | 'report'
  | 'warning'
  | 'sign-up'
  | 'quote'
  | 'quote-request'
  | 'reply-request'
  | 'like-request'
  | 'boost-request'

export interface NotificationTable {
  owner_id: AccountId
  id: NotificationId
  kind: NotificationKind
  from_account_id: AccountId
  post_id: PostId | null
  created_at: Generated<Date>
}
