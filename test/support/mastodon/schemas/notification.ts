import { z } from 'zod'
import { account } from './account.ts'
import { accountWarning, report } from './admin.ts'
import { status } from './status.ts'
import { date, entity, id, url } from './words.ts'

export const notificationType = z.enum([
  'mention',
  'status',
  'reblog',
  'follow',
  'follow_request',
  'favourite',
  'poll',
  'update',
  'quote',
  'quoted_update',
  'admin.sign_up',
  'admin.report',
  'moderation_warning',
])
const groupKey = z.string().regex(/^[a-z_]+(-\d+)+$/)
const staff = { report: report.optional(), moderation_warning: accountWarning.optional() }

export const notification = entity({
  id,
  type: notificationType,
  group_key: groupKey,
  created_at: date,
  account,
  status: status.optional(),
  ...staff,
})

export const notificationGroup = entity({
  group_key: groupKey,
  notifications_count: z.int().min(1),
  type: notificationType,
  most_recent_notification_id: z.number().positive(),
  page_min_id: id.optional(),
  page_max_id: id.optional(),
  latest_page_notification_at: date.optional(),
  sample_account_ids: z.array(id).min(1),
  status_id: id.optional(),
  ...staff,
})

export const partialAccount = entity({
  id,
  acct: z.string().min(1),
  locked: z.boolean(),
  bot: z.boolean(),
  url,
  avatar: url,
  avatar_static: url,
})

export const groupedNotifications = entity({
  accounts: z.array(account),
  partial_accounts: z.array(partialAccount).optional(),
  statuses: z.array(status),
  notification_groups: z.array(notificationGroup),
})

const wish = z.enum(['accept', 'filter', 'drop'])
const summary = entity({
  pending_requests_count: z.int().min(0),
  pending_notifications_count: z.int().min(0),
})
export const notificationPolicy = entity({
  for_not_following: wish,
  for_not_followers: wish,
  for_new_accounts: wish,
  for_private_mentions: wish,
  for_limited_accounts: wish,
  for_bots: wish,
  summary,
})
export const oldNotificationPolicy = entity({
  filter_not_following: z.boolean(),
  filter_not_followers: z.boolean(),
  filter_new_accounts: z.boolean(),
  filter_private_mentions: z.boolean(),
  summary,
})
export const notificationRequest = entity({
  id,
  created_at: date,
  updated_at: date,
  notifications_count: z.string().regex(/^\d+$/),
  account,
  last_status: status.optional(),
})

const alert = z.boolean()
export const webPushSubscription = entity({
  /** a number, of 32 bits */
  id: z
    .int()
    .positive()
    .max(2 ** 31 - 1),
  endpoint: url,
  standard: z.boolean(),
  alerts: entity({
    mention: alert,
    status: alert,
    reblog: alert,
    follow: alert,
    follow_request: alert,
    favourite: alert,
    poll: alert,
    update: alert,
    quote: alert,
    quoted_update: alert,
    'admin.sign_up': alert,
    'admin.report': alert,
  }),
  server_key: z.string().regex(/^[\w-]{87}$/),
  policy: z.enum(['all', 'followed', 'follower', 'none']),
})
