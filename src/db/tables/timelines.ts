import type { Generated } from 'kysely'
import type {
  AccountId,
  FilterId,
  FilterKeywordId,
  FilterPostId,
  FollowId,
  ListId,
  PostId,
  TagFollowId,
  TalkId,
} from '../../base/ids.ts'

export type MarkedTimeline = 'home' | 'notifications'

/** How far somebody has read. */
export interface MarkerTable {
  account_id: AccountId
  timeline: MarkedTimeline
  last_read_id: string
  version: Generated<number>
  updated_at: Date
}

/** Answers to whom stand in a list. */
export type ListReplies = 'followed' | 'list' | 'none'

export interface ListTable {
  id: ListId
  owner_id: AccountId
  title: string
  replies: Generated<ListReplies>
  exclusive: Generated<boolean>
}

export interface ListMemberTable {
  list_id: ListId
  account_id: AccountId
  owner_id: AccountId
  /** as the list says */
  exclusive: boolean
  /** it ends with the follow; null for the owner of the list */
  follow_id: FollowId | null
}

export interface TagFollowTable {
  account_id: AccountId
  hashtag_id: string
  id: TagFollowId
}

export type FilterContext = 'home' | 'notifications' | 'public' | 'thread' | 'account'
export type FilterAction = 'warn' | 'hide' | 'blur'

export interface PostFilterTable {
  id: FilterId
  account_id: AccountId
  title: string
  contexts: FilterContext[]
  action: Generated<FilterAction>
  expires_at: Date | null
}

export interface FilterKeywordTable {
  id: FilterKeywordId
  filter_id: FilterId
  keyword: string
  whole_word: Generated<boolean>
}

export interface FilterPostTable {
  id: FilterPostId
  filter_id: FilterId
  post_id: PostId
}

/** The direct posts of a conversation, as one of those who may read them has them. */
export interface TalkTable {
  id: Generated<TalkId>
  owner_id: AccountId
  conversation_id: PostId
  last_post_id: PostId | null
  unread: boolean
}
