import type { Uris } from '../../base/uris.ts'
import type { NotificationKind } from '../../db/tables/posts.ts'
import type { PushSubscription } from '../../domain/push/subscription.ts'
import { cleanLine, cutText } from '../../text/clean.ts'
import { plainTextFrom, plainTextFromEither } from '../../text/plain.ts'
import type { PushView } from '../../views/push.ts'
import { accountFrom } from './account.ts'
import { noticeWord } from './notification.ts'

/** Of which an app may be told, in its words; what there is no kind of yet is kept by its word. */
const ALERTS = {
  mention: ['mention'],
  status: ['status'],
  reblog: ['boost'],
  follow: ['follow'],
  follow_request: ['follow_request'],
  favourite: ['like'],
  poll: ['poll'],
  update: ['update'],
  quote: ['quote'],
  quoted_update: ['quoted_update'],
  'admin.sign_up': ['sign-up'],
  'admin.report': ['report'],
} as const

/** Those that the documented API has no word for, for apps that know ours. */
const OWN_ALERTS = {
  reaction: ['reaction'],
  move: ['move'],
  moderation_warning: ['warning'],
  quote_request: ['quote-request'],
  reply_request: ['reply-request'],
  favourite_request: ['like-request'],
  reblog_request: ['boost-request'],
} as const

const DOCUMENTED = Object.entries<readonly string[]>(ALERTS)
const ALL = [...DOCUMENTED, ...Object.entries<readonly string[]>(OWN_ALERTS)]

export const alertWords = ALL.map(([word]) => word)

/** The kinds of notifications that an app wants, of its words. */
export function alertKinds(words: Readonly<Record<string, boolean | undefined>>): string[] {
  return ALL.flatMap(([word, kinds]) => (words[word] ? kinds : []))
}

export interface MastodonPushSubscription {
  /** the one id that is a number */
  readonly id: number
  readonly endpoint: string
  readonly standard: boolean
  readonly alerts: Readonly<Record<string, boolean>>
  readonly server_key: string
  readonly policy: PushSubscription['policy']
}

/** Every documented alert is there: some apps read no subscription without. */
export function subscriptionFrom(wish: PushSubscription, serverKey: string): MastodonPushSubscription {
  const isWanted = (kinds: readonly string[]) => kinds.some((kind) => wish.alerts.includes(kind))
  const own = Object.entries<readonly string[]>(OWN_ALERTS).filter(([, kinds]) => isWanted(kinds))
  return {
    id: wish.id,
    endpoint: wish.endpoint,
    standard: wish.standard,
    alerts: Object.fromEntries([...DOCUMENTED, ...own].map(([word, kinds]) => [word, isWanted(kinds)])),
    server_key: serverKey,
    policy: wish.policy,
  }
}

/** What is said of each kind; `N` stands for a name. */
const TITLES: Partial<Readonly<Record<NotificationKind, string>>> & Readonly<Record<string, string>> = {
  mention: 'N mentioned you',
  status: 'N posted',
  boost: 'N boosted your post',
  follow: 'N follows you now',
  follow_request: 'N wants to follow you',
  like: 'N likes your post',
  reaction: 'N reacted to your post',
  poll: 'A poll by N has ended',
  update: 'N changed a post',
  quote: 'N quoted your post',
  move: 'N has moved',
  report: 'N reported somebody',
  'sign-up': 'N signed up',
  warning: 'The moderators of this server have a word for you',
  'quote-request': 'N wants to quote your post',
  'reply-request': 'N wants to reply to your post',
  'like-request': 'N wants to like your post',
  'boost-request': 'N wants to boost your post',
}

const NAME_LENGTH = 60
const BODY_LENGTH = 140
/** Of 4096 bytes that a push service takes, what the encryption leaves and something to spare. */
const MOST_BYTES = 3800

export interface PushTelling {
  readonly uris: Uris
  readonly token: string
  readonly language: string | null
}

/**
 * What an app is sent. The id is a number of all its digits, as apps read it that know no other.
 */
export function pushMessageFrom(view: PushView, { uris, token, language }: PushTelling): string {
  const { told, from } = view
  const message = (icon: string) =>
    `{"access_token":${JSON.stringify(token)},"preferred_locale":${JSON.stringify(language ?? 'en')},` +
    `"notification_id":${told.id},"notification_type":${JSON.stringify(noticeWord(told.kind))},` +
    `"icon":${JSON.stringify(icon)},"title":${JSON.stringify(titleOf(view))},"body":${JSON.stringify(bodyOf(view))}}`
  const whole = message(accountFrom(from, uris).avatar_static)
  return Buffer.byteLength(whole) <= MOST_BYTES ? whole : message(uris.missingAvatar)
}

function titleOf({ told, from }: PushView): string {
  const name = cutText(cleanLine(from.displayName) || from.name, NAME_LENGTH)
  return (TITLES[told.kind] ?? 'News from N').replace('N', () => name)
}

/** A post's warning instead of its words, and neither where a filter keeps them back; of a follower, who they are. */
function bodyOf({ from, status, veiledBy }: PushView): string {
  if (veiledBy !== undefined) return shortened(veiledBy)
  if (!status) return shortened(plainTextFrom(from.bioHtml))
  const { summary, title, contentHtml } = (status.boostOf ?? status).post
  return shortened(plainTextFromEither(summary) || [title ?? '', plainTextFrom(contentHtml)].join(' '))
}

function shortened(text: string): string {
  const line = cleanLine(text)
  return line.length <= BODY_LENGTH ? line : `${cutText(line, BODY_LENGTH - 1)}…`
}
