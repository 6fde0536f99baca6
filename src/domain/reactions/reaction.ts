import type { AccountId, PostId, ReactionId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

/** What somebody reacts with when it is more than a like. */
export interface Emoji {
  /** an emoji of Unicode, fully qualified, or `:name@host:` of a custom one */
  readonly emoji: string
  /** the picture of a custom emoji */
  readonly url: string | null
}

/** The name of a custom emoji, with the host that it is from. */
export interface CustomName {
  /** without colons */
  readonly shortcode: string
  readonly host: string
}

/** By its host, so that no two custom emoji are ever one. */
export function customEmoji({ shortcode, host }: CustomName): string {
  return `:${shortcode}@${host.toLowerCase()}:`
}

/** Undefined for an emoji of Unicode. */
export function customNameOf(emoji: string): CustomName | undefined {
  const [, shortcode, host] = /^:([^:@]+)@([^:]+(?::\d+)?):$/.exec(emoji) ?? []
  return shortcode === undefined || host === undefined ? undefined : { shortcode, host }
}

/** What somebody elsewhere does to a post, as it arrives (`translate/from-activity/reaction.ts`). */
export type IncomingReaction =
  | {
      readonly kind: 'like'
      readonly uri: string
      readonly postUri: string
      /** null: a plain like */
      readonly emoji: Emoji | null
    }
  | {
      readonly kind: 'boost'
      readonly uri: string
      readonly postUri: string
      readonly visibility: Visibility
      readonly publishedAt: Date | undefined
    }
  | IncomingUndo

/** Somebody takes a reaction back, naming it by its id, by what it was, or both. */
export interface IncomingUndo {
  readonly kind: 'undo'
  readonly uri: string | undefined
  readonly of:
    | {
        readonly kind: 'like' | 'boost'
        readonly postUri: string
        readonly emoji: Emoji | null
      }
    | undefined
}

/** What a reaction is to be told apart by: an account has one like, one boost, and one of each emoji for a post. */
export interface ReactionKey {
  readonly accountId: AccountId
  readonly postId: PostId
  readonly kind: 'like' | 'boost'
  readonly emoji: string | null
}

/**
 * What is remembered of an id besides those that are in force: that it says again what is (`live`), that it was undone
 * (`undone`), or that it was undone in the name of an id that nobody knew (`taken`), which has it in `took`.
 */
export type Echo =
  | {
      readonly state: 'live' | 'taken'
      readonly accountId: AccountId
      readonly uri: string
      readonly key: ReactionKey
    }
  | {
      readonly state: 'undone'
      readonly accountId: AccountId
      readonly uri: string
      readonly took: readonly string[]
    }

/** A like or an emoji reaction that is in force. */
export interface KnownReaction {
  readonly id: ReactionId
  readonly uri: string
  readonly accountId: AccountId
  readonly postId: PostId
  readonly emoji: string | null
}

/** Emoji that one account may put to one post; more than any peer lets its people choose. */
export const MOST_EMOJI = 20
