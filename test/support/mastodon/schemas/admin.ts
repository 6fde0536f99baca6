import { z } from 'zod'
import { account, role } from './account.ts'
import { rule } from './instance.ts'
import { status } from './status.ts'
import { date, entity, id } from './words.ts'

export const category = z.enum(['spam', 'legal', 'violation', 'other'])

export const report = entity({
  id,
  action_taken: z.boolean(),
  action_taken_at: date.nullable(),
  category,
  comment: z.string(),
  forwarded: z.boolean(),
  created_at: date,
  status_ids: z.array(id).nullable(),
  rule_ids: z.array(id).nullable(),
  target_account: account,
})

export const accountWarning = entity({
  id,
  action: z.enum(['none', 'sensitive', 'disable', 'silence', 'suspend']),
  text: z.string(),
  status_ids: z.array(id).nullable(),
  target_account: account,
  appeal: z.null(),
  created_at: date,
})

export const adminAccount = entity({
  id,
  username: z.string().min(1),
  domain: z.string().nullable(),
  created_at: date,
  email: z.string().nullable(),
  ip: z.string().nullable(),
  ips: z.array(entity({ ip: z.string(), used_at: date })),
  locale: z.string().nullable(),
  invite_request: z.string().nullable(),
  role: role.nullable(),
  confirmed: z.boolean(),
  approved: z.boolean(),
  disabled: z.boolean(),
  silenced: z.boolean(),
  suspended: z.boolean(),
  sensitized: z.boolean(),
  account,
  created_by_application_id: id.optional(),
  invited_by_account_id: id.optional(),
})

export const adminReport = entity({
  id,
  action_taken: z.boolean(),
  action_taken_at: date.nullable(),
  category,
  comment: z.string(),
  forwarded: z.boolean(),
  created_at: date,
  updated_at: date,
  account: adminAccount,
  target_account: adminAccount,
  assigned_account: adminAccount.nullable(),
  action_taken_by_account: adminAccount.nullable(),
  statuses: z.array(status),
  rules: z.array(rule),
})
