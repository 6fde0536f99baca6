import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { AccountId } from '../../base/ids.ts'

export type AccountKind = 'person' | 'service' | 'application' | 'group' | 'organization'
export type Role = 'owner' | 'admin' | 'moderator' | 'user'
export interface ProfileField {
  name: string
  /** sanitised HTML */
  value: string
}

export interface AccountTable {
  id: AccountId
  local: boolean
  uri: string
  kind: Generated<AccountKind>
  name: string
  host: string | null
  handle_verified: Generated<boolean>
  url: string | null
  display_name: Generated<string>
  bio_html: Generated<string>
  bio_source: string | null
  fields: JSONColumnType<ProfileField[], string | undefined, string>
  avatar_url: string | null
  header_url: string | null
  also_known_as: Generated<string[]>
  moved_to_uri: string | null
  manually_approves_followers: Generated<boolean>
  discoverable: Generated<boolean>
  indexable: Generated<boolean>
  inbox_id: number | null
  shared_inbox_id: number | null
  outbox_url: string | null
  followers_url: string | null
  following_url: string | null
  featured_url: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
  fetched_at: Date | null
  suspended_at: Date | null
  deleted_at: Date | null
}

export interface AccountStatTable {
  account_id: AccountId
  posts: Generated<number>
  followers: Generated<number>
  following: Generated<number>
  last_post_at: Date | null
}

export interface AccountKeyTable {
  uri: string
  account_id: AccountId
  kind: 'rsa' | 'ed25519'
  /** SPKI PEM for rsa, base58btc multibase for ed25519 */
  public_key: string
  private_key_sealed: Buffer | null
  created_at: Generated<Date>
  fetched_at: Date | null
}

export interface LoginTable {
  account_id: AccountId
  email: string | null
  password_hash: string | null
  role: Generated<Role>
  seen_at: Generated<Date>
  disabled_at: Date | null
  created_at: Generated<Date>
}

export interface SessionTable {
  token_hash: Buffer
  account_id: AccountId
  created_at: ColumnType<Date, Date | undefined, never>
  seen_at: Generated<Date>
  expires_at: Date
  user_agent: string | null
}
