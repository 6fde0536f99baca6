import type { PostView } from './view.ts'

export interface Spoken {
  readonly html: string
  /** BCP 47 */
  readonly language: string | null
}

/**
 * What a post says, in the first of the reader's languages that it speaks; in its own otherwise.
 * @param languages BCP 47 tags, the dearest first; a regional one is content with its language, and the other way round
 */
export function spokenTo(
  post: Pick<PostView, 'contentHtml' | 'language' | 'contentMap'>,
  languages: readonly string[],
): Spoken {
  const own = { html: post.contentHtml, language: post.language }
  const spoken = Object.entries(post.contentMap ?? {})
  if (spoken.length === 0) return own
  for (const wanted of languages) {
    const tag = wanted.toLowerCase()
    const found =
      spoken.find(([language]) => language.toLowerCase() === tag) ??
      spoken.find(([language]) => primary(language) === primary(tag))
    if (found) return { html: found[1], language: found[0] }
  }
  return own
}

const primary = (tag: string) => tag.toLowerCase().split('-')[0]
