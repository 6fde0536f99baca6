import type { Visibility } from '../../base/visibility.ts'

/** What both sides call whom a post is for. */
export type MastodonVisibility = 'public' | 'unlisted' | 'private' | 'direct'

export function visibilityWord(visibility: Visibility): MastodonVisibility {
  return visibility === 'followers' ? 'private' : visibility
}

/** Ours for theirs; undefined for what is none. */
export function visibilityFrom(word: string): Visibility | undefined {
  if (word === 'private') return 'followers'
  return word === 'public' || word === 'unlisted' || word === 'direct' ? word : undefined
}

/** With three digits of a second and Z: some apps read no other form. */
export function dateWord(date: Date): string {
  return date.toISOString()
}

/** Midnight of the day, for what tells the day alone. */
export function midnightWord(date: Date): string {
  return `${dayWord(date)}T00:00:00.000Z`
}

export function dayWord(date: Date): string {
  return date.toISOString().slice(0, 10)
}
