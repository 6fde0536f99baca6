import type { Account } from '../../../domain/accounts/account.ts'
import type { Incoming } from '../../../domain/posts/post.ts'
import type { IncomingReaction } from '../../../domain/reactions/reaction.ts'
import type { World } from '../../../domain/world.ts'
import type { JsonObject } from '../../../translate/json.ts'

/**
 * What an activity from elsewhere asks of us, read without touching the database or the network.
 * - `post`: somebody said something; taken together with others of its batch
 * - `reaction`: somebody likes or boosts a post, or does so no more; taken together as well
 * - `edit`: a post says something else now; taken together as well
 * - `effect`: anything else that changes something here
 * - `ask`: it can only be believed once its own server has been asked, whoever sent it
 * - `nothing`: without effect here; `heard` by whom it is addressed to, whatever it may mean to them
 */
export type Reading =
  | { readonly kind: 'post'; readonly incoming: Incoming }
  | { readonly kind: 'reaction'; readonly reaction: IncomingReaction }
  | { readonly kind: 'edit'; readonly incoming: Incoming }
  | { readonly kind: 'effect'; readonly run: InboxEffect }
  | { readonly kind: 'ask'; readonly ask: (world: World, asking: Asking) => Promise<string> }
  | { readonly kind: 'nothing'; readonly why: string; readonly heard?: boolean }

/** An effect's word that other servers must be asked before it can be had; it is then run again as a job of its own. */
export const askFirst = Symbol('ask first')

/**
 * Lets an activity take effect for the actor whose own hand it is. Repeating it changes nothing more.
 * @param asking only where the network may be used, which is never within a batch
 * @returns a word on what became of it, for the log
 */
export type InboxEffect = (world: World, actor: Account, asking?: Asking) => Promise<string | typeof askFirst>

/** What asking other servers takes; `remote/` fills it. Each may throw a Transient, and the job comes again later. */
export interface Asking {
  /** the post as its own server gives it; `gone` when that says it is no more; undefined when it cannot be believed */
  post(uri: string): Promise<JsonObject | 'gone' | undefined>
  /** an activity as its own server gives it, by an actor who lives there; `gone` and undefined likewise */
  activity(uri: string): Promise<JsonObject | 'gone' | undefined>
  /** whether a post's own server says that it is not there: with 410, a Tombstone or 404 */
  isGone?(uri: string): Promise<boolean>
  /** reads an actor anew at its home; `gone` when that says so */
  refreshActor(uri: string): Promise<Account | 'gone' | undefined>
}

/** When an activity came, and what is known of its actor that the reading of it needs. */
export interface Receipt {
  readonly at: Date
  readonly followersUrl: string | null
}

export const nothing = (why: string): Reading => ({ kind: 'nothing', why })
export const onlyHeard = (why: string): Reading => ({ kind: 'nothing', why, heard: true })
export const effect = (run: InboxEffect): Reading => ({ kind: 'effect', run })
