import type { NotificationId } from '../../base/ids.ts'
import { timeOf } from '../../base/ids.ts'
import { Transient } from '../../base/transient.ts'
import type { Config } from '../../config.ts'
import { findPushing, type Pushing } from '../../domain/push/find.ts'
import { unsealPush } from '../../domain/push/keys.ts'
import { endSubscription, noteNotTold, noteTold } from '../../domain/push/outcome.ts'
import { type PushJob, subjectOf } from '../../domain/push/subscription.ts'
import { vapidKeys } from '../../domain/push/vapid.ts'
import type { World } from '../../domain/world.ts'
import type { JobHandler } from '../../jobs/outcomes.ts'
import { putOffSubject } from '../../jobs/put-off.ts'
import { waitSeconds } from '../../jobs/retry.ts'
import { pushMessageFrom } from '../../translate/to-mastodon/push.ts'
import { viewPush } from '../../views/push.ts'
import type { WayOut } from '../way-out.ts'
import { type Encrypted, encryptOld, encryptStandard } from './encrypt.ts'
import { type PushOutcome, type SendParts, sendPush } from './send.ts'
import { createServices, type Services } from './services.ts'
import { createVapidTokens } from './vapid-token.ts'

export interface PushParts {
  readonly world: Pick<World, 'db' | 'clock' | 'uris'>
  readonly config: Pick<Config, 'secret'>
  readonly dispatcher: WayOut
}

/** What happened longer ago is no news. */
const NEWS_MS = 24 * 60 * 60 * 1000

/**
 * The job `push`: tells one app of one notification, as it is to be seen when it is told. A push service that cannot be
 * had is tried again for a day; one that knows of no such app is believed.
 */
export function createPushing(parts: PushParts): JobHandler {
  const { world, config, dispatcher } = parts
  const keys = vapidKeys(config.secret)
  const { clock, uris } = world
  const tokens = createVapidTokens(keys, uris.origin, clock)
  const sending: SendParts = { dispatcher, clock, tokens, publicKey: keys.publicKey }
  const services = createServices()

  return async (payload) => {
    const { subscriptionId, noticeId } = payload as PushJob
    if (clock.now().getTime() - timeOf(noticeId).getTime() > NEWS_MS) return
    const pushing = await findPushing(world, subscriptionId, noticeId)
    if (!pushing) return
    const message = await messageFor(parts, pushing, noticeId as NotificationId)
    if (!message) return
    await settle(world, pushing, await tell(services, sending, { ...pushing, message }))
  }
}

/** Encrypted for the app; undefined when there is nothing to be said. */
async function messageFor(
  { world, config }: PushParts,
  pushing: Pushing,
  noticeId: NotificationId,
): Promise<Encrypted | undefined> {
  const secrets = unsealPush({ config }, pushing.sealed, pushing.tokenHash)
  if (!secrets) {
    // With the secret of the server the key went by which push services know it: no message would be taken.
    await endSubscription(world, pushing.id)
    return undefined
  }
  const view = await viewPush(world.db, pushing.accountId, noticeId)
  if (!view) return undefined
  const { uris } = world
  const text = pushMessageFrom(view, { uris, token: secrets.token, language: pushing.language })
  const encrypt = pushing.standard ? encryptStandard : encryptOld
  return encrypt(Buffer.from(text), { p256dh: pushing.p256dh, auth: secrets.auth })
}

async function tell(
  services: Services,
  sending: SendParts,
  pushed: Pushing & { readonly message: Encrypted },
): Promise<PushOutcome> {
  const { host } = new URL(pushed.endpoint)
  const wait = services.enter(host)
  if (wait > 0) return { result: 'not-sent', retryAfterSeconds: wait }
  const outcome = await sendPush(sending, pushed)
  services.leave(host, outcome.result === 'away' ? 'away' : 'answered')
  return outcome
}

/** @throws Transient when it is to be tried again */
async function settle(world: PushParts['world'], pushing: Pushing, outcome: PushOutcome): Promise<void> {
  const { id, failures } = pushing
  switch (outcome.result) {
    case 'taken':
      return noteTold(world, id, failures)
    case 'gone':
      return endSubscription(world, id)
    case 'refused':
      return noteNotTold(world, id)
    case 'not-sent':
      return putOff(world, pushing, 'there is enough to do', outcome.retryAfterSeconds)
    default: {
      await noteNotTold(world, id)
      const { reason, retryAfterSeconds } = outcome
      const seconds = waitSeconds({ failures: failures + 1, retryAfterSeconds })
      return putOff(world, pushing, reason, seconds)
    }
  }
}

/** With it waits all else that the app is to be told, so that nobody looks at it in vain. */
async function putOff(
  { db }: PushParts['world'],
  { id, endpoint }: Pushing,
  reason: string,
  retryAfterSeconds: number,
): Promise<never> {
  await putOffSubject(db, subjectOf(id), retryAfterSeconds)
  throw new Transient(`${new URL(endpoint).host}: ${reason}`, { retryAfterSeconds })
}
