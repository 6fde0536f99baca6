import { z } from 'zod'
import { account } from './account.ts'
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
])
const groupKey = z.string().regex(/^[a-z_]+(-\d+)+$/)

export const notification = entity({
  id,
  type: notificationType,
  group_key: groupKey,
  created_at: date,
  account,
  status: status.optional(),
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
