import type { AccountId } from '../../base/ids.ts'

/** Shown at once, kept back until they are asked for, or never shown. */
export type NoticeWish = 'accept' | 'filter' | 'drop'

export interface NotificationPolicyTable {
  account_id: AccountId
  not_following: NoticeWish
  not_followers: NoticeWish
  new_accounts: NoticeWish
  private_mentions: NoticeWish
  limited_accounts: NoticeWish
  bots: NoticeWish
}

/** Whose notifications are taken whatever the policy says. */
export interface NotificationSenderTable {
  owner_id: AccountId
  account_id: AccountId
}
