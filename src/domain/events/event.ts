import type { AccountId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

/** What can be listened to: one thing, or one list, of the account, post or collection that `subject` says. */
export type TopicName =
  | 'actor'
  | 'inbox'
  | 'outbox'
  | 'followers'
  | 'following'
  | 'pending-followers'
  | 'pending-following'
  | 'liked'
  | 'featured'
  | 'blocked'
  | 'home'
  | 'notifications'
  | 'post'
  | 'replies'
  | 'likes'
  | 'shares'
  | 'object'
  | 'collection'

export interface Topic {
  readonly name: TopicName
  /** an id */
  readonly subject: string
}

export type Verb = 'Add' | 'Remove' | 'Update' | 'Delete'

/**
 * What an event is about. It is read anew when it is told, and left out if it is gone by then; only `id` is told as it
 * was written down: of what is gone no more is left to say.
 */
export type Thing =
  | 'account'
  | 'post'
  /** the Create of the post with that id, or its Announce if it is a boost */
  | 'act'
  | 'activity'
  | 'received'
  | 'notification'
  | 'object'
  | 'collection'
  | 'id'

/** Something happened to a topic; nobody is told unless somebody listens, or did within the hour. */
export interface NewEvent {
  readonly topic: Topic
  readonly verb: Verb
  readonly thing: Thing
  readonly thingId?: string | null
  readonly uri?: string | null
  /** who may hear of it, of something that is gone by now */
  readonly audience?: Gone
}

/** Who could see what is gone. */
export interface Gone {
  readonly authorId: AccountId
  readonly visibility: Visibility
  readonly mentionedIds: readonly AccountId[]
}

export interface StreamEvent {
  /** grows from each to the next, whichever transaction was first to end; where a listener goes on after a break */
  readonly position: string
  readonly topic: Topic
  readonly verb: Verb
  readonly thing: Thing
  readonly thingId: string | null
  readonly uri: string | null
  readonly audience: Gone | null
}

/** NOTIFY on it: there are events that nobody has read yet. */
export const EVENTS_CHANNEL = 'events'

/** How long a listener that went away can come back and miss nothing. */
export const KEPT_MS = 60 * 60 * 1000

export function keyOf({ name, subject }: Topic): string {
  return `${name} ${subject}`
}
