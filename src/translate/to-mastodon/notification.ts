import type { NotificationKind } from '../../db/tables/posts.ts'
import type { Told } from '../../views/notifications.ts'
import type { StaffNotice } from '../../views/staff-notices.ts'
import type { StatusView } from '../../views/statuses.ts'
import type { AccountView } from '../../views/view.ts'
import { accountFrom, type MastodonAccount } from './account.ts'
import { type MastodonStaffNotice, staffNoticeFrom } from './staff-notice.ts'
import { type MastodonStatus, statusFrom, type Telling } from './status.ts'
import { authorText, statusText } from './status-text.ts'
import { dateWord } from './words.ts'

export interface MastodonNotification extends MastodonStaffNotice {
  readonly id: string
  readonly type: string
  readonly group_key: string
  readonly created_at: string
  readonly account: MastodonAccount
  readonly status?: MastodonStatus
}

/** What both sides call what happened. */
const WORDS = {
  mention: 'mention',
  status: 'status',
  follow: 'follow',
  follow_request: 'follow_request',
  update: 'update',
  like: 'favourite',
  boost: 'reblog',
  poll: 'poll',
  quote: 'quote',
  'sign-up': 'admin.sign_up',
  report: 'admin.report',
  warning: 'moderation_warning',
} as const satisfies Partial<Record<NotificationKind, string>>

/** What the documented API has no word for: only for apps that say they know ours. */
const OWN_WORDS = {
  reaction: 'reaction',
  move: 'move',
  'quote-request': 'quote_request',
  'reply-request': 'reply_request',
  'like-request': 'favourite_request',
  'boost-request': 'reblog_request',
} as const satisfies Partial<Record<NotificationKind, string>>

const ALL_WORDS: Partial<Readonly<Record<NotificationKind, string>>> = { ...WORDS, ...OWN_WORDS }
const OWN: ReadonlySet<string> = new Set(Object.values(OWN_WORDS))

export function noticeWord(kind: NotificationKind): string {
  return ALL_WORDS[kind] ?? kind
}

/** Which kinds an app wants to be told of, in its words. */
export interface WantedWords {
  /** all that it knows, when not said */
  readonly types?: readonly string[] | undefined
  readonly exclude_types?: readonly string[] | undefined
  /** the words it knows beside the documented ones */
  readonly supported_types?: readonly string[] | undefined
}

export function wantedKinds({
  types = [],
  exclude_types: out = [],
  supported_types: known = [],
}: WantedWords): readonly NotificationKind[] {
  return (Object.keys(ALL_WORDS) as NotificationKind[]).filter((kind) => {
    const word = noticeWord(kind)
    const isKnown = !OWN.has(word) || known.includes(word)
    return isKnown && !out.includes(word) && (types.length === 0 || types.includes(word))
  })
}

/** What was told, with what it is of. */
export interface NoticeParts {
  readonly told: Told
  readonly groupKey: string
  readonly from: AccountView
  readonly status: StatusView | undefined
  /** of a report or a warning */
  readonly staff?: StaffNotice | undefined
}

export function notificationFrom(
  { told, groupKey, from, status, staff }: NoticeParts,
  telling: Telling,
): MastodonNotification {
  return {
    id: told.id,
    type: noticeWord(told.kind),
    group_key: groupKey,
    created_at: dateWord(told.createdAt),
    account: accountFrom(from, telling.uris),
    ...(status && { status: statusFrom(status, telling) }),
    ...staffNoticeFrom(staff, telling.uris),
  }
}

/** The JSON of it, put together from texts that are known. */
export function notificationText(parts: NoticeParts, telling: Telling): string {
  const { told, groupKey, from, status, staff } = parts
  const beside = JSON.stringify({
    id: told.id,
    type: noticeWord(told.kind),
    group_key: groupKey,
    created_at: dateWord(told.createdAt),
    ...staffNoticeFrom(staff, telling.uris),
  })
  const account = `"account":${authorText(from, telling.uris)}`
  const post = status ? `,"status":${statusText(status, telling)}` : ''
  return `${beside.slice(0, -1)},${account}${post}}`
}
