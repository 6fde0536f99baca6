import type { Incoming } from '../../../domain/posts/post.ts'

/**
 * What an activity from elsewhere asks of us, read without touching the database or the network.
 * - `post`: somebody said something; taken together with others of its batch
 * - `edit`: a post says something else now
 * - `ask`: it can only be believed once its own server has been asked
 * - `do`: anything else that has an effect
 * - `nothing`: known, and without effect here
 */
export type Reading =
  | { readonly kind: 'post'; readonly incoming: Incoming }
  | { readonly kind: 'edit'; readonly incoming: Incoming }
  | { readonly kind: 'ask'; readonly about: 'post' | 'actor' | 'gone'; readonly uri: string }
  | { readonly kind: 'delete'; readonly uri: string }
  | { readonly kind: 'follow'; readonly uri: string; readonly followedUri: string }
  | { readonly kind: 'answer'; readonly accepted: boolean; readonly follow: FollowReference }
  | { readonly kind: 'undo-follow'; readonly follow: FollowReference }
  | { readonly kind: 'nothing'; readonly why: string }

/** A Follow as others name it: by its id, by the two whom it joins, or both. */
export interface FollowReference {
  readonly uri: string | undefined
  readonly followerUri: string | undefined
  readonly followedUri: string | undefined
}

/** When an activity came, and what is known of its actor that the reading of it needs. */
export interface Receipt {
  readonly at: Date
  readonly followersUrl: string | null
}

export const nothing = (why: string): Reading => ({ kind: 'nothing', why })
