import { z } from 'zod'
import { entity, url } from './words.ts'

export const emoji = entity({
  shortcode: z.string().regex(/^\w+$/),
  url,
  static_url: url,
  visible_in_picker: z.boolean(),
  category: z.string().nullable().optional(),
})
