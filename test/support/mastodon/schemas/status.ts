import { z } from 'zod'
import { account } from './account.ts'
import { emoji } from './emoji.ts'
import { count, date, entity, id, language, url, visibility } from './words.ts'

const side = z.int().min(1)
const size = z.string().regex(/^\d+x\d+$/)

export const mediaAttachment = entity({
  id,
  type: z.enum(['image', 'video', 'gifv', 'audio', 'unknown']),
  url: url.nullable(),
  preview_url: url.nullable(),
  remote_url: url.nullable(),
  preview_remote_url: url.nullable(),
  text_url: url.nullable(),
  meta: entity({
    original: entity({
      width: side.optional(),
      height: side.optional(),
      size: size.optional(),
      aspect: z.number().positive().optional(),
      duration: z.number().min(0).optional(),
      bitrate: z.int().min(0).optional(),
      frame_rate: z.string().optional(),
    }).optional(),
    small: entity({ width: side, height: side, size, aspect: z.number().positive() }).optional(),
    focus: entity({ x: z.number().min(-1).max(1), y: z.number().min(-1).max(1) }).optional(),
  }),
  description: z.string().nullable(),
  blurhash: z.string().min(6).nullable(),
})

export const poll = entity({
  id,
  expires_at: date.nullable(),
  expired: z.boolean(),
  multiple: z.boolean(),
  votes_count: count,
  voters_count: count.nullable(),
  options: z.array(entity({ title: z.string(), votes_count: count.nullable() })),
  emojis: z.array(emoji),
  voted: z.boolean().optional(),
  own_votes: z.array(z.int().min(0)).optional(),
})

export const card = entity({
  url,
  title: z.string(),
  description: z.string(),
  language: z.string().nullable(),
  type: z.enum(['link', 'photo', 'video', 'rich']),
  author_name: z.string(),
  author_url: z.string(),
  provider_name: z.string(),
  provider_url: z.string(),
  html: z.string(),
  width: count,
  height: count,
  image: url.nullable(),
  image_description: z.string(),
  embed_url: z.string(),
  blurhash: z.string().nullable(),
  published_at: date.nullable(),
  authors: z.array(entity({ name: z.string(), url: z.string(), account: account.nullable() })),
})

export const mention = entity({ id, username: z.string(), url, acct: z.string() })
export const postTag = entity({ name: z.string(), url })

export const filterResult = entity({
  filter: entity({
    id,
    title: z.string(),
    context: z.array(z.enum(['home', 'notifications', 'public', 'thread', 'account'])).min(1),
    expires_at: date.nullable(),
    filter_action: z.enum(['warn', 'hide', 'blur']),
  }),
  keyword_matches: z.array(z.string()).nullable(),
  status_matches: z.array(id).nullable(),
})

const quoteState = z.enum([
  'pending',
  'accepted',
  'rejected',
  'revoked',
  'deleted',
  'unauthorized',
  'blocked_account',
  'blocked_domain',
  'muted_account',
])
const quoters = z.array(z.enum(['public', 'followers', 'following', 'unsupported_policy']))

const shape = {
  id,
  created_at: date,
  in_reply_to_id: id.nullable(),
  in_reply_to_account_id: id.nullable(),
  sensitive: z.boolean(),
  spoiler_text: z.string(),
  visibility,
  language: language.nullable(),
  uri: url,
  url: url.nullable(),
  replies_count: count,
  reblogs_count: count,
  favourites_count: count,
  quotes_count: count,
  edited_at: date.nullable(),
  content: z.string(),
  application: entity({ name: z.string(), website: url.nullable() }).nullable(),
  account,
  media_attachments: z.array(mediaAttachment),
  mentions: z.array(mention),
  tags: z.array(postTag),
  emojis: z.array(emoji),
  card: card.nullable(),
  poll: poll.nullable(),
  quote_approval: entity({
    automatic: quoters,
    manual: quoters,
    current_user: z.enum(['automatic', 'manual', 'denied', 'unknown']).optional(),
  }),
  favourited: z.boolean().optional(),
  reblogged: z.boolean().optional(),
  muted: z.boolean().optional(),
  bookmarked: z.boolean().optional(),
  pinned: z.boolean().optional(),
  filtered: z.array(filterResult).optional(),
}
const shallowQuote = entity({ state: quoteState, quoted_status_id: id.nullable() })
const quoted = entity({ ...shape, reblog: z.null(), quote: shallowQuote.nullable() })
const quote = entity({ state: quoteState, quoted_status: quoted.nullable() })
const whole = { ...shape, quote: quote.nullable() }
export const boosted = entity({ ...whole, reblog: z.null() })
export const status = entity({ ...whole, reblog: boosted.nullable() })
/** What a deleted post is told as, so that it can be written anew. */
export const deletedStatus = entity({ ...whole, reblog: z.null(), text: z.string() })
