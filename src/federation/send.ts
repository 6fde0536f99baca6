import { LRUCache } from 'lru-cache'
import type { Dispatcher } from 'undici'
import { type Clock, systemClock } from '../base/clock.ts'
import type { AccountId, ActivityId } from '../base/ids.ts'
import { isPassing } from '../db/away.ts'
import type { OutgoingDelivery, Sender, SendOutcome } from '../jobs/outcomes.ts'
import { profileOf, withoutSignatures } from './host-profile.ts'
import { type Answer, answersBoth, isWorthKnockingAgain, outcomeOf, outcomeOfError } from './send-outcome.ts'
import {
  type Headers,
  type Payload,
  payloadFrom,
  type SignatureForm,
  type SigningKey,
  signPost,
} from './sign.ts'

/** The guarded way out. */
export interface WayOut {
  ask(
    url: URL,
    request: { method: 'POST'; headers: Record<string, string>; body: Buffer; signal: AbortSignal },
    limits: { deadlineMs: number; maxBytes: number; encoded: boolean },
  ): Promise<Dispatcher.ResponseData>
}

export interface OutgoingActivity {
  readonly accountId: AccountId
  readonly body: string
  /** what we think who of a host follows its author, when it is said to followers (FEP-8fcf) */
  readonly sync?: ((host: string) => string | undefined) | undefined
}

export interface SenderParts {
  /** `remote/way-out.ts` */
  readonly dispatcher: WayOut
  /** name, version and address of this server */
  readonly userAgent: string
  /** the exact bytes that are served at its id, and whose they are; undefined when it is no longer ours to send */
  activity(id: ActivityId): Promise<OutgoingActivity | undefined>
  /** undefined when the account has no key any more */
  signingKey(accountId: AccountId): Promise<SigningKey | undefined>
  /** hosts that get nothing from us any more */
  readonly blocks?: (host: string) => boolean
  readonly clock?: Clock
  /** for the whole delivery, a second knock included; 15 s when left out */
  readonly deadlineMs?: number
}

interface Outgoing extends Payload {
  readonly accountId: AccountId
  readonly sync: OutgoingActivity['sync']
}

/** One delivery under way. */
interface Errand {
  readonly delivery: OutgoingDelivery
  readonly url: URL
  readonly payload: Outgoing
  readonly key: SigningKey
  readonly signal: AbortSignal
}

const DEADLINE_MS = 15_000
/** Of an answer so much is read, so that its connection can be used again; then it is cut. */
const ANSWER_BYTES = 16_384
const PAYLOAD_BYTES = 8 * 1_048_576
/** What one takes besides its body. Most are small, and go to one inbox only: an Accept for each who follows. */
const BESIDES_BYTES = 1000
const KEYS = 1000
const HELD_MS = 60_000

/**
 * Makes the function that hands one activity to one inbox: the stored bytes, signed and sent once, never redirected.
 *
 * The older form of signature is tried first with hosts that are not known, since all but a few know only that; an
 * answer that may mean "I do not understand this signature" is followed by one knock in the other form.
 * Body, digest and key are made ready once for all deliveries of an activity.
 */
export function createSender(parts: SenderParts): Sender {
  const { clock = systemClock, deadlineMs = DEADLINE_MS } = parts
  // Answers are thrown away unread, so neither their size nor their encoding may cost a delivery.
  const limits = { deadlineMs, maxBytes: Number.POSITIVE_INFINITY, encoded: true }
  const payloads = new LRUCache<ActivityId, Outgoing>({
    maxSize: PAYLOAD_BYTES,
    sizeCalculation: ({ body }) => body.length + BESIDES_BYTES,
    ttl: HELD_MS,
    fetchMethod: async (id) => {
      const activity = await parts.activity(id)
      return activity && { ...payloadFrom(activity.body), accountId: activity.accountId, sync: activity.sync }
    },
  })
  const keys = new LRUCache<AccountId, SigningKey>({
    max: KEYS,
    ttl: HELD_MS,
    fetchMethod: (accountId) => parts.signingKey(accountId),
  })

  return async (delivery) => {
    const url = URL.parse(delivery.inboxUrl)
    if (!url || url.username || url.password) {
      return { result: 'inbox-failed', status: 0, reason: 'its address is not one to send to' }
    }
    if (parts.blocks?.(url.host)) return { result: 'withdrawn' }
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(new DOMException('too slow', 'TimeoutError')), deadlineMs)
    try {
      const payload = await payloads.fetch(delivery.activityId)
      const key = payload && (await keys.fetch(payload.accountId))
      if (!payload || !key) return { result: 'withdrawn' }
      const fitted = fittedTo(url.host, payload)
      return await deliver({ delivery, url, payload: fitted, key, signal: controller.signal })
    } catch (error) {
      if (isPassing(error)) return { result: 'not-sent' }
      // Our own database or secret: no word against the host, but nothing that may cost the delivery either.
      return { result: 'host-failed', reason: `not sent: ${messageOf(error)}`, retryAfterSeconds: 30 }
    } finally {
      clearTimeout(timer)
    }
  }

  async function deliver(errand: Errand): Promise<SendOutcome> {
    const { knock } = errand.delivery
    const form: SignatureForm = knock === 'rfc9421' ? 'rfc9421' : 'cavage'
    const first = await attempt(errand, form)
    if (!isWorthKnockingAgain(first, knock)) return outcomeOf(first, form, clock.now())
    const other: SignatureForm = form === 'cavage' ? 'rfc9421' : 'cavage'
    const second = await attempt(errand, other)
    return outcomeOf(answersBoth(first, second), other, clock.now())
  }

  async function attempt(errand: Errand, form: SignatureForm): Promise<Answer> {
    const sync = errand.payload.sync?.(errand.url.host)
    const more = sync === undefined ? {} : { 'collection-synchronization': sync }
    const headers = await signPost(errand.url, errand.payload, errand.key, { form, now: clock.now(), more })
    try {
      return await post(errand, headers)
    } catch (error) {
      if (!wasDropped(error) || errand.signal.aborted) return outcomeOfError(error)
      // A kept connection that its other side closed at that very moment says nothing about the host.
      return post(errand, headers).catch(outcomeOfError)
    }
  }

  async function post({ url, payload, signal }: Errand, headers: Headers): Promise<Answer> {
    const request = {
      method: 'POST',
      headers: { ...headers, 'user-agent': parts.userAgent },
      body: payload.body,
      signal,
    } as const
    const response = await parts.dispatcher.ask(url, request, limits)
    // The status is what counts; however its body ends changes nothing.
    await response.body.dump({ limit: ANSWER_BYTES, signal }).catch(() => undefined)
    const retryAfter = response.headers['retry-after']
    return {
      status: response.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    }
  }
}

/** The bytes that everybody gets, but for hosts that are known to stumble over them. */
function fittedTo(host: string, payload: Outgoing): Outgoing {
  if (profileOf(host).signedContent) return payload
  return { ...payload, ...payloadFrom(withoutSignatures(payload.body.toString())) }
}

function wasDropped(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}
