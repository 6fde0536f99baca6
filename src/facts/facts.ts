import type {
  AccountId,
  ActivityId,
  AnnouncementId,
  ApprovalId,
  BlockId,
  FollowId,
  ObjectId,
  PostId,
  ReportId,
} from '../base/ids.ts'
import type { Visibility } from '../base/visibility.ts'
import type { InteractionKind } from '../db/tables/quotes.ts'
import type { AccountFact } from './accounts.ts'
import type { CollectionFact, MemberFact } from './collections.ts'
import type { RelayFact } from './relays.ts'

/** Everything that can have happened. A fact carries what can no longer be read once it is true, and ids for the rest. */
export type Fact =
  | AccountFact
  | {
      readonly type: 'post.published'
      readonly postId: PostId
      readonly authorId: AccountId
      /** the post of ours that it answers */
      readonly ourParentId: PostId | null
      /** it was withheld until now, and was said already */
      readonly released?: true
      /** nobody has it of whom nobody may know */
      readonly plain?: boolean
      /** false: it names nobody; nothing said: it may */
      readonly names?: boolean
      /** false: it links nothing; nothing said: it may */
      readonly links?: boolean
      /** false: it is no direct post; nothing said: it may be */
      readonly direct?: boolean
    }
  /** a new post waits for the author of what it answers, and only its own author knows of it */
  | { readonly type: 'post.withheld'; readonly postId: PostId; readonly authorId: AccountId }
  | {
      readonly type: 'post.received'
      readonly postId: PostId
      readonly authorId: AccountId
      readonly ourParentId: PostId | null
      /** said within the last hours, so that it may enter home timelines and streams */
      readonly fresh: boolean
      /** found when we looked for it, not sent to us: it enters no home, and only what is fresh is told of */
      readonly found?: boolean
      /** the activity that said it, where one was sent to us */
      readonly activityUri?: string | undefined
    }
  | {
      readonly type: 'post.edited'
      readonly postId: PostId
      readonly authorId: AccountId
      readonly local: boolean
      /** accounts that were addressed before the edit and must hear of it */
      readonly formerlyMentioned: readonly AccountId[]
      readonly activityUri?: string | undefined
    }
  | {
      readonly type: 'post.removed'
      readonly postId: PostId
      readonly uri: string
      readonly authorId: AccountId
      readonly local: boolean
      readonly visibility: Visibility
      /** its author is gone, and everyone hears of that instead */
      readonly withAuthor: boolean
      readonly mentioned: readonly AccountId[]
      /** those that it was for though nobody may know */
      readonly blindIds?: readonly AccountId[]
      /** of one that was for everyone, what it was */
      readonly was?: Was
      /** what was said of it here, and is gone with it */
      readonly activityIds?: readonly ActivityId[]
      /** it waited for somebody to approve it, so that nearly nobody could see it */
      readonly held?: boolean
      readonly ourParentId: PostId | null
    }
  /** a post of ours stands on top of its author's profile, or does so no longer */
  | {
      readonly type: 'post.pinned'
      readonly postId: PostId
      readonly uri: string
      readonly authorId: AccountId
    }
  | {
      readonly type: 'post.unpinned'
      readonly postId: PostId
      readonly uri: string
      readonly authorId: AccountId
    }
  /** an account of ours shows a hashtag on its profile, or does so no longer */
  | {
      readonly type: 'tag.featured'
      readonly accountId: AccountId
      readonly name: string
      readonly displayName: string
    }
  | {
      readonly type: 'tag.unfeatured'
      readonly accountId: AccountId
      readonly name: string
      readonly displayName: string
    }
  /** the server asks a relay to pass things on, or does so no longer */
  | RelayFact<'relay.asked'>
  | RelayFact<'relay.left'>
  /** the server was away for days */
  | { readonly type: 'server.returned'; readonly accountId: AccountId }
  | InteractionFact<'interaction.requested'>
  | InteractionFact<'interaction.approved'>
  | InteractionFact<'interaction.refused'>
  | InteractionFact<'interaction.revoked'>
  | {
      readonly type: 'quote.settled'
      /** the post that quotes */
      readonly postId: PostId
      readonly authorId: AccountId
      readonly local: boolean
      readonly accepted: boolean
      /** what it quotes */
      readonly quotedId: PostId | null
      /** the post itself is only just being told of */
      readonly newPost?: boolean
    }
  /** other people may do more or less with a post of ours than before */
  | { readonly type: 'policy.changed'; readonly postId: PostId; readonly authorId: AccountId }
  /** somebody here did something through an app that changes nothing here */
  | {
      readonly type: 'activity.given'
      readonly activityId: ActivityId
      readonly accountId: AccountId
      readonly kind: string
      /** the object of theirs that it is about */
      readonly about?: About
    }
  /** somebody here made a collection of their own, says something else of it, or has it no longer */
  | CollectionFact<'collection.made'>
  | CollectionFact<'collection.changed'>
  | CollectionFact<'collection.removed'>
  | MemberFact<'member.added'>
  | MemberFact<'member.removed'>
  /** an account, here or elsewhere, was suspended, limited, or let go again */
  | { readonly type: 'account.restricted'; readonly accountId: AccountId }
  | BlockFact<'block.made'>
  | BlockFact<'block.lifted'>
  | { readonly type: 'mute.made'; readonly accountId: AccountId; readonly targetId: AccountId }
  | { readonly type: 'mute.lifted'; readonly accountId: AccountId; readonly targetId: AccountId }
  /** somebody here wants other things kept from them than before */
  | { readonly type: 'filters.changed'; readonly accountId: AccountId }
  /** somebody here takes what was kept back from them: it is among their notifications now */
  | { readonly type: 'notices.taken'; readonly accountId: AccountId }
  | {
      readonly type: 'report.made'
      readonly reportId: ReportId
      /** accounts whose servers are told, too */
      readonly forwardTo: readonly AccountId[]
    }
  /** everybody here is told something, or is told so no longer */
  | { readonly type: 'announcement.published'; readonly announcementId: AnnouncementId }
  | { readonly type: 'announcement.removed'; readonly announcementId: AnnouncementId }
  /** somebody put that emoji to it, or took it away */
  | {
      readonly type: 'announcement.reacted'
      readonly announcementId: AnnouncementId
      readonly name: string
    }
  | {
      /** one choice in a poll */
      readonly type: 'poll.voted'
      readonly postId: PostId
      /** the poll is ours */
      readonly local: boolean
      readonly voterId: AccountId
      /** place of the answer, from 0 */
      readonly place: number
    }
  | PollFact<'poll.counted'>
  | PollFact<'poll.closed'>
  | FollowFact<'follow.requested'>
  | FollowFact<'follow.accepted'>
  | FollowFact<'follow.rejected'>
  | FollowFact<'follow.undone'>
  /** all contact has ended, so nobody is told */
  | FollowFact<'follow.severed'>
  | ReactionFact<'reaction.added'>
  | ReactionFact<'reaction.removed'>
  | BoostFact<'boost.added'>
  | (BoostFact<'boost.removed'> & {
      /** the booster is gone, and everyone hears of that instead */
      readonly withAuthor: boolean
    })

/** An object of somebody here that is no post. */
export interface About {
  readonly objectId: ObjectId
  /** it is no more */
  readonly gone?: boolean
  /** all who ever got it are to hear this */
  readonly reaching?: boolean
}

/** What something was before it was deleted. */
export interface Was {
  /** as ActivityStreams calls it */
  readonly kind: string
  readonly publishedAt: Date
  readonly editedAt: Date | null
}

/** Somebody wants to do something with a post that its author must allow, or its author has answered. */
export interface InteractionFact<Type extends string> {
  readonly type: Type
  /** null for what was turned down at once, of which nothing is kept */
  readonly approvalId: ApprovalId | null
  readonly kind: InteractionKind
  /** the id of the like, reply, boost or quote */
  readonly uri: string
  /** the id of the request; null when the thing was done without one */
  readonly requestUri: string | null
  readonly stampUri: string | null
  readonly targetId: PostId
  readonly targetUri: string
  readonly deciderId: AccountId
  readonly deciderLocal: boolean
  readonly actorId: AccountId
  readonly actorLocal: boolean
}

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

/** A poll has new tallies to be told, or has ended. */
export interface PollFact<Type extends string> {
  readonly type: Type
  readonly postId: PostId
  readonly authorId: AccountId
  readonly local: boolean
}

/** Somebody likes a post, or reacts to it with an emoji, or does so no more. */
export interface ReactionFact<Type extends string> {
  readonly type: Type
  /** the id of the Like or EmojiReact, ours or theirs */
  readonly uri: string
  readonly accountId: AccountId
  readonly accountLocal: boolean
  /** null: a like */
  readonly emoji: string | null
  readonly postId: PostId
  readonly postUri: string
  readonly authorId: AccountId
  readonly authorLocal: boolean
}

/** Somebody boosts a post, or does so no more. */
export interface BoostFact<Type extends string> {
  readonly type: Type
  readonly boostId: PostId
  /** the id of the Announce, ours or theirs */
  readonly uri: string
  readonly accountId: AccountId
  readonly accountLocal: boolean
  readonly visibility: Visibility
  readonly publishedAt: Date
  /** boosted within the last hours, so that it may enter home timelines and streams */
  readonly fresh: boolean
  /** what is boosted */
  readonly postId: PostId
  readonly postUri: string
  readonly authorId: AccountId
  readonly authorLocal: boolean
}

/** Somebody blocks somebody, or does so no more; one of the two at least is from here. */
export interface BlockFact<Type extends string> {
  readonly type: Type
  readonly blockId: BlockId
  /** the id of the Block activity, ours or theirs */
  readonly blockUri: string
  readonly accountId: AccountId
  readonly targetId: AccountId
  readonly accountLocal: boolean
  readonly targetLocal: boolean
  /** whether the target's server is to hear of it */
  readonly told: boolean
}

export type FactType = Fact['type']
export type FactOf<Type extends FactType> = Extract<Fact, { type: Type }>
