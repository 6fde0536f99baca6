import { z } from 'zod'
import { field } from './account.ts'
import { featuredTag } from './relationship.ts'
import { entity, id, url } from './words.ts'

/** Of whoever asks, as they wrote it. */
export const profile = entity({
  id,
  display_name: z.string(),
  note: z.string(),
  fields: z.array(field),
  avatar: url.nullable(),
  avatar_static: url.nullable(),
  avatar_description: z.string(),
  header: url.nullable(),
  header_static: url.nullable(),
  header_description: z.string(),
  locked: z.boolean(),
  bot: z.boolean(),
  hide_collections: z.boolean().nullable(),
  discoverable: z.boolean().nullable(),
  indexable: z.boolean(),
  show_media: z.boolean(),
  show_media_replies: z.boolean(),
  show_featured: z.boolean(),
  attribution_domains: z.array(z.string()),
  featured_tags: z.array(featuredTag),
})
