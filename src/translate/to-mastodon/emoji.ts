import type { Uris } from '../../base/uris.ts'
import type { EmojiView } from '../../views/view.ts'

export interface MastodonEmoji {
  readonly shortcode: string
  readonly url: string
  readonly static_url: string
  readonly visible_in_picker: boolean
  readonly category?: string
}

export function emojiFrom(view: EmojiView, uris: Uris): MastodonEmoji {
  const url = view.file === null ? view.url : uris.media(view.file)
  return { shortcode: view.shortcode, url, static_url: url, visible_in_picker: true }
}
