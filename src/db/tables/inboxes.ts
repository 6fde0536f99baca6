import type { AccountId, InboxItemId, PostId } from '../../base/ids.ts'

export interface InboxItemTable {
  owner_id: AccountId
  id: InboxItemId
  /** the id of the activity; one of ours where its own is not known */
  uri: string
  actor_id: AccountId
  /** its ActivityStreams type */
  kind: string
  /** what it is about, where that is a post that we hold; then it has no body */
  post_id: PostId | null
  /** what it is about, where that is no post that we hold */
  object_uri: string | null
  object_types: string[] | null
  body: string | null
  created_at: Date
}

/** How a post is written where it came to somebody; may be lost at any time. */
export interface PostTextTable {
  post_id: PostId
  /** of what it was made: it holds as long as the post still has this one */
  stamp: string
  /** `"to":[…],"cc":[…]` */
  addresses: string
  /** JSON */
  body: string
  made_at: Date
}

/** Kept by the database itself. */
export interface InboxCountTable {
  owner_id: AccountId
  actor_id: AccountId
  items: number
}
