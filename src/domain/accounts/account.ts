import type { AccountId } from '../../base/ids.ts'
import type { AccountKind, ProfileField, Role } from '../../db/tables/accounts.ts'
import type { IncomingEmoji } from '../emojis/emoji.ts'

export type { AccountKind, ProfileField, Role }

/** Any person's presence, here or elsewhere: what operations need to know of it. */
export interface Account {
  readonly id: AccountId
  readonly local: boolean
  readonly uri: string
  readonly kind: AccountKind
  readonly name: string
  /** null for an account of ours */
  readonly host: string | null
  readonly url: string | null
  readonly manuallyApprovesFollowers: boolean
  readonly followersUrl: string | null
  readonly inboxId: number | null
  readonly suspended: boolean
  /** where it says that it has moved */
  readonly movedToUri: string | null
  /** when its document was last read at its home; null for an account of ours */
  readonly fetchedAt: Date | null
}

/** An account of ours, proven so by whoever hands it on. */
export type LocalAccount = Account & { readonly local: true; readonly host: null }

/** What an account has, as it is counted here. */
export interface AccountFigures {
  readonly accountId: AccountId
  /** open ones alone */
  readonly posts: number
  readonly followers: number
  readonly following: number
  readonly lastPostAt: Date | null
}

/** Another server's actor document, read and cleaned: a complete value (`translate/from-activity/actor.ts` makes it). */
export interface RemoteActor {
  readonly uri: string
  readonly kind: AccountKind
  readonly name: string
  readonly host: string
  /** true when WebFinger led back to this very actor; without it the handle is shown but not relied on */
  readonly handleVerified: boolean
  readonly url: string | null
  readonly displayName: string
  /** sanitised */
  readonly bioHtml: string
  readonly fields: readonly ProfileField[]
  readonly avatarUrl: string | null
  readonly headerUrl: string | null
  readonly alsoKnownAs: readonly string[]
  readonly movedToUri: string | null
  readonly manuallyApprovesFollowers: boolean
  readonly discoverable: boolean
  readonly indexable: boolean
  readonly inboxUrl: string
  readonly sharedInboxUrl: string | null
  readonly outboxUrl: string | null
  readonly followersUrl: string | null
  readonly followingUrl: string | null
  readonly featuredUrl: string | null
  readonly publishedAt: Date | null
  /** the custom emoji in its name, bio and fields */
  readonly emojis?: readonly IncomingEmoji[]
  readonly featuredTagsUrl: string | null
  /** who else may name this account as the author of pages: hosts */
  readonly attributionDomains: readonly string[]
  readonly memorial: boolean
  /** its own server says so */
  readonly suspended: boolean
  /** accounts that it goes on as without ending (FEP-7628) */
  readonly copiedToUris: readonly string[]
  readonly showsMedia: boolean
  readonly showsMediaReplies: boolean
  readonly showsFeatured: boolean
  readonly avatarAlt: string
  readonly headerAlt: string
  readonly keys: readonly RemoteKey[]
}

export interface RemoteKey {
  readonly uri: string
  readonly kind: 'rsa' | 'ed25519'
  /** SPKI PEM for rsa, base58btc multibase (`z6Mk…`) for ed25519 */
  readonly publicKey: string
}

/** A new actor's key as the keyring makes it: the private half sealed for the database. */
export interface SealedKey {
  readonly uri: string
  readonly kind: 'rsa' | 'ed25519'
  readonly publicKey: string
  readonly privateKeySealed: Buffer
}
