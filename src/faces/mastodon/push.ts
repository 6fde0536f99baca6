import { type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { refuse } from '../../base/refusal.ts'
import { hashOf } from '../../domain/grants/tokens.ts'
import { findSubscription } from '../../domain/push/find.ts'
import { pushKeysFrom } from '../../domain/push/keys.ts'
import { changeSubscription, subscribe, unsubscribe } from '../../domain/push/subscribe.ts'
import type { PushSubscription } from '../../domain/push/subscription.ts'
import { vapidKeys } from '../../domain/push/vapid.ts'
import { mayPushTo } from '../../remote/push/endpoint.ts'
import { alertKinds, alertWords, subscriptionFrom } from '../../translate/to-mastodon/push.ts'
import { tokenOf } from '../http/auth.ts'
import { booleanish, textish, wordOf } from '../http/param-fields.ts'
import { type Given, readParams } from '../http/read-params.ts'
import { requires, signedIn } from './auth.ts'
import { onUpdate } from './on-update.ts'
import type { MastodonParts } from './parts.ts'

const PATH = '/api/v1/push/subscription'

/** /api/v1/push/subscription: where an app wants to be told of notifications, one place for each access token. */
export function pushRoutes(parts: MastodonParts): RequestHandler {
  const { world, config } = parts
  const router = Router({ caseSensitive: true })
  const serverKey = vapidKeys(config.secret).publicKey
  const told = (wish: PushSubscription) => subscriptionFrom(wish, serverKey)

  router.get(PATH, requires('push'), async (req, res) => {
    res.json(told((await findSubscription(world.db, hashOf(tokenIn(req)))) ?? refuse('not-found')))
  })

  router.post(PATH, requires('push'), async (req, res) => {
    const params = await readParams(req)
    const { endpoint, keys, standard } = params.read(subscribing).subscription
    const { alerts = [], policy = 'all' } = wishIn(params)
    const account = signedIn(req)
    const known = pushKeysFrom(keys.p256dh, keys.auth)
    if (!(await mayPushTo(parts, endpoint))) refuse('push.endpoint')
    res.json(
      told(
        await subscribe(world, parts, {
          account,
          token: tokenIn(req),
          keys: known,
          endpoint,
          standard: standard ?? false,
          alerts,
          policy,
        }),
      ),
    )
  })

  onUpdate(router, PATH, requires('push'), async (req, res) => {
    const wish = wishIn(await readParams(req))
    res.json(told(await changeSubscription(world, tokenIn(req), wish)))
  })

  router.delete(PATH, requires('push'), async (req, res) => {
    await unsubscribe(world, tokenIn(req))
    res.json({})
  })

  return router
}

const text = textish.pipe(z.string().min(1))
const subscribing = z.object({
  subscription: z.object({
    endpoint: text,
    keys: z.object({ p256dh: text, auth: text }),
    standard: booleanish,
  }),
})

const policy = wordOf(['all', 'followed', 'follower', 'none'])
const wishing = z.object({
  data: z
    .object({
      alerts: z.object(Object.fromEntries(alertWords.map((word) => [word, booleanish]))).optional(),
      policy,
    })
    .optional(),
  // Where it stood before there was a place for it.
  policy,
})

/** Of alerts, what is not named is not wanted; unless none is. */
function wishIn(params: Given) {
  const { data, policy: before } = params.read(wishing)
  return { alerts: data?.alerts && alertKinds(data.alerts), policy: data?.policy ?? before }
}

function tokenIn(req: Request): string {
  return tokenOf(req) ?? refuse('token.missing')
}
