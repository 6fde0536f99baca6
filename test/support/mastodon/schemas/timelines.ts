import { z } from 'zod'
import { account } from './account.ts'
import { filterResult, status } from './status.ts'
import { date, entity, id, url } from './words.ts'

const marker = entity({
  last_read_id: z.string().regex(/^\d{1,19}$/),
  version: z.int().min(1),
  updated_at: date,
})
export const markers = entity({ home: marker.optional(), notifications: marker.optional() })

export const list = entity({
  id,
  title: z.string().min(1),
  replies_policy: z.enum(['followed', 'list', 'none']),
  exclusive: z.boolean(),
})

export const filterKeyword = entity({ id, keyword: z.string().min(1), whole_word: z.boolean() })
export const filterStatus = entity({ id, status_id: id })
export const filter = filterResult.shape.filter.extend({
  keywords: z.array(filterKeyword),
  statuses: z.array(filterStatus),
})
/** of the first version */
export const oldFilter = entity({
  id,
  phrase: z.string().min(1),
  context: filterResult.shape.filter.shape.context,
  whole_word: z.boolean(),
  expires_at: date.nullable(),
  irreversible: z.boolean(),
})

const digits = z.string().regex(/^\d+$/)
export const tag = entity({
  id: digits,
  name: z.string().min(1),
  url,
  history: z.array(entity({ day: digits, uses: digits, accounts: digits })),
  following: z.boolean().optional(),
  featuring: z.boolean().optional(),
})

export const conversation = entity({
  id,
  unread: z.boolean(),
  accounts: z.array(account).min(1),
  last_status: status.nullable(),
})

export const search = entity({
  accounts: z.array(account),
  statuses: z.array(status),
  hashtags: z.array(tag),
})
