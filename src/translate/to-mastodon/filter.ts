import type { Filter, FilterKeyword, FilterPost } from '../../domain/filters/filter.ts'
import { dateWord } from './words.ts'

export interface MastodonFilter {
  readonly id: string
  readonly title: string
  readonly context: readonly string[]
  readonly expires_at: string | null
  readonly filter_action: string
  readonly keywords: readonly MastodonFilterKeyword[]
  readonly statuses: readonly MastodonFilterStatus[]
}
export interface MastodonFilterKeyword {
  readonly id: string
  readonly keyword: string
  readonly whole_word: boolean
}
export interface MastodonFilterStatus {
  readonly id: string
  readonly status_id: string
}

export function filterFrom(filter: Filter): MastodonFilter {
  return {
    id: filter.id,
    title: filter.title,
    context: filter.contexts,
    expires_at: endOf(filter),
    filter_action: filter.action,
    keywords: filter.keywords.map(filterKeywordFrom),
    statuses: filter.posts.map(filterStatusFrom),
  }
}

export function filterKeywordFrom({ id, keyword, wholeWord }: FilterKeyword): MastodonFilterKeyword {
  return { id, keyword, whole_word: wholeWord }
}

export function filterStatusFrom({ id, postId }: FilterPost): MastodonFilterStatus {
  return { id, status_id: postId }
}

/** A filter as the first version of the API has it: one keyword, with what its filter says. */
export interface MastodonV1Filter {
  readonly id: string
  readonly phrase: string
  readonly context: readonly string[]
  readonly whole_word: boolean
  readonly expires_at: string | null
  readonly irreversible: boolean
}

export function v1FilterFrom(filter: Filter, { id, keyword, wholeWord }: FilterKeyword): MastodonV1Filter {
  return {
    id,
    phrase: keyword,
    context: filter.contexts,
    whole_word: wholeWord,
    expires_at: endOf(filter),
    irreversible: filter.action === 'hide',
  }
}

function endOf({ expiresAt }: Filter): string | null {
  return expiresAt === null ? null : dateWord(expiresAt)
}
