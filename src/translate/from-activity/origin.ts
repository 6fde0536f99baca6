import type { OriginCounts } from '../../domain/posts/origin.ts'
import { idOf, isObject, type Json, type JsonObject, listOf, sameOrigin } from '../json.ts'

/** A collection, or one page of it, as far as it was given with what names it. */
export interface GivenPage {
  /** where it, or its first page, is to be had; null when all of it is given */
  readonly url: string | null
  readonly items: readonly Json[]
}

/** The most that a number of people can be, for the column that keeps it. */
const MOST = 2_000_000_000

/** The totals of a post's collections; undefined when its server gives none of them. */
export function countsOf(note: JsonObject): OriginCounts | undefined {
  const counts = {
    replies: totalOf(note.replies),
    likes: totalOf(note.likes),
    boosts: totalOf(note.shares),
  }
  return Object.values(counts).every((count) => count === null) ? undefined : counts
}

/** `totalItems` of a collection; of anything else, and of what is no count, null. */
export function totalOf(collection: Json | undefined): number | null {
  const total = isObject(collection) ? collection.totalItems : undefined
  return typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? Math.min(total, MOST) : null
}

/**
 * What a post gives of its replies: their first page whole (as Mastodon does), or only where they are. What lies on
 * another origin than `home` is left out: nobody lists replies for somebody else.
 */
export function repliesOf(note: JsonObject, home: string): GivenPage {
  return given(note.replies, home)
}

/** The address of the collection that holds the post's conversation (FEP-7888), if its own server keeps it. */
export function contextOf(note: JsonObject, home: string): string | null {
  const id = idOf(note.context)
  return id !== undefined && sameOrigin(id, home) ? id : null
}

/** The items of a collection or page, and where it goes on; what is given inline, its `first`, counts as part of it. */
export function pageIn(document: JsonObject, home: string): GivenPage {
  const first = isObject(document.first) ? document.first : undefined
  const items = [...itemsOf(document), ...(first ? itemsOf(first) : [])]
  const onward = first ? first.next : (document.next ?? (items.length === 0 ? document.first : undefined))
  return { items, url: onOrigin(onward, home) }
}

function given(collection: Json | undefined, home: string): GivenPage {
  if (!isObject(collection)) return { items: [], url: onOrigin(collection, home) }
  const { items, url } = pageIn(collection, home)
  // Only named, with nothing in it: it is to be asked for itself.
  const named = items.length === 0 && url === null && !('items' in collection || 'orderedItems' in collection)
  return { items, url: named && !isObject(collection.first) ? onOrigin(idOf(collection), home) : url }
}

function itemsOf(page: JsonObject): readonly Json[] {
  return [...listOf(page.orderedItems), ...listOf(page.items)]
}

function onOrigin(value: Json | undefined, home: string): string | null {
  const id = idOf(value)
  return id !== undefined && sameOrigin(id, home) ? id : null
}
