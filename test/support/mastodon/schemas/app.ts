import { z } from 'zod'
import { entity, id, url } from './words.ts'

const shape = {
  id,
  name: z.string().min(1),
  website: url.nullable(),
  scopes: z.array(z.string()).min(1),
  redirect_uris: z.array(z.string()),
  redirect_uri: z.string(),
  vapid_key: z.string().regex(/^[\w-]{87}$/),
}
export const application = entity(shape)
export const credentialApplication = entity({
  ...shape,
  // A token of the command line has no app that was registered, and comes back to nowhere.
  redirect_uris: shape.redirect_uris.min(1),
  client_id: z.string(),
  client_secret: z.string(),
  client_secret_expires_at: z.literal(0),
})
export const token = entity({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  scope: z.string(),
  created_at: z.int().positive(),
  // whose it is, which the client-to-server API tells too
  me: url.optional(),
  activitypub_actor_id: url.optional(),
})
