import { phraseFrom, type SoughtWord } from './search-words.ts'

const VALUES = {
  has: ['media', 'image', 'video', 'audio', 'poll', 'link', 'embed'],
  is: ['reply', 'sensitive', 'quote'],
  in: ['all', 'library', 'public'],
} as const

/** What a post has to be beside the words in it. */
export type SearchTerm = { readonly not: boolean } & (
  | { readonly by: 'from'; readonly value: string }
  | { readonly by: 'language'; readonly value: string }
  | { readonly by: 'has'; readonly value: (typeof VALUES.has)[number] }
  | { readonly by: 'is'; readonly value: (typeof VALUES.is)[number] }
  | { readonly by: 'in'; readonly value: (typeof VALUES.in)[number] }
  /** said within these times */
  | { readonly by: 'time'; readonly since?: Date; readonly until?: Date }
  /** says words, as PostgreSQL writes a `tsquery` */
  | { readonly by: 'words'; readonly value: string }
)

export interface SearchQuery {
  /** as PostgreSQL writes a `tsquery`; '' where there are no words, or only some that are not to be there */
  readonly words: string
  /** each of these is in all that say the words */
  readonly sought: readonly SoughtWord[]
  readonly terms: readonly SearchTerm[]
}

const PIECES = /(-)?(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi
const MOST_PIECES = 50
const DAY = 86_400_000

/**
 * Reads what somebody types: words, "words in a row", and operators (`from:`, `before:`, `after:`, `during:`, `has:`, `is:`,
 * `in:`, `language:`), each with a minus before it for what is not to be. What is no operator is words. Days are those of
 * UTC.
 */
export function searchQueryFrom(typed: string): SearchQuery {
  const sought: SoughtWord[] = []
  const words: string[] = []
  const terms: SearchTerm[] = []
  for (const [whole, minus, name = '', quoted, bare = ''] of [...typed.matchAll(PIECES)].slice(
    0,
    MOST_PIECES,
  )) {
    const not = minus !== undefined
    const term = termFrom(name.toLowerCase(), quoted ?? bare, not)
    if (term) {
      terms.push(term)
      continue
    }
    const phrase = phraseFrom(whole)
    if (phrase.query === '') continue
    // An index finds what is there; what is not is only seen in what was found by something else.
    if (not) terms.push({ by: 'words', value: phrase.query, not })
    else {
      words.push(`(${phrase.query})`)
      sought.push(...phrase.words)
    }
  }
  return { words: words.join(' & '), sought, terms }
}

function termFrom(name: string, value: string, not: boolean): SearchTerm | undefined {
  if (name === 'from' && value) return { by: 'from', value, not }
  if (name === 'language' && /^[a-z]{2,3}(?:-\w+)*$/i.test(value))
    return { by: 'language', value: value.toLowerCase(), not }
  if (name === 'has' || name === 'is' || name === 'in') {
    const known = (VALUES[name] as readonly string[]).includes(value.toLowerCase())
    return known ? ({ by: name, value: value.toLowerCase(), not } as SearchTerm) : undefined
  }
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(value) : undefined
  if (!day || Number.isNaN(day.getTime())) return undefined
  const next = new Date(day.getTime() + DAY)
  if (name === 'before') return { by: 'time', until: day, not }
  if (name === 'after') return { by: 'time', since: next, not }
  return name === 'during' ? { by: 'time', since: day, until: next, not } : undefined
}
