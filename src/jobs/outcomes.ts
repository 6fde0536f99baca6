import type { ActivityId } from '../base/ids.ts'
import type { Knock } from '../db/tables/queue.ts'

/** One piece of work that stands in a lane: an activity that came from another server. */
export interface LaneItem {
  readonly id: string
  /** the id of the host that it came from */
  readonly lane: number
  readonly kind: string
  /** as it was received, byte for byte */
  readonly body: string
  /** how often it was tried before and failed */
  readonly attempts: number
  readonly receivedAt: Date
}

/**
 * What became of it.
 * - `done`: it took effect, or there was nothing to do
 * - `retryAt`: it must wait; until then it holds back what came later from the same actor, but nobody else
 * - `dead`: it can never be done; the reason is kept for the operator
 */
export type LaneOutcome =
  | { readonly done: true }
  | { readonly retryAt: Date; readonly reason: string }
  | { readonly dead: string }

/**
 * Does a batch of work from several lanes, in order of arrival within each, and says for each what became of it, in
 * the order of the batch. What it throws undoes the whole batch, which is then run again one by one; so it does its
 * writing in one transaction. An item that must wait should make later ones of its actor in the same batch wait too.
 */
export type LaneHandler = (batch: readonly LaneItem[], signal: AbortSignal) => Promise<LaneOutcome[]>

/**
 * Does one job. It must be able to run twice; it may be told by `signal` that its time is over. One that takes long
 * writes down with `save` how far it has got: whoever has to begin it again gets that instead of its payload.
 */
export type JobHandler = (
  payload: unknown,
  signal: AbortSignal,
  save: (payload: unknown) => Promise<void>,
) => Promise<void>

/** One activity for one inbox. */
export interface OutgoingDelivery {
  readonly activityId: ActivityId
  readonly inboxUrl: string
  readonly host: string
  /** which signature its host took last */
  readonly knock: Knock
}

/** Sends one delivery and says what became of it; it never throws, and it never takes longer than some 15 s. */
export type Sender = (delivery: OutgoingDelivery) => Promise<SendOutcome>

/**
 * - `delivered`: the inbox took it (2xx); `knock` is the signature that it took
 * - `host-failed`: DNS, connection, TLS, time-out, 429, 502 to 504: nobody on that host is to be had now
 * - `inbox-failed`: the host answered this one inbox with some other status
 * - `gone`: 410, for good
 * - `missing`: 404
 * - `withdrawn`: the activity is no longer ours to send (its post was removed before it went out)
 * - `not-sent`: our own database was away; that says nothing of the host, and it may be tried again at once
 */
export type SendOutcome =
  | { readonly result: 'delivered'; readonly knock: Knock }
  | { readonly result: 'host-failed'; readonly reason: string; readonly retryAfterSeconds?: number }
  | {
      readonly result: 'inbox-failed'
      readonly status: number
      readonly reason: string
      readonly retryAfterSeconds?: number
    }
  | { readonly result: 'gone' }
  | { readonly result: 'missing' }
  | { readonly result: 'withdrawn' }
  | { readonly result: 'not-sent' }

/** Something to ask another server for, as whoever does it gets it. */
export interface Errand {
  readonly id: string
  readonly hostId: number
  readonly host: string
  /** times in a row that its host failed us */
  readonly hostFailures: number
  /** the crawl that it belongs to, and the round of that crawl */
  readonly subject: string
  readonly round: number
  readonly rank: number
  readonly kind: string
  readonly url: string
  /** JSON */
  readonly detail: string
  /** failures so far */
  readonly attempts: number
}

/**
 * What became of an errand; `requests` is what it cost its host.
 * - `done`: it was taken out of its lane, together with what followed from it
 * - `later`: this one must wait
 * - `host-failed`: nobody is to be had on that host for so many seconds
 */
export type ErrandOutcome =
  | { readonly result: 'done'; readonly requests: number }
  | { readonly result: 'later' | 'host-failed'; readonly requests: number; readonly seconds: number }

/** Does one errand. It may run twice, and takes itself out of its lane in the transaction in which it has its effect. */
export type ErrandHandler = (errand: Errand, signal: AbortSignal) => Promise<ErrandOutcome>
