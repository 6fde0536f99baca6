import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { AccountId } from '../../base/ids.ts'

export type AccountKind = 'person' | 'service' | 'application' | 'group' | 'organization'
export type Role = 'owner' | 'admin' | 'moderator' | 'user'
export interface ProfileField {
  name: string
  /** sanitised HTML */
  value: string
  /** as its owner typed it, of accounts here */
  source?: string
  /** when the page that it links to was last found to link back (ISO 8601) */
  verifiedAt?: string
}

/** What holds an account down: a decision about itself, one about its domain, or that it waits to be let in. */
export type Restriction = 'account' | 'domain' | 'waiting'

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
  featured_tags_url: string | null
  attribution_domains: Generated<string[]>
  copied_to_uris: Generated<string[]>
  memorial: Generated<boolean>
  /** its own server says that it is suspended there */
  suspended_afar: Generated<boolean>
  shows_media: Generated<boolean>
  shows_media_replies: Generated<boolean>
  shows_featured: Generated<boolean>
  avatar_alt: Generated<string>
  header_alt: Generated<string>
  /** when a Move of the account last took effect here */
  moved_at: Date | null
  refresh_asked_at: Date | null
  links_checked_at: Date | null
  default_policy: JSONColumnType<Record<string, string> | null, string | null | undefined, string | null>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  fetched_at: Date | null
  suspended_at: Date | null
  /** why it is suspended here; `suspended_at` is set as long as there is a reason */
  suspended_for: Generated<Restriction[]>
  limited_at: Date | null
  limited_for: Generated<Restriction[]>
  /** since when all its pictures and films are shown only to who asks for them */
  sensitized_at: Generated<Date | null>
  /** the hosts of its handle and of its id, and all that they stand below; none for accounts here */
  domains: GeneratedAlways<string[]>
  /** whether others are told that they were blocked */
  sends_blocks: Generated<boolean>
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
  /** since when what comes to them is kept; null as long as no app may read it */
  inbox_since: Generated<Date | null>
  /** when what had come before was entered for good */
  inbox_filled_at: Generated<Date | null>
  /** nobody has shown yet that what is sent there arrives */
  unconfirmed_email: string | null
  /** null: waits until its e-mail address is confirmed */
  confirmed_at: Generated<Date | null>
  /** null: waits until somebody approves it */
  approved_at: Generated<Date | null>
  approved_by: AccountId | null
  /** why they want to come in, in their own words */
  reason: string | null
  /** the app in which they signed up */
  client_id: string | null
  invite_id: number | null
  created_at: Generated<Date>
}

export interface SessionTable {
  token_hash: Buffer
  account_id: AccountId
  created_at: ColumnType<Date, Date | undefined, never>
  seen_at: Generated<Date>
  expires_at: Date
  user_agent: string | null
  /** when a password or passkey was last given in it */
  proven_at: Generated<Date | null>
}
