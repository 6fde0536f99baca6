import type { CardView } from '../../views/view.ts'
import { dateWord } from './words.ts'

export interface MastodonCard {
  readonly url: string
  readonly title: string
  readonly description: string
  readonly language: string | null
  readonly type: 'link' | 'photo' | 'video' | 'rich'
  readonly author_name: string
  readonly author_url: string
  readonly provider_name: string
  readonly provider_url: string
  readonly html: string
  readonly width: number
  readonly height: number
  readonly image: string | null
  readonly image_description: string
  readonly embed_url: string
  readonly blurhash: string | null
  readonly published_at: string | null
  readonly authors: readonly { readonly name: string; readonly url: string; readonly account: unknown }[]
}

const KINDS = ['link', 'photo', 'video', 'rich'] as const

/**
 * A page that a post links to; never with HTML of that page.
 * @param author the account of whoever made it, in Mastodon's words
 */
export function cardFrom(view: CardView, author: unknown = null): MastodonCard {
  const { authorName, authorUrl } = view
  return {
    url: view.url,
    title: view.title,
    description: view.description,
    language: view.language,
    // What would be shown by HTML of its own is shown as a link.
    type: KINDS.find((kind) => kind === view.kind && kind === 'photo') ?? 'link',
    author_name: authorName,
    author_url: authorUrl ?? '',
    provider_name: view.provider,
    provider_url: '',
    html: '',
    width: view.imageWidth ?? 0,
    height: view.imageHeight ?? 0,
    image: view.imageUrl,
    image_description: view.imageAlt,
    embed_url: '',
    blurhash: null,
    published_at: view.publishedAt === null ? null : dateWord(view.publishedAt),
    authors:
      authorName === '' && author === null
        ? []
        : [{ name: authorName, url: authorUrl ?? '', account: author }],
  }
}
