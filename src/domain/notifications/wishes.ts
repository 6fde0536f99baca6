import type { NoticeWish } from '../../db/tables/notifications.ts'

/** What somebody wishes for notifications from whom. */
export interface NoticePolicy {
  /** from those whom they do not follow */
  readonly notFollowing: NoticeWish
  /** from those who do not follow them, or have for less than three days */
  readonly notFollowers: NoticeWish
  /** from accounts that are less than 30 days old */
  readonly newAccounts: NoticeWish
  /** that nobody asked for */
  readonly privateMentions: NoticeWish
  /** from those whom the moderators have limited */
  readonly limitedAccounts: NoticeWish
  readonly bots: NoticeWish
}
