import { z } from 'zod'
import { account } from './account.ts'
import { card, status } from './status.ts'
import { tag } from './timelines.ts'
import { date, entity, id } from './words.ts'

const sources = z.enum([
  'featured',
  'most_followed',
  'most_interactions',
  'similar_to_recently_followed',
  'friends_of_friends',
])
export const suggestion = entity({
  source: z.enum(['staff', 'past_interactions', 'global']),
  sources: z.array(sources).min(1),
  account,
})

/** always seven days */
const history = tag.shape.history.length(7)
export const trendingTag = tag.extend({ id, history })
export const trendingLink = card.extend({ history })

export const adminTag = trendingTag.extend({
  trendable: z.boolean(),
  usable: z.boolean(),
  requires_review: z.boolean(),
})
export const adminTrendingLink = trendingLink.extend({ id, requires_review: z.boolean() })
export const adminTrendingStatus = status.extend({ requires_review: z.boolean() })
export const adminPublisher = entity({
  id,
  domain: z.string().min(1),
  trendable: z.boolean().nullable(),
  reviewed_at: date.nullable(),
  requested_review_at: date.nullable(),
  requires_review: z.boolean(),
})
