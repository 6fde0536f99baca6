import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { refuse } from '../../base/refusal.ts'
import { findClient } from '../../domain/grants/find.ts'
import { registerApp } from '../../domain/grants/register-app.ts'
import { vapidKeys } from '../../domain/push/vapid.ts'
import { appFrom, type MastodonCredentialApp } from '../../translate/to-mastodon/app.ts'
import { listOf, textish } from '../http/param-fields.ts'
import { readParams } from '../http/read-params.ts'
import { appOf, requiresApp } from './auth.ts'
import { apiLimits } from './limits.ts'
import type { MastodonParts } from './parts.ts'

const appFields = z.object({
  client_name: textish,
  redirect_uris: listOf(z.string()),
  redirect_uri: textish,
  scopes: listOf(z.string()),
  website: textish,
})

/** /api/v1/apps: apps make themselves known, and look whether they are. */
export function appRoutes({ world, config }: MastodonParts): RequestHandler {
  const router = Router({ caseSensitive: true })
  const vapidKey = vapidKeys(config.secret).publicKey

  router.post('/api/v1/apps', apiLimits({ config, world }).limit('apps'), async (req, res) => {
    const fields = (await readParams(req)).read(appFields)
    const app = await registerApp(world, {
      name: fields.client_name ?? '',
      redirectUris: addressesIn(fields.redirect_uris ?? [fields.redirect_uri ?? '']),
      scopes: fields.scopes?.join(' '),
      website: fields.website,
    })
    res.json({
      ...appFrom({ ...app, createdAt: app.registeredAt }, vapidKey),
      client_id: app.clientId,
      client_secret: app.secret,
      client_secret_expires_at: 0,
    } satisfies MastodonCredentialApp)
  })

  router.get('/api/v1/apps/verify_credentials', requiresApp(), async (req, res) => {
    const { clientId, scopes } = appOf(req)
    const app = (await findClient(world.db, clientId)) ?? refuse('token.missing')
    res.json(appFrom({ ...app, clientId, scopes: app.scopes?.split(' ') ?? scopes.words }, vapidKey))
  })

  return router
}

/** A list, or one a line. */
function addressesIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(/\s+/)).filter(Boolean)
}
