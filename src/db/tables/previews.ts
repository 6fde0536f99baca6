import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { AccountId, PostId } from '../../base/ids.ts'

export interface PreviewTable {
  id: GeneratedAlways<string>
  url: string
  title: string | null
  description: Generated<string>
  kind: Generated<string>
  provider: Generated<string>
  author_name: Generated<string>
  author_url: string | null
  creator_id: AccountId | null
  image_url: string | null
  image_alt: Generated<string>
  image_width: number | null
  image_height: number | null
  language: string | null
  published_at: Date | null
  claimed_at: Date | null
  fresh_until: Date | null
}

/** What a post says of the page that it links to. */
export interface CarriedCard {
  readonly url: string
  /** null when it only names the page: then the page is asked */
  readonly title: string | null
  readonly description: string
  readonly authorName: string
  readonly authorUrl: string | null
  readonly imageUrl: string | null
  readonly imageAlt: string
}

export interface PostPreviewTable {
  post_id: PostId
  preview_id: string | null
  carried: JSONColumnType<CarriedCard | Record<string, never>> | null
}
