import { z } from 'zod'
import { emoji } from './emoji.ts'
import { count, date, day, entity, id, language, midnight, url, visibility } from './words.ts'

export const field = entity({ name: z.string(), value: z.string(), verified_at: date.nullable() })

const shape = {
  id,
  username: z.string().min(1),
  acct: z.string().regex(/^[^\s@]+(@[^\s@]+)?$/),
  display_name: z.string(),
  locked: z.boolean(),
  bot: z.boolean(),
  discoverable: z.boolean().nullable(),
  indexable: z.boolean(),
  group: z.boolean(),
  created_at: midnight,
  note: z.string(),
  url,
  uri: url,
  avatar: url,
  avatar_static: url,
  avatar_description: z.string(),
  header: url,
  header_static: url,
  header_description: z.string(),
  followers_count: count,
  following_count: count,
  statuses_count: count,
  last_status_at: day.nullable(),
  hide_collections: z.boolean().nullable(),
  noindex: z.boolean().optional(),
  emojis: z.array(emoji),
  roles: z.array(entity({ id: z.string(), name: z.string(), color: z.string() })).optional(),
  fields: z.array(field),
  suspended: z.literal(true).optional(),
  limited: z.literal(true).optional(),
  memorial: z.literal(true).optional(),
}

const plain = entity(shape)
export const account = entity({ ...shape, moved: plain.optional() })

export const role = entity({
  id: z.string(),
  name: z.string(),
  color: z.string(),
  permissions: z.string().regex(/^\d+$/),
  highlighted: z.boolean(),
})

/** The account of whoever asks. */
export const credentialAccount = entity({
  ...shape,
  moved: plain.optional(),
  source: entity({
    privacy: visibility,
    sensitive: z.boolean(),
    language: language.nullable(),
    note: z.string(),
    fields: z.array(field),
    follow_requests_count: count,
    hide_collections: z.boolean().nullable(),
    discoverable: z.boolean().nullable(),
    indexable: z.boolean(),
    attribution_domains: z.array(z.string()),
    quote_policy: z.enum(['public', 'followers', 'nobody']),
  }),
  role,
})

/** Of a list of mutes. */
export const mutedAccount = entity({ ...shape, moved: plain.optional(), mute_expires_at: date.nullable() })
