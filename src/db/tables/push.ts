import type { Generated, GeneratedAlways } from 'kysely'
import type { AccountId } from '../../base/ids.ts'

/** From whom: anybody, those whom they follow, those who follow them, or nobody for now. */
export type PushPolicy = 'all' | 'followed' | 'follower' | 'none'

export interface PushSubscriptionTable {
  /** a small number: apps hold it in 32 bits */
  id: GeneratedAlways<number>
  account_id: AccountId
  token_hash: Buffer
  endpoint: string
  /** RFC 8291; otherwise the draft before it */
  standard: boolean
  /** the public key of the app, uncompressed */
  p256dh: Buffer
  /** the access token and the secret of the app */
  sealed: Buffer
  /** kinds of notifications */
  alerts: string[]
  policy: PushPolicy
  created_at: Date
  /** messages in a row that were not taken */
  failures: Generated<number>
  failing_since: Date | null
}
