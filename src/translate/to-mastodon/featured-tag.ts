import type { Uris } from '../../base/uris.ts'
import type { ShownTag } from '../../views/featured-tags.ts'
import { dayWord } from './words.ts'

export interface MastodonFeaturedTag {
  readonly id: string
  readonly name: string
  readonly url: string
  /** a number, as text */
  readonly statuses_count: string
  readonly last_status_at: string | null
}

export function featuredTagFrom(view: ShownTag, uris: Uris): MastodonFeaturedTag {
  return {
    id: view.id,
    name: view.displayName,
    url: view.url ?? uris.tag(view.name),
    statuses_count: String(view.posts),
    last_status_at: view.lastAt === null ? null : dayWord(view.lastAt),
  }
}
