import type { Visibility } from '../../base/visibility.ts'
import type { NewErrand } from '../../jobs/errands.ts'

/**
 * Why a post is asked for. It decides what it must prove to be kept.
 * - `up`: something that is kept answers it
 * - `known`: it is here, and may have changed, or been answered
 * - `reply`: the list of a post names it as an answer
 * - `context`: the collection of a conversation names it
 * - `profile`: its author lists it
 * - `boosted`: somebody whose profile is looked at has boosted it
 */
export type Via = 'up' | 'known' | 'reply' | 'context' | 'profile' | 'boosted'

/** A boost in somebody's outbox, as JSON takes it. */
export interface FoundBoost {
  readonly uri: string
  readonly visibility: Visibility
  readonly publishedAt: string
}

export interface PostDetail {
  readonly via: Via
  /** levels below where the round began; of what leads up, levels above */
  readonly depth: number
  /** whose list named it: a post, a collection, an account */
  readonly of: string | null
  /** that which is to be kept with it */
  readonly boost?: FoundBoost
}

export interface PageDetail {
  /** whose list it is: a post, for a context the collection itself, an account */
  readonly of: string
  readonly depth: number
  /** pages read before, items taken from them, and pages in a row in which nothing was new */
  readonly page: number
  readonly taken: number
  readonly barren: number
}

export type ListKind = 'replies' | 'context' | 'outbox'

/** Each what to read at an address: a post, a page of a list, a list's total. */
export type ErrandKind = 'post' | ListKind | 'total'

/** What leads up goes before everything else, then the first answers, level by level. */
export function askForPost(url: string, detail: PostDetail): NewErrand {
  const rank = detail.via === 'up' ? 0 : 2 * detail.depth
  return { url, kind: 'post' satisfies ErrandKind, rank, detail }
}

/** A list comes before what stands in it, so that what is named first is there first. */
export function askForPage(kind: ListKind, url: string, detail: PageDetail): NewErrand {
  return { url, kind, rank: 2 * detail.depth + 1, detail }
}

export const firstPage = (of: string, depth: number): PageDetail => ({
  of,
  depth,
  page: 0,
  taken: 0,
  barren: 0,
})
