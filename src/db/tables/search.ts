import type { AccountId, PostId } from '../../base/ids.ts'

/** The words of a post, as they are looked up. */
export interface PostSearchTable {
  post_id: PostId
  /** a `tsvector` */
  vector: string
}

/** Where somebody is in what they found. */
export interface SearchPlaceTable {
  account_id: AccountId
  /** a hash of all that is looked for */
  search: string
  offsets: number[]
  /** beside each of the offsets, the id that what comes then is below */
  last_ids: PostId[]
  expires_at: Date
}
