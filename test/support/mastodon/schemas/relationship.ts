import { z } from 'zod'
import { count, date, day, entity, id, language, url } from './words.ts'

/** All sixteen, whatever they are. */
export const relationship = entity({
  id,
  following: z.boolean(),
  showing_reblogs: z.boolean(),
  notifying: z.boolean(),
  languages: z.array(language).nullable(),
  followed_by: z.boolean(),
  blocking: z.boolean(),
  blocked_by: z.boolean(),
  muting: z.boolean(),
  muting_notifications: z.boolean(),
  muting_expires_at: date.nullable(),
  requested: z.boolean(),
  requested_by: z.boolean(),
  domain_blocking: z.boolean(),
  endorsed: z.boolean(),
  note: z.string(),
})

export const featuredTag = entity({
  id,
  name: z.string().min(1),
  url,
  statuses_count: z.string().regex(/^\d+$/),
  last_status_at: day.nullable(),
})

export const domainBlockPreview = entity({ following_count: count, followers_count: count })
