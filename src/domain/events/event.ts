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
  /** what everybody here is told; its subject is 0 */
  | 'announcements'
  /** posts of everybody, as they come, change and go; its subject is 0: the Mastodon API streams many lists of them */
  | 'timelines'
  /** whatever anybody here is told; its subject is 0 */
  | 'alerts'
  /** what everybody may come upon, for whoever is asked about it */
  | 'public'

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
  /** an announcement, or what people think of it: `uri` is the emoji then */
  | 'announcement'
  | 'id'
  /** a post that has come into more homes */
  | 'homes'
  /** a notification, whose owner is named */
  | 'alert'
  /** the notifications of the account with that id, of which more are shown than before */
  | 'alerts'
  /** the filters of the account with that id */
  | 'filters'

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
  /** whom it is for, where that is no secret within the server */
  readonly namedIds: readonly AccountId[]
  /** the transaction that told it; null for what an older program told */
  readonly writtenBy: string | null
}

/** What the streams of the Mastodon API listen to: they are told once of what each of their listeners gets in its own way. */
export const TIMELINES: Topic = { name: 'timelines', subject: '0' }
export const ALERTS: Topic = { name: 'alerts', subject: '0' }

/** NOTIFY on it: there are events that nobody has read yet. */
export const EVENTS_CHANNEL = 'events'

/** How long a listener that went away can come back and miss nothing. */
export const KEPT_MS = 60 * 60 * 1000

export function keyOf({ name, subject }: Topic): string {
  return `${name} ${subject}`
}
