import type { Json, JsonObject } from '../json.ts'
import { noteContext } from './context.ts'

export interface CollectionParts {
  readonly id: string
  /** lists in an order are ordered; replies, likes, shares and contexts are not */
  readonly ordered: boolean
  readonly totalItems: number
  /** always given, also for a hidden or empty list: without it Mastodon calls the list hidden */
  readonly first: string
  readonly attributedTo?: string
}

export interface PageParts {
  readonly id: string
  readonly partOf: string
  readonly ordered: boolean
  readonly items: readonly Json[]
  /** absent where the list ends */
  readonly next?: string
  readonly prev?: string
  readonly totalItems?: number
}

/** The envelope of a list: how many, and where the first page is. */
export function collectionFrom(parts: CollectionParts): JsonObject {
  return {
    '@context': noteContext,
    id: parts.id,
    type: parts.ordered ? 'OrderedCollection' : 'Collection',
    ...(parts.attributedTo === undefined ? {} : { attributedTo: parts.attributedTo }),
    totalItems: parts.totalItems,
    first: parts.first,
  }
}

/** One page of a list. Items are ids or whole objects without a context of their own. */
export function pageFrom(parts: PageParts): JsonObject {
  return {
    '@context': noteContext,
    id: parts.id,
    type: parts.ordered ? 'OrderedCollectionPage' : 'CollectionPage',
    partOf: parts.partOf,
    ...(parts.totalItems === undefined ? {} : { totalItems: parts.totalItems }),
    ...(parts.next === undefined ? {} : { next: parts.next }),
    ...(parts.prev === undefined ? {} : { prev: parts.prev }),
    [parts.ordered ? 'orderedItems' : 'items']: parts.items,
  }
}
