import type {
  AccountId,
  ActivityId,
  AttachmentId,
  EmojiId,
  FollowId,
  NotificationId,
  ObjectId,
  PostId,
} from '../base/ids.ts'
import type { Visibility } from '../base/visibility.ts'
import type { AccountKind, ProfileField, Role } from '../db/tables/accounts.ts'
import type { QuoteState } from '../db/tables/quotes.ts'
import type { Attached } from '../domain/media/attachment.ts'
import type { Policy } from '../domain/policies/policy.ts'
import type { Standing } from '../domain/posts/audience.ts'
import type { OriginCounts } from '../domain/posts/origin.ts'
import type { Extension } from '../domain/posts/written.ts'

export type { Viewer } from '../domain/posts/audience.ts'

/** An account as any reader may see it. */
export interface AccountView {
  readonly id: AccountId
  readonly local: boolean
  readonly uri: string
  readonly kind: AccountKind
  readonly name: string
  /** null for an account of ours */
  readonly host: string | null
  readonly url: string
  readonly displayName: string
  readonly bioHtml: string
  readonly bioSource: string | null
  readonly fields: readonly ProfileField[]
  readonly avatarUrl: string | null
  readonly headerUrl: string | null
  readonly alsoKnownAs: readonly string[]
  readonly movedToUri: string | null
  readonly manuallyApprovesFollowers: boolean
  readonly discoverable: boolean
  readonly indexable: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly suspended: boolean
  readonly deleted: boolean
  readonly memorial: boolean
  /** strangers do not come upon what it says */
  readonly limited: boolean
  /** what it may do here; null for accounts elsewhere */
  readonly role: Role | null
  /** where it has moved, as far as that account is known here */
  readonly movedTo: AccountView | null
  readonly followersUrl: string | null
  readonly followingUrl: string | null
  readonly attributionDomains: readonly string[]
  readonly avatarAlt: string
  readonly headerAlt: string
  /** of posts, the open ones alone */
  readonly counts: { readonly posts: number; readonly followers: number; readonly following: number }
  /** what their own server counts; null for people of ours and where nobody asked */
  readonly remoteCounts: {
    readonly posts: number | null
    readonly followers: number | null
    readonly following: number | null
  } | null
  readonly lastPostAt: Date | null
  /** the custom emoji in its name, bio and fields */
  readonly emojis: readonly EmojiView[]
  /** only of local accounts, for their actor document */
  readonly keys: readonly {
    readonly uri: string
    readonly kind: 'rsa' | 'ed25519'
    readonly publicKey: string
  }[]
}

/** The little of an account that stands beside something else. */
export interface AccountMention {
  readonly id: AccountId
  readonly uri: string
  readonly url: string
  readonly name: string
  readonly host: string | null
}

/** A post as one reader may see it; it exists only for someone who may. */
export interface PostView {
  readonly id: PostId
  readonly uri: string
  readonly url: string
  readonly local: boolean
  readonly author: AccountView
  readonly kind: string
  /** of a boost, what it shows again; a boost has no words of its own */
  readonly boostOf: PostView | null
  readonly visibility: Visibility
  readonly inReplyTo: {
    readonly id: PostId | null
    readonly uri: string
    readonly accountId: AccountId | null
  } | null
  readonly conversationId: PostId
  /** the collection of its conversation, where the server of its first post keeps one */
  readonly contextUri: string | null
  readonly title: string | null
  readonly summary: string
  readonly sensitive: boolean
  readonly contentHtml: string
  readonly source: string | null
  readonly language: string | null
  readonly publishedAt: Date
  readonly editedAt: Date | null
  /** media type of `source` */
  readonly sourceType: string | null
  /** what it says in each language, sanitised; null where it speaks one alone */
  readonly contentMap: Readonly<Record<string, string>> | null
  readonly attachments: readonly AttachmentView[]
  readonly poll: PollView | null
  /** the first page that it links to */
  readonly card: CardView | null
  /** of the custom emoji that it names, those that are known */
  readonly emojis: readonly EmojiView[]
  /** `silent` ones may read it, though nobody named them */
  readonly mentions: readonly (AccountMention & { readonly silent?: boolean })[]
  readonly hashtags: readonly { readonly name: string; readonly displayName: string }[]
  /** the group that it was said in (FEP-1b12) */
  readonly audience: string | null
  /** counted here */
  readonly counts: {
    readonly replies: number
    readonly likes: number
    readonly boosts: number
    readonly quotes?: number
  }
  /** what its own server counts, of a post from elsewhere whose server said so; null where it does not say */
  readonly remoteCounts: OriginCounts | null
  readonly quote: QuoteView | null
  /** as its author states it; of a post of ours, null is everybody */
  readonly policy: Policy | null
  /** a reply that waits for the author of what it answers to approve it */
  readonly held: boolean
  /** where the consent of the author of what it answers can be read */
  readonly approvedBy: string | null
  /** what its author's app says of it in other words than ours */
  readonly extension?: Extension | null
  /** the app that its author wrote it with */
  readonly app?: AppView | null
  /**
   * All of it that is the same to everybody, but for its author: one object for as long as nothing of that changes, so
   * that whoever puts it into words may keep these by it.
   */
  readonly toAll?: object
}

export interface AppView {
  readonly name: string
  readonly website: string | null
}

/** As much of a post as it takes to say it to others: of its author, who that is. */
export interface SpokenPost extends Omit<PostView, 'author'> {
  readonly author: Pick<AccountView, 'id' | 'uri'>
}

/** What a post quotes. */
export interface QuoteView {
  readonly state: QuoteState
  /** the id of the quoted post, as the quoting one names it */
  readonly uri: string
  /** its page for people, where that is known */
  readonly url: string
  /** null where the quoted post is not known here, as its author is */
  readonly quotedId?: PostId | null
  readonly author: AccountMention | null
  /** only where its author stands for the quote and this reader may see it; without quotes of its own */
  readonly post: PostView | null
  /** where the consent of its author can be read */
  readonly stampUri: string | null
}

/** What a page that a post links to says of itself: plain text and addresses. */
export interface CardView {
  readonly url: string
  readonly title: string
  readonly description: string
  /** `link`, `photo`, `video` or `rich`, as oEmbed has them */
  readonly kind: string
  /** the site's name */
  readonly provider: string
  readonly authorName: string
  readonly authorUrl: string | null
  /** who made it; only where they agree to be named by its domain */
  readonly author: AccountMention | null
  readonly imageUrl: string | null
  readonly imageAlt: string
  readonly imageWidth: number | null
  readonly imageHeight: number | null
  readonly language: string | null
  readonly publishedAt: Date | null
}

/** Something to see or hear. */
export interface AttachmentView extends Attached {
  readonly id: AttachmentId
  /** its name in our media storage; null for what another server holds */
  readonly file: string | null
}

export interface PollView {
  readonly multiple: boolean
  readonly hideTotals: boolean
  readonly endsAt: Date | null
  readonly closedAt: Date | null
  /** people who voted; null where its own server does not say */
  readonly voters: number | null
  /** votes are null as long as they are hidden */
  readonly options: readonly { readonly title: string; readonly votes: number | null }[]
  /** what this reader has chosen, by the places of the answers */
  readonly ownVotes: readonly number[]
}

export interface EmojiView {
  readonly id: EmojiId
  /** without colons */
  readonly shortcode: string
  /** where its own server has the picture */
  readonly url: string
  /** our copy in the media storage; null when there is none yet */
  readonly file: string | null
  readonly mediaType: string | null
  readonly updatedAt: Date
}

/** A page of a list by key: `next` and `prev` are cursors to hand back, absent where the list ends. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: string
  readonly prev?: string
}

export interface NotificationView {
  readonly id: NotificationId
  readonly kind: string
  /** of a reaction, which; `:name@host:` of a custom one */
  readonly emoji: readonly string[]
  readonly from: AccountMention
  readonly postId: PostId | null
  readonly postUrl: string | null
  readonly createdAt: Date
}

export interface FollowView {
  readonly id: FollowId
  readonly account: AccountMention
  readonly state: 'requested' | 'accepted'
  readonly createdAt: Date
}

export interface ActivityView {
  readonly id: ActivityId
  readonly accountId: AccountId
  readonly kind: string
  readonly postId: PostId | null
  /** what it is about, where that is no post */
  readonly objectId: ObjectId | null
  readonly public: boolean
  readonly body: string
}

/** An account, and how somebody here stands to it: all that the rule of who may see what asks of the two. */
export interface Bond extends Standing {
  readonly id: AccountId
  readonly uri: string
  /** its followers collection, of one elsewhere */
  readonly followersUri: string | null
  /** suspended here or at home, or gone */
  readonly hidden: boolean
}
