import type { ColumnType, Generated } from 'kysely'
import type { AccountId } from '../../base/ids.ts'

export interface AuthenticatorTable {
  account_id: AccountId
  secret_sealed: Buffer
  /** a bigint, which comes as text */
  last_step: ColumnType<string, number, number>
  created_at: Date
}

export interface PasskeyTable {
  credential_id: string
  account_id: AccountId
  /** in COSE, as the authenticator gave it */
  public_key: Buffer
  counter: ColumnType<string, number, number>
  transports: Generated<string[]>
  name: string
  created_at: Date
  used_at: Date | null
}

export interface RecoveryCodeTable {
  account_id: AccountId
  code_hash: Buffer
  used_at: Date | null
}

export interface SecondStepTable {
  token_hash: Buffer
  account_id: AccountId
  attempts: Generated<number>
  expires_at: Date
}

export interface ChallengeUsedTable {
  challenge_hash: Buffer
  expires_at: Date
}
