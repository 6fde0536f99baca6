import type { AccountId, ObjectId, PostId } from '../../base/ids.ts'

/** Who is to get an activity: everyone who follows an account, certain accounts, or both. */
export interface Recipients {
  readonly followersOf?: AccountId
  readonly accountIds: readonly AccountId[]
  /** the same, though nobody may know: each at an inbox of their own */
  readonly blindIds?: readonly AccountId[]
  /** every server that is known, at one inbox each */
  readonly everywhere?: boolean
  /** inboxes that belong to no account: relays */
  readonly inboxIds?: readonly number[]
  /** everyone who ever got this post or object of ours, by whatever way */
  readonly reachOf?: PostId | ObjectId
}
