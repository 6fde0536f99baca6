import type { AccountId, StrikeId } from '../../base/ids.ts'

/**
 * The job `actor`, which asks other servers about one account.
 * - `refresh` reads it anew at its home, with what it features
 * - `features` reads what it features only
 * - `links` looks whether the pages that its fields link to link back
 */
export interface ActorJob {
  readonly what: 'refresh' | 'features' | 'links'
  readonly accountId: AccountId
}

/**
 * The job `account`, which does what follows for many rows.
 * - `purge` takes away all that an account that is gone leaves behind
 * - `refollow` lets its followers here follow the account that it has moved to
 */
export type AccountJob =
  | { readonly what: 'purge'; readonly accountId: AccountId }
  | { readonly what: 'refollow'; readonly fromId: AccountId; readonly toId: AccountId }

/**
 * The job `mail`, which sends a letter to somebody here. What it says, and any link in it, is made at the moment of
 * sending: a row of the queue knows no address and no secret.
 * - `confirm` asks whether an unconfirmed address is theirs
 * - `approved` says that they may come in
 * - `reset` lets them choose a new password
 * - `changed` says that there is a new password
 * - `moving` says, to the address so far, that another is to take its place
 * - `warned` says what those who look after the server decided about them
 * - `nothing` is what is asked for an address that is nobody's, so that both cost the same
 */
export type MailJob =
  | { readonly what: 'confirm' | 'approved' | 'reset' | 'changed' | 'moving'; readonly accountId: AccountId }
  | { readonly what: 'warned'; readonly accountId: AccountId; readonly strikeId: StrikeId }
  | { readonly what: 'nothing' }
