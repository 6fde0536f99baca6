import type { Generated, JSONColumnType } from 'kysely'
import type { AccountId, GrantId } from '../../base/ids.ts'

export type ClientKind = 'registered' | 'document' | 'object' | 'app'
export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
/** JSON of somebody else's making */
export type JsonRecord = Readonly<Record<string, unknown>>

export interface ClientTable {
  id: string
  kind: ClientKind
  name: Generated<string>
  website: string | null
  logo_url: string | null
  /** our own copy of the logo */
  logo_file: string | null
  summary: Generated<string>
  redirect_uris: Generated<string[]>
  /** what it may ask for; null: anything */
  scopes: string | null
  auth_method: Generated<ClientAuthMethod>
  secret_hash: Buffer | null
  jwks: JSONColumnType<JsonRecord | null, string | null | undefined, string | null>
  jwks_uri: string | null
  dpop_bound: Generated<boolean>
  /** its metadata as it was registered or found */
  metadata: JSONColumnType<JsonRecord, string | undefined, string>
  fetched_at: Date | null
  fresh_until: Date | null
  /** when it last named other redirect addresses or keys than before */
  changed_at: Date | null
  created_at: Date
  used_at: Date | null
}

export interface ClientGrantTable {
  id: GrantId
  /** null: the app as itself, for nobody */
  account_id: AccountId | null
  client_id: string
  scopes: string
  created_at: Date
  used_at: Date
  expires_at: Date | null
  revoked_at: Date | null
}

export interface GrantCodeTable {
  code_hash: Buffer
  client_id: string
  account_id: AccountId
  redirect_uri: string
  scopes: string
  challenge: string | null
  dpop_jkt: string | null
  created_at: Date
  expires_at: Date
  used_at: Date | null
  grant_id: GrantId | null
}

export interface GrantTokenTable {
  token_hash: Buffer
  grant_id: GrantId
  kind: 'access' | 'refresh'
  scopes: string
  dpop_jkt: string | null
  created_at: Date
  /** null: never */
  expires_at: Date | null
  used_at: Date | null
}

export interface PushedRequestTable {
  uri_hash: Buffer
  client_id: string
  parameters: JSONColumnType<JsonRecord, string, string>
  created_at: Date
  expires_at: Date
  used_at: Date | null
}

export interface ProofSeenTable {
  proof_hash: Buffer
  expires_at: Date
}
