import type { AccountId, FollowId, PostId } from '../base/ids.ts'
import type { Visibility } from '../base/visibility.ts'

/** Everything that can have happened. A fact carries what can no longer be read once it is true, and ids for the rest. */
export type Fact =
  | { readonly type: 'account.registered'; readonly accountId: AccountId }
  | { readonly type: 'account.updated'; readonly accountId: AccountId }
  | {
      readonly type: 'post.published'
      readonly postId: PostId
      readonly authorId: AccountId
      /** the post of ours that it answers */
      readonly ourParentId: PostId | null
    }
  | {
      readonly type: 'post.received'
      readonly postId: PostId
      readonly authorId: AccountId
      readonly ourParentId: PostId | null
      /** said within the last hours, so that it may enter home timelines and streams */
      readonly fresh: boolean
    }
  | {
      readonly type: 'post.edited'
      readonly postId: PostId
      readonly authorId: AccountId
      readonly local: boolean
      /** accounts that were addressed before the edit and must hear of it */
      readonly formerlyMentioned: readonly AccountId[]
    }
  | {
      readonly type: 'post.removed'
      readonly postId: PostId
      readonly uri: string
      readonly authorId: AccountId
      readonly local: boolean
      readonly visibility: Visibility
      readonly mentioned: readonly AccountId[]
      readonly ourParentId: PostId | null
    }
  | FollowFact<'follow.requested'>
  | FollowFact<'follow.accepted'>
  | FollowFact<'follow.rejected'>
  | FollowFact<'follow.undone'>

export interface FollowFact<Type extends string> {
  readonly type: Type
  readonly followId: FollowId
  /** the id of the Follow activity, ours or theirs */
  readonly followUri: string
  readonly followerId: AccountId
  readonly followedId: AccountId
  readonly followerLocal: boolean
  readonly followedLocal: boolean
}

export type FactType = Fact['type']
export type FactOf<Type extends FactType> = Extract<Fact, { type: Type }>
