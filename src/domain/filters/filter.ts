import type { AccountId, FilterId, FilterKeywordId, FilterPostId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { FilterAction, FilterContext } from '../../db/tables/timelines.ts'

/** What somebody does not want to come upon, and where. */
export interface Filter {
  readonly id: FilterId
  readonly accountId: AccountId
  readonly title: string
  readonly contexts: readonly FilterContext[]
  readonly action: FilterAction
  readonly expiresAt: Date | null
  readonly keywords: readonly FilterKeyword[]
  readonly posts: readonly FilterPost[]
}

export interface FilterKeyword {
  readonly id: FilterKeywordId
  readonly keyword: string
  /** not as a part of a longer word */
  readonly wholeWord: boolean
}

export interface FilterPost {
  readonly id: FilterPostId
  readonly postId: PostId
}

/** What is said of a filter; what is left out stays, or is usual. */
export interface FilterWords {
  readonly title?: string | undefined
  readonly contexts?: readonly FilterContext[] | undefined
  readonly action?: FilterAction | undefined
  /** from now on; null is for good */
  readonly expiresInSeconds?: number | null | undefined
  readonly keywords?: readonly KeywordWords[] | undefined
}

export interface KeywordWords {
  /** one that is there already */
  readonly id?: FilterKeywordId | undefined
  readonly keyword?: string | undefined
  readonly wholeWord?: boolean | undefined
  readonly gone?: boolean | undefined
}

export const MOST_FILTERS = 200
export const MOST_KEYWORDS = 500
export const MOST_POSTS = 1000
const LONGEST_TITLE = 256
const LONGEST_KEYWORD = 512
const LONGEST_SECONDS = 10 * 366 * 86_400

type Said = Pick<Filter, 'title' | 'contexts' | 'action' | 'expiresAt'>

/** What a filter says after this was said of it. @throws Refusal 'filter.title', 'filter.contexts' */
export function saidOf(before: Said, words: FilterWords, now: Date): Said {
  const title = words.title === undefined ? before.title : words.title.trim()
  const contexts = [...new Set(words.contexts ?? before.contexts)]
  if (title === '' || title.length > LONGEST_TITLE) refuse('filter.title')
  if (contexts.length === 0) refuse('filter.contexts')
  const { expiresInSeconds } = words
  return {
    title,
    contexts,
    action: words.action ?? before.action,
    expiresAt: expiresInSeconds === undefined ? before.expiresAt : endFrom(expiresInSeconds, now),
  }
}

function endFrom(seconds: number | null, now: Date): Date | null {
  return seconds === null ? null : new Date(now.getTime() + Math.min(seconds, LONGEST_SECONDS) * 1000)
}

/** @throws Refusal 'filter.keyword' */
export function keywordFrom(text: string | undefined): string {
  const keyword = text?.trim() ?? ''
  return keyword === '' || keyword.length > LONGEST_KEYWORD ? refuse('filter.keyword') : keyword
}
