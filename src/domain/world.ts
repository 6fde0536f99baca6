import type { Clock } from '../base/clock.ts'
import type { Handle } from '../base/handles.ts'
import type { AccountId, Ids } from '../base/ids.ts'
import type { Uris } from '../base/uris.ts'
import type { Db } from '../db/connect.ts'
import type { Effects } from '../facts/record.ts'
import type { Account, SealedKey } from './accounts/account.ts'

/** All that a domain operation may ask of the outside. Passed as the first argument; `app.ts` makes it. */
export interface World extends Effects {
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly uris: Uris
  readonly limits: Limits
  readonly directory: Directory
  readonly keyring: Keyring
}

export interface Limits {
  /** characters of a post, counted as Mastodon does: links as 23, mentions without their host */
  readonly postLength: number
  /** a batch of work within one transaction for up to this many local followers; more become jobs */
  readonly followersWithin: number
  /** home rows kept for each person */
  readonly homeLength: number
  /** a post older than this at receipt enters neither home nor streams */
  readonly freshHours: number
  /** people not seen for this long have their home rebuilt when they return */
  readonly homeSeenDays: number
  /** answers of a poll of ours, and characters of each */
  readonly pollOptions: number
  readonly pollOptionLength: number
  /** how long a poll of ours may be open */
  readonly pollShortestSeconds: number
  readonly pollLongestSeconds: number
}

export const defaultLimits: Limits = {
  postLength: 500,
  followersWithin: 1000,
  homeLength: 800,
  freshHours: 6,
  homeSeenDays: 14,
  pollOptions: 4,
  pollOptionLength: 50,
  pollShortestSeconds: 300,
  pollLongestSeconds: 2_629_746,
}

/**
 * Finds accounts, asking other servers where need be; so it is never called within a transaction.
 * `remote/directory.ts` fills it.
 */
export interface Directory {
  /** by handle: what is known, or WebFinger and a signed fetch; undefined when nobody answers to it */
  find(handle: Handle): Promise<Account | undefined>
  /** by actor id: what is known, or a signed fetch */
  findByUri(uri: string): Promise<Account | undefined>
}

/** Makes and seals the keys of a new account (`federation/keys.ts` fills it). */
export interface Keyring {
  /** RSA-2048 and Ed25519, the private halves encrypted for the database and bound to the account */
  generate(accountId: AccountId): Promise<SealedKey[]>
}
