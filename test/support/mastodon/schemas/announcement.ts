import { z } from 'zod'
import { emoji } from './emoji.ts'
import { count, date, entity, id, url } from './words.ts'

export const announcementReaction = entity({
  name: z.string().min(1),
  count,
  me: z.boolean().optional(),
  url: url.optional(),
  static_url: url.optional(),
})

export const announcement = entity({
  id,
  content: z.string(),
  starts_at: date.nullable(),
  ends_at: date.nullable(),
  all_day: z.boolean(),
  published_at: date,
  updated_at: date,
  read: z.boolean().optional(),
  mentions: z.array(entity({ id, username: z.string(), url, acct: z.string() })),
  statuses: z.array(entity({ id, url })),
  tags: z.array(entity({ name: z.string(), url })),
  emojis: z.array(emoji),
  reactions: z.array(announcementReaction),
})
