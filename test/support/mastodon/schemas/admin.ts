import { z } from 'zod'
import { account } from './account.ts'
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
