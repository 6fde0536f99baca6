import { type RequestHandler, Router } from 'express'
import { listOwnEmojis } from '../../domain/emojis/find.ts'
import { findPreferences } from '../../domain/preferences/find.ts'
import { emojiFrom } from '../../translate/to-mastodon/emoji.ts'
import { preferencesFrom } from '../../translate/to-mastodon/preferences.ts'
import { requires, signedIn } from './auth.ts'
import type { MastodonParts } from './parts.ts'

/** What apps read when they start: what their user prefers, and the emoji of this server. */
export function preferenceRoutes({ world }: MastodonParts): RequestHandler {
  const { db, uris } = world
  const router = Router({ caseSensitive: true })
  router.get('/api/v1/preferences', requires('read:accounts'), async (req, res) => {
    res.json(preferencesFrom(await findPreferences(db, signedIn(req).id)))
  })
  router.get('/api/v1/custom_emojis', async (_req, res) => {
    const emojis = await listOwnEmojis(db)
    res.json(emojis.map((emoji) => ({ ...emojiFrom(emoji, uris), category: emoji.category })))
  })
  return router
}
