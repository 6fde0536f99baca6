import type { AccountId, ScheduledId } from '../../base/ids.ts'
import type { Draft } from '../posts/post.ts'

/** As much of a draft as can wait: all that an app says of a post, as plain JSON. */
export type WaitingDraft = Pick<
  Draft,
  | 'text'
  | 'summary'
  | 'sensitive'
  | 'visibility'
  | 'language'
  | 'replyTo'
  | 'quoteOf'
  | 'policy'
  | 'mediaIds'
  | 'poll'
  | 'clientId'
>

/** A post that waits for its time. */
export interface ScheduledPost {
  readonly id: ScheduledId
  readonly accountId: AccountId
  readonly dueAt: Date
  readonly draft: WaitingDraft
}

/** The job `scheduled`: its time has come, unless it was given another meanwhile. */
export interface ScheduledJob {
  readonly scheduledId: ScheduledId
}
