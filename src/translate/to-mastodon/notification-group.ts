import type { GroupView } from '../../views/notice-groups.ts'
import type { StaffNotice } from '../../views/staff-notices.ts'
import type { StatusView } from '../../views/statuses.ts'
import type { AccountView } from '../../views/view.ts'
import { authorFrom, type MastodonAccount } from './account.ts'
import { groupKeyOf } from './group-key.ts'
import { noticeWord } from './notification.ts'
import { type MastodonStaffNotice, staffNoticeFrom } from './staff-notice.ts'
import type { Telling } from './status.ts'
import { authorText, statusesText } from './status-text.ts'
import { dateWord } from './words.ts'

export interface MastodonNotificationGroup extends MastodonStaffNotice {
  readonly group_key: string
  readonly notifications_count: number
  readonly type: string
  /** an integer, as the one id that is none of a text; see `groupsJson` */
  readonly most_recent_notification_id: string
  readonly page_min_id?: string
  readonly page_max_id?: string
  readonly latest_page_notification_at?: string
  readonly sample_account_ids: readonly string[]
  readonly status_id?: string
}

export type MastodonPartialAccount = Pick<
  MastodonAccount,
  'id' | 'acct' | 'locked' | 'bot' | 'url' | 'avatar' | 'avatar_static'
>

/** Groups, with the accounts and posts that are there to be shown. */
export interface GroupParts {
  readonly groups: readonly GroupView[]
  readonly accounts: ReadonlyMap<string, AccountView>
  readonly statuses: ReadonlyMap<string, StatusView>
  /** of reports and warnings, by their newest notification */
  readonly staff: ReadonlyMap<string, StaffNotice>
}

/**
 * Groups, and beside them each account and each post once, as JSON: most of it are texts that are known.
 * @param partly whether all but the first account of each group are told in few words
 */
export function groupsText(
  { groups, accounts, statuses, staff }: GroupParts,
  telling: Telling,
  partly = false,
): string {
  const shown = groups
    .map((group) => ({ ...group, fromIds: group.fromIds.filter((id) => accounts.has(id)) }))
    .filter(({ fromIds, postId }) => fromIds.length > 0 && (postId === null || statuses.has(postId)))
  const all = new Set(shown.flatMap(({ fromIds }) => fromIds))
  const fully = partly ? new Set(shown.flatMap(({ fromIds }) => fromIds.slice(0, 1))) : all
  const viewsOf = (ids: Iterable<string>) => [...ids].flatMap((id) => accounts.get(id) ?? [])
  const posts = new Set(shown.flatMap(({ postId }) => postId ?? []))
  const parts = [
    `"accounts":[${viewsOf(fully).map((view) => authorText(view, telling.uris))}]`,
    ...(partly
      ? [
          `"partial_accounts":${JSON.stringify(viewsOf([...all].filter((id) => !fully.has(id))).map((view) => partOf(view, telling)))}`,
        ]
      : []),
    `"statuses":${statusesText(
      [...posts].flatMap((id) => statuses.get(id) ?? []),
      telling,
    )}`,
    `"notification_groups":${groupsJson(
      shown.map((group) => ({
        ...groupFrom(group),
        ...staffNoticeFrom(staff.get(group.newestId), telling.uris),
      })),
    )}`,
  ]
  return `{${parts.join(',')}}`
}

function partOf(view: AccountView, { uris }: Telling): MastodonPartialAccount {
  const { id, acct, locked, bot, url, avatar, avatar_static } = authorFrom(view, uris)
  return { id, acct, locked, bot, url, avatar, avatar_static }
}

function groupFrom({ group, page, ...view }: GroupView): MastodonNotificationGroup {
  return {
    group_key: groupKeyOf(group),
    notifications_count: view.count,
    type: noticeWord(view.kind),
    most_recent_notification_id: view.newestId,
    ...(page && {
      page_min_id: page.minId,
      page_max_id: page.maxId,
      latest_page_notification_at: dateWord(page.at),
    }),
    sample_account_ids: view.fromIds,
    ...(view.postId !== null && { status_id: view.postId }),
  }
}

/** As JSON, in which the one id is an integer of all its digits: no number of ours holds them. */
function groupsJson(groups: readonly MastodonNotificationGroup[]): string {
  // Within a text every quotation mark has a backslash before it, so that nothing that people wrote is met.
  return JSON.stringify(groups).replace(
    /"most_recent_notification_id":"(\d+)"/g,
    '"most_recent_notification_id":$1',
  )
}
