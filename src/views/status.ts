import type { AccountId, PostId } from '../base/ids.ts'
import type { FilterAction, FilterContext } from '../db/tables/timelines.ts'
import type { Mine } from './mine.ts'
import type { PostView } from './view.ts'

/** A post with what its reader did to it: what every list of posts in the Mastodon API is made of. */
export interface StatusView {
  readonly post: PostView
  /** null for nobody in particular */
  readonly mine: Mine | null
  /** what it boosts, which is no boost itself */
  readonly boostOf: StatusView | null
  /** what it quotes, where this reader may see it; without a quote of its own */
  readonly quoted: StatusView | null
  /** which of the reader's filters it meets */
  readonly filtered: readonly FilterMatch[]
}

/** One of a reader's filters that a post meets. */
export interface FilterMatch {
  readonly filterId: string
  readonly title: string
  readonly contexts: readonly FilterContext[]
  readonly action: FilterAction
  readonly expiresAt: Date | null
  readonly keywords: readonly string[]
  readonly postIds: readonly PostId[]
}

/** One of a reader's filters, be it in force or not. */
export interface FilterRow {
  readonly accountId: AccountId
  readonly id: string
  readonly title: string
  readonly contexts: readonly FilterContext[]
  readonly action: FilterAction
  readonly expiresAt: Date | null
  readonly keywords: readonly { readonly text: string; readonly whole: boolean }[]
  readonly posts: readonly PostId[]
}
