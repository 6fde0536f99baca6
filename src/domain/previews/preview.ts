import type { AccountId } from '../../base/ids.ts'

export type { CarriedCard } from '../../db/tables/previews.ts'

/** What a page says of itself: plain text and addresses, no HTML of anybody's. */
export interface PageCard {
  readonly title: string
  readonly description: string
  readonly kind: 'link' | 'photo' | 'video' | 'rich'
  /** the site's name */
  readonly provider: string
  readonly authorName: string
  readonly authorUrl: string | null
  /** who made it, and agrees to be named by its domain */
  readonly creatorId: AccountId | null
  readonly imageUrl: string | null
  readonly imageAlt: string
  readonly imageWidth: number | null
  readonly imageHeight: number | null
  readonly language: string | null
  readonly publishedAt: Date | null
}
