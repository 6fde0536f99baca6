import type { AccountId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Account } from '../accounts/account.ts'

/** What somebody here wants to say, whichever door it came through. */
export interface Draft {
  readonly text: string
  readonly visibility: Visibility
  readonly summary?: string
  readonly sensitive?: boolean
  /** BCP 47 */
  readonly language?: string
  readonly replyTo?: PostId
}

/** A post as it arrives from elsewhere, read, cleaned and cut to our limits (`translate/from-activity/note.ts`). */
export interface Incoming {
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
  /** every actor uri that it mentions or is addressed to, without Public and collections */
  readonly recipientUris: readonly string[]
  readonly mentionUris: readonly string[]
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
  readonly conversationId: PostId
  readonly summary: string
  readonly sensitive: boolean
  readonly contentHtml: string
  readonly source: string
  readonly language: string | null
  readonly publishedAt: Date
  readonly mentions: readonly Account[]
  readonly hashtags: readonly { readonly name: string; readonly displayName: string }[]
}
