import type { Generated } from 'kysely'
import type { AccountId, PostId, ReactionId } from '../../base/ids.ts'

export interface ReactionTable {
  post_id: PostId
  account_id: AccountId
  /** null: a like; else an emoji, or `:name@host:` of a custom one */
  emoji: string | null
  id: ReactionId
  uri: string
  /** the picture of a custom emoji */
  emoji_url: string | null
  created_at: Generated<Date>
}

export interface ReactionEchoTable {
  uri: string
  account_id: AccountId
  post_id: PostId | null
  kind: 'like' | 'boost' | null
  emoji: string | null
  state: 'live' | 'taken' | 'undone'
  took: Generated<string[]>
  created_at: Generated<Date>
}
