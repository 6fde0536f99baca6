import { z } from 'zod'
import { account } from './account.ts'
import { emoji } from './emoji.ts'
import { mediaAttachment, status } from './status.ts'
import { date, entity, id, visibility } from './words.ts'

export const context = entity({ ancestors: z.array(status), descendants: z.array(status) })

export const statusSource = entity({ id, text: z.string(), spoiler_text: z.string() })

export const statusEdit = entity({
  content: z.string(),
  spoiler_text: z.string(),
  sensitive: z.boolean(),
  created_at: date,
  account,
  poll: entity({ options: z.array(entity({ title: z.string() })).min(2) }).optional(),
  media_attachments: z.array(mediaAttachment),
  emojis: z.array(emoji),
  quote: status.shape.quote,
})

export const scheduledStatus = entity({
  id,
  scheduled_at: date,
  params: entity({
    text: z.string(),
    poll: entity({
      options: z.array(z.string()).min(2),
      expires_in: z.int().positive(),
      multiple: z.boolean(),
      hide_totals: z.boolean(),
    }).nullable(),
    media_ids: z.array(id).nullable(),
    sensitive: z.boolean().nullable(),
    spoiler_text: z.string().nullable(),
    visibility,
    in_reply_to_id: id.nullable(),
    language: z.string().nullable(),
    application_id: id.nullable(),
    scheduled_at: z.null(),
    idempotency: z.string().nullable(),
    with_rate_limit: z.boolean(),
    quoted_status_id: id.nullable(),
    quote_approval_policy: z.enum(['public', 'followers', 'nobody']).nullable(),
  }),
  media_attachments: z.array(mediaAttachment),
})
