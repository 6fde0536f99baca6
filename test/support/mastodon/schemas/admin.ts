import { z } from 'zod'
import { account, role } from './account.ts'
import { rule } from './instance.ts'
import { status } from './status.ts'
import { date, entity, id, midnight } from './words.ts'

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

export const adminDomainBlock = entity({
  id,
  domain: z.string().min(1),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  created_at: date,
  severity: z.enum(['noop', 'silence', 'suspend']),
  reject_media: z.boolean(),
  reject_reports: z.boolean(),
  private_comment: z.string().nullable(),
  public_comment: z.string().nullable(),
  obfuscate: z.boolean(),
})

export const adminDomainAllow = entity({ id, domain: z.string().min(1), created_at: date })

export const adminIpBlock = entity({
  id,
  ip: z.string().regex(/\/\d+$/),
  severity: z.enum(['sign_up_requires_approval', 'sign_up_block', 'no_access']),
  comment: z.string(),
  created_at: date,
  expires_at: date.nullable(),
})

const number = z.string().regex(/^\d+$/)
export const adminEmailDomainBlock = entity({
  id,
  domain: z.string().min(1),
  created_at: date,
  history: z.array(entity({ day: number, accounts: number, uses: number })),
})

export const adminCanonicalEmailBlock = entity({
  id,
  canonical_email_hash: z.string().regex(/^[0-9a-f]{64}$/),
})

export const adminMeasure = entity({
  key: z.string(),
  unit: z.string().nullable(),
  total: number,
  human_value: z.string().optional(),
  previous_total: number.optional(),
  data: z.array(entity({ date: midnight, value: number })),
})

export const adminDimension = entity({
  key: z.string(),
  data: z.array(
    entity({
      key: z.string().min(1),
      human_key: z.string(),
      value: z.string().min(1),
      unit: z.string().optional(),
      human_value: z.string().optional(),
    }),
  ),
})

export const adminCohort = entity({
  period: midnight,
  frequency: z.enum(['day', 'month']),
  data: z.array(entity({ date: midnight, rate: z.number().min(0).max(1), value: number })),
})
