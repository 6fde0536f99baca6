import type { AccountId, ActivityId, FollowId, NotificationId, PostId } from '../base/ids.ts'
import type { Visibility } from '../base/visibility.ts'
import type { AccountKind, ProfileField } from '../db/tables/accounts.ts'

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
  readonly attributionDomains: readonly string[]
  readonly avatarAlt: string
  readonly headerAlt: string
  /** of posts, the open ones alone */
  readonly counts: { readonly posts: number; readonly followers: number; readonly following: number }
  readonly lastPostAt: Date | null
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
  readonly visibility: Visibility
  readonly inReplyTo: {
    readonly id: PostId | null
    readonly uri: string
    readonly accountId: AccountId | null
  } | null
  readonly conversationId: PostId
  readonly title: string | null
  readonly summary: string
  readonly sensitive: boolean
  readonly contentHtml: string
  readonly source: string | null
  readonly language: string | null
  readonly publishedAt: Date
  readonly editedAt: Date | null
  readonly mentions: readonly AccountMention[]
  readonly hashtags: readonly { readonly name: string; readonly displayName: string }[]
  /** the group that it was said in (FEP-1b12) */
  readonly audience: string | null
  readonly counts: { readonly replies: number; readonly likes: number; readonly boosts: number }
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
  readonly public: boolean
  readonly body: string
}
