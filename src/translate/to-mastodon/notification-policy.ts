import type { NoticePolicy } from '../../domain/notifications/wishes.ts'
import type { NoticeRequest } from '../../views/notice-requests.ts'
import type { StatusView } from '../../views/statuses.ts'
import type { AccountView } from '../../views/view.ts'
import { accountFrom } from './account.ts'
import { statusFrom, type Telling } from './status.ts'
import { dateWord } from './words.ts'

interface Pending {
  readonly accounts: number
  readonly notices: number
}

export function policyFrom(policy: NoticePolicy, pending: Pending) {
  return {
    for_not_following: policy.notFollowing,
    for_not_followers: policy.notFollowers,
    for_new_accounts: policy.newAccounts,
    for_private_mentions: policy.privateMentions,
    for_limited_accounts: policy.limitedAccounts,
    for_bots: policy.bots,
    summary: summaryFrom(pending),
  }
}

/** The older form, which knows only yes and no. */
export function oldPolicyFrom(policy: NoticePolicy, pending: Pending) {
  return {
    filter_not_following: policy.notFollowing !== 'accept',
    filter_not_followers: policy.notFollowers !== 'accept',
    filter_new_accounts: policy.newAccounts !== 'accept',
    filter_private_mentions: policy.privateMentions !== 'accept',
    summary: summaryFrom(pending),
  }
}

function summaryFrom({ accounts, notices }: Pending) {
  return { pending_requests_count: accounts, pending_notifications_count: notices }
}

/** What is kept back of one account. */
export function requestFrom(
  request: NoticeRequest,
  from: AccountView,
  lastStatus: StatusView | undefined,
  telling: Telling,
) {
  return {
    id: request.fromId,
    created_at: dateWord(request.firstAt),
    updated_at: dateWord(request.lastAt),
    // A text, as it is documented.
    notifications_count: String(request.count),
    account: accountFrom(from, telling.uris),
    ...(lastStatus && { last_status: statusFrom(lastStatus, telling) }),
  }
}
