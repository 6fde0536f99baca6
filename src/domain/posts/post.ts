import type { AccountId, AttachmentId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Account } from '../accounts/account.ts'
import type { Choices, Policy } from '../policies/policy.ts'
import type { DraftPoll, NewPoll } from '../polls/poll.ts'
import type { Controls } from './controls.ts'
import type { Held } from './held.ts'
import type { OriginCounts } from './origin.ts'
import type { Extension, Written } from './written.ts'

/** What somebody here wants to say, whichever door it came through. */
export interface Draft {
  readonly text: string
  readonly visibility: Visibility
  readonly summary?: string
  readonly sensitive?: boolean
  /** BCP 47 */
  readonly language?: string
  readonly replyTo?: PostId
  readonly quoteOf?: PostId
  /** who may do what with it, where that is not as its author always has it */
  readonly policy?: Choices
  /** the same in the terms of the wire, part by part */
  readonly stated?: Policy
  /** files that were stored before and wait to be posted, in their order */
  readonly mediaIds?: readonly AttachmentId[]
  readonly poll?: DraftPoll
  /** the same in other languages, by BCP 47 tag */
  readonly translations?: Readonly<Record<string, string>>
  /** `note`, unless it asks something */
  readonly kind?: string
  readonly title?: string | null
  /** in place of `text`, where an app has made HTML of it */
  readonly written?: Written
  /** media type of `text` */
  readonly sourceType?: string
  /** hashtags beside those in `text` */
  readonly hashtags?: Hashtags
  /** for these people and no others; without it, for whoever its words name */
  readonly audience?: NamedAudience
  /** what it answers, where that cannot be had */
  readonly replyToUri?: string
  /** now, unless it was said before */
  readonly publishedAt?: Date
  /** what files show, where that is to be said otherwise than before */
  readonly descriptions?: ReadonlyMap<AttachmentId, string>
  readonly extension?: Extension | null
  /** the app that it is written with */
  readonly clientId?: string
}

/** Whom a post is for, one by one. */
export interface NamedAudience {
  readonly named: readonly Account[]
  /** may read it, and are told of it, though it does not name them */
  readonly silent: readonly Account[]
  /** the same, though nobody may know */
  readonly blind: readonly Account[]
}

export type Hashtags = readonly { readonly name: string; readonly displayName: string }[]

/** A post as it arrives from elsewhere, read, cleaned and cut to our limits (`translate/from-activity/note.ts`). */
export interface Incoming extends Held, Controls {
  readonly uri: string
  readonly url: string | null
  readonly authorUri: string
  /** `note`, `question`, `article`, `page`, `video`, `audio`, `image`, `event`, or the lower-case type that it came with */
  readonly kind: string
  readonly visibility: Visibility
  readonly inReplyToUri: string | null
  readonly title: string | null
  /** plain text */
  readonly summary: string
  readonly sensitive: boolean
  /** sanitised */
  readonly contentHtml: string
  readonly source: string | null
  readonly language: string | null
  readonly publishedAt: Date | undefined
  readonly updatedAt: Date | undefined
  /** the collection of its conversation, when its own server keeps one (FEP-7888) */
  readonly contextUri: string | null
  /** what its server says of it in numbers */
  readonly remoteCounts: OriginCounts | null
  /** every actor uri that it mentions or is addressed to, without Public and collections */
  readonly recipientUris: readonly string[]
  readonly mentionUris: readonly string[]
  /** actor uris that it is for as well, though nobody may know */
  readonly blindUris?: readonly string[]
  /** lower-case names without `#`, at most 100 */
  readonly hashtags: readonly { readonly name: string; readonly displayName: string }[]
  /** the group that it was said in (FEP-1b12); only a claim */
  readonly audience: string | null
}

/** A local post ready to be stored. */
export interface NewPost {
  readonly id: PostId
  readonly uri: string
  readonly url: string
  readonly author: Account
  readonly visibility: Visibility
  readonly inReplyTo: { readonly id: PostId; readonly uri: string; readonly accountId: AccountId } | undefined
  /** the same by its id, which may be all that is known of it */
  readonly inReplyToUri: string | null
  readonly conversationId: PostId
  /** the group that it is said in, as what it answers was */
  readonly audience: string | null
  readonly summary: string
  readonly sensitive: boolean
  readonly kind: string
  readonly title: string | null
  readonly contentHtml: string
  readonly source: string | null
  readonly sourceType: string | null
  readonly language: string | null
  readonly poll: NewPoll | undefined
  readonly contentMap: Readonly<Record<string, string>> | null
  readonly publishedAt: Date
  readonly policy: Policy | null
  /** it waits for the author of what it answers */
  readonly held: boolean
  readonly mentions: readonly Account[]
  readonly quiet: Omit<NamedAudience, 'named'>
  readonly hashtags: Hashtags
  readonly extension: Extension | null
  readonly clientId: string | null
}
