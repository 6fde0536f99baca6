import type { AccountId, EndorsementId, FollowId } from '../../base/ids.ts'

/** What somebody notes of another account, for themself alone. */
export interface AccountRemarkTable {
  account_id: AccountId
  target_id: AccountId
  text: string
  updated_at: Date
}

/** Whom somebody recommends. */
export interface EndorsementTable {
  account_id: AccountId
  target_id: AccountId
  id: EndorsementId
  /** it ends with the follow */
  follow_id: FollowId
}
