import type { Generated, GeneratedAlways } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'

export interface PinnedPostTable {
  account_id: AccountId
  post_id: PostId
  pinned_at: Date
}

export interface FeaturedTagTable {
  account_id: AccountId
  name: string
  display_name: string
  /** where its own server lists what the account says under it */
  url: string | null
  created_at: Date
}

/** A picture on the profile of an account of ours, in the media storage. */
export interface ProfileImageTable {
  account_id: AccountId
  kind: 'avatar' | 'header'
  file: string
  media_type: string
  created_at: Date
}

/** `mastodon` relays are followed as Public at their inbox, `litepub` ones as the actor that they are. */
export type RelayKind = 'mastodon' | 'litepub'
export type RelayState = 'asked' | 'accepted' | 'rejected'

export interface RelayTable {
  id: GeneratedAlways<number>
  url: string
  kind: RelayKind
  inbox_id: number
  origin: string
  follow_uri: string
  object_uri: string
  state: RelayState
  created_at: Generated<Date>
  answered_at: Date | null
}

export interface AliveTable {
  one: Generated<boolean>
  at: Date
}
