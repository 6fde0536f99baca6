import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { CarriedCard } from '../db/tables/previews.ts'
import type { AccountMention, CardView } from './view.ts'

/** What a post shows of the page that it links to, as it comes from the database. */
export interface CardRow extends Partial<Nullable<Omit<CardView, 'author' | 'publishedAt'>>> {
  readonly carried: CarriedCard | Record<string, never> | null
  readonly creatorId: AccountId | null
  /** the page, and who made it, be they there or not */
  readonly previewId?: string | null
  readonly madeById?: AccountId | null
  readonly publishedAt: string | null
}

type Nullable<T> = { readonly [Key in keyof T]: T[Key] | null }

/** What a page says of itself, as pairs for a JSON object, of a query that has the table `preview` in it. */
export const pageFields: RawBuilder<unknown> = sql`'url', preview.url,
    'title', preview.title, 'description', preview.description, 'kind', preview.kind, 'provider', preview.provider,
    'authorName', preview.author_name, 'authorUrl', preview.author_url, 'imageUrl', preview.image_url,
    'imageAlt', preview.image_alt, 'imageWidth', preview.image_width, 'imageHeight', preview.image_height,
    'language', preview.language, 'publishedAt', preview.published_at`

/** A column of a query that has the table `post` in it: a `CardRow`, or null where the post links to no page. */
export const cardColumn: RawBuilder<CardRow | null> = sql`(
  SELECT json_build_object('carried', post_preview.carried, 'creatorId', creator.id::text,
    'previewId', preview.id::text, 'madeById', preview.creator_id::text, ${pageFields})
  FROM post_preview
  LEFT JOIN preview ON preview.id = post_preview.preview_id
  LEFT JOIN account AS creator ON creator.id = preview.creator_id AND creator.deleted_at IS NULL
    AND creator.suspended_at IS NULL
  WHERE post_preview.post_id = post.id)`

/** What a post shows of a page: what it brought with it, or else what the page says. */
export function cardFrom(
  row: CardRow | null,
  creators: ReadonlyMap<AccountId, AccountMention>,
): CardView | null {
  if (row === null) return null
  const { carried, creatorId, previewId: _, madeById: __, publishedAt, url, title, ...page } = row
  if (carried?.title && 'url' in carried) return carriedView(carried as CarriedCard, carried.title)
  if (!url || !title) return null
  return {
    url,
    title,
    description: page.description ?? '',
    kind: page.kind ?? 'link',
    provider: page.provider ?? '',
    authorName: page.authorName ?? '',
    authorUrl: page.authorUrl ?? null,
    author: (creatorId && creators.get(creatorId)) || null,
    imageUrl: page.imageUrl ?? null,
    imageAlt: page.imageAlt ?? '',
    imageWidth: page.imageWidth ?? null,
    imageHeight: page.imageHeight ?? null,
    language: page.language ?? null,
    publishedAt: publishedAt === null ? null : new Date(publishedAt),
  }
}

function carriedView(card: CarriedCard, title: string): CardView {
  return {
    ...card,
    title,
    kind: 'link',
    provider: '',
    author: null,
    imageWidth: null,
    imageHeight: null,
    language: null,
    publishedAt: null,
  }
}
