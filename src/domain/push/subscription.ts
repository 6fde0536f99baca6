import type { PushPolicy } from '../../db/tables/push.ts'

/** Where an app wants to be told of notifications, and of which. */
export interface PushSubscription {
  readonly id: number
  readonly endpoint: string
  /** RFC 8291; otherwise the draft before it */
  readonly standard: boolean
  /** kinds of notifications */
  readonly alerts: readonly string[]
  readonly policy: PushPolicy
}

/** What only the app may read. */
export interface PushKeys {
  /** its public key, uncompressed */
  readonly p256dh: Buffer
  /** the secret that it shares with us alone */
  readonly auth: Buffer
}

/** What the jobs of a subscription have in common: below all ids, so that they meet no others. */
export function subjectOf(id: number): string {
  return String(-id)
}

/** The job `push`. */
export interface PushJob {
  readonly subscriptionId: number
  readonly noticeId: string
}
