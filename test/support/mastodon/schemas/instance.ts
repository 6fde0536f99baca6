import { z } from 'zod'
import { account } from './account.ts'
import { count, date, day, entity, id, url } from './words.ts'

export const rule = entity({ id, text: z.string(), hint: z.string(), translations: z.strictObject({}) })

const most = z.int().positive()
const limits = {
  accounts: entity({
    max_featured_tags: most,
    max_pinned_statuses: most,
    max_profile_fields: most,
    max_display_name_length: most,
    max_note_length: most,
    profile_field_name_limit: most,
    profile_field_value_limit: most,
  }),
  statuses: entity({ max_characters: most, max_media_attachments: most, characters_reserved_per_url: most }),
  media_attachments: entity({
    description_limit: most,
    image_matrix_limit: most,
    image_size_limit: most,
    // As Mastodon has them, among them audio/x-wav and audio/vnd.wave.
    supported_mime_types: z.array(z.string().regex(/^(image|video|audio)\/[\w.-]+$/)).min(3),
    video_frame_rate_limit: most,
    video_matrix_limit: most,
    video_size_limit: most,
  }),
  polls: entity({
    max_options: most,
    max_characters_per_option: most,
    min_expiration: most,
    max_expiration: most,
  }),
}
const version = z.string().regex(/^4\.5\.0 \(compatible; Weft \d+\.\d+\.\d+[^)]*\)$/)
const feeds = z.enum(['public', 'authenticated', 'disabled'])
const access = entity({ local: feeds, remote: feeds })
const streaming = z.string().regex(/^wss?:\/\/[^/]+$/)

export const instance = entity({
  domain: z.string().min(1),
  title: z.string().min(1),
  version,
  source_url: url,
  description: z.string(),
  usage: entity({ users: entity({ active_month: count }) }),
  thumbnail: entity({
    url,
    blurhash: z.string().nullable(),
    description: z.string(),
    versions: entity({ '@1x': url.optional(), '@2x': url.optional() }),
  }),
  icon: z.array(entity({ src: url, size: z.string().regex(/^\d+x\d+$/) })),
  languages: z.array(z.string()).min(1),
  configuration: entity({
    urls: entity({
      streaming,
      status: url.nullable(),
      about: url,
      privacy_policy: url.nullable(),
      terms_of_service: url.nullable(),
    }),
    vapid: entity({ public_key: z.string().regex(/^[\w-]{87}$/) }),
    ...limits,
    translation: entity({ enabled: z.boolean() }),
    timelines_access: entity({ live_feeds: access, hashtag_feeds: access, trending_link_feeds: access }),
    limited_federation: z.boolean(),
  }),
  registrations: entity({
    enabled: z.boolean(),
    approval_required: z.boolean(),
    reason_required: z.boolean(),
    message: z.string().nullable(),
    min_age: z.int().nullable(),
    url: url.nullable(),
  }),
  api_versions: entity({ mastodon: z.int().positive() }),
  contact: entity({ email: z.string(), account: account.nullable() }),
  rules: z.array(rule),
})

export const instanceV1 = entity({
  uri: z.string().regex(/^[^/]+$/),
  title: z.string().min(1),
  short_description: z.string(),
  description: z.string(),
  email: z.string(),
  version,
  urls: entity({ streaming_api: streaming }),
  stats: entity({ user_count: count, status_count: count, domain_count: count }),
  thumbnail: url.nullable(),
  languages: z.array(z.string()).min(1),
  registrations: z.boolean(),
  approval_required: z.boolean(),
  invites_enabled: z.boolean(),
  configuration: entity(limits),
  contact_account: account.nullable(),
  rules: z.array(rule),
})

const number = z.string().regex(/^\d+$/)
export const week = entity({ week: number, statuses: number, logins: number, registrations: number })
export const extendedDescription = entity({ updated_at: date.nullable(), content: z.string() })
export const privacyPolicy = entity({ updated_at: date, content: z.string().min(100) })
export const termsOfService = entity({
  effective_date: day,
  effective: z.boolean(),
  content: z.string().min(100),
  succeeded_by: day.nullable(),
})
export const instanceLanguage = entity({ code: z.string().regex(/^[a-z]{2,3}$/), name: z.string().min(2) })
export const domainBlock = entity({
  domain: z.string(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  severity: z.enum(['silence', 'suspend']),
  comment: z.string().nullable(),
})
export const preferences = entity({
  'posting:default:visibility': z.enum(['public', 'unlisted', 'private', 'direct']),
  'posting:default:sensitive': z.boolean(),
  'posting:default:language': z.string().nullable(),
  'posting:default:quote_policy': z.enum(['public', 'followers', 'nobody']),
  'reading:expand:media': z.enum(['default', 'show_all', 'hide_all']),
  'reading:expand:spoilers': z.boolean(),
  'reading:autoplay:gifs': z.boolean(),
})
