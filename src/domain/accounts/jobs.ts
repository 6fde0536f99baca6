import type { AccountId } from '../../base/ids.ts'

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
