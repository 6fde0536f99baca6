import type { Preferences, Quoters } from '../../domain/preferences/find.ts'
import { visibilityWord } from './words.ts'

/** Keys with colons in them, as they stand. */
export function preferencesFrom(view: Preferences): Readonly<Record<string, string | boolean | null>> {
  return {
    'posting:default:visibility': visibilityWord(view.visibility),
    'posting:default:sensitive': view.sensitive,
    'posting:default:language': view.language,
    'posting:default:quote_policy': quotersWord(view.quoters),
    'reading:expand:media': view.expandsMedia,
    'reading:expand:spoilers': view.expandsWarnings,
    'reading:autoplay:gifs': view.playsGifs,
  }
}

export function quotersWord(quoters: Quoters): 'public' | 'followers' | 'nobody' {
  return quoters === 'everyone' ? 'public' : quoters
}

/** Ours for theirs; undefined for what is none. */
export function quotersFrom(word: string): Quoters | undefined {
  if (word === 'public') return 'everyone'
  return word === 'followers' || word === 'nobody' ? word : undefined
}
