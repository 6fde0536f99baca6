import { idOf, isObject, type Json, type JsonObject, listOf, sameOrigin } from '../translate/json.ts'
import type { Fetcher } from './fetch.ts'

export interface ReadCollection {
  readonly items: readonly Json[]
  /** what the collection says of itself: not to be relied on */
  readonly totalItems: number | undefined
  /** false when something was left out, for whatever reason */
  readonly complete: boolean
}

export interface CollectionLimits {
  readonly pages: number
  readonly items: number
  readonly ms: number
}

const LIMITS: CollectionLimits = { pages: 10, items: 500, ms: 20_000 }

/**
 * Reads a collection page by page, on its own origin, until it ends or a limit is reached; a page met before ends it.
 * What was read when a later page failed is kept.
 * @throws as `Fetcher.page` does, for the first document only
 */
export async function readCollection(
  fetcher: Fetcher,
  url: string,
  given: Partial<CollectionLimits> = {},
): Promise<ReadCollection> {
  const limits = { ...LIMITS, ...given }
  const endsAt = performance.now() + limits.ms
  const { document } = await within(fetcher.page(url), endsAt)
  const items = [...itemsOf(document)]
  const seen = new Set([url])
  // The collection counts as a page when it has items of its own.
  let pages = items.length > 0 ? 1 : 0
  let following = document.first ?? document.next ?? undefined
  while (following !== undefined && pages < limits.pages && items.length < limits.items) {
    const page = await pageOf(fetcher, following, url, seen, endsAt)
    if (page === undefined) break
    pages += 1
    for (const item of itemsOf(page)) items.push(item)
    following = page.next ?? undefined
  }
  return result(document, items, limits, following === undefined)
}

function result(
  collection: JsonObject,
  items: readonly Json[],
  limits: CollectionLimits,
  ended: boolean,
): ReadCollection {
  const total = collection.totalItems
  return {
    items: items.slice(0, limits.items),
    totalItems: typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? total : undefined,
    complete: ended && items.length <= limits.items,
  }
}

function itemsOf(page: JsonObject): readonly Json[] {
  return [...listOf(page.orderedItems), ...listOf(page.items)]
}

/** A page given whole or by its address; undefined when it is foreign, was met before, or cannot be had in time. */
async function pageOf(
  fetcher: Fetcher,
  page: Json,
  url: string,
  seen: Set<string>,
  endsAt: number,
): Promise<JsonObject | undefined> {
  const id = idOf(page)
  if (id !== undefined) {
    if (seen.has(id) || !sameOrigin(id, url)) return undefined
    seen.add(id)
  }
  if (isObject(page) && (page.orderedItems !== undefined || page.items !== undefined)) return page
  if (id === undefined) return undefined
  return within(fetcher.page(id), endsAt).then(
    (found) => found.document,
    () => undefined,
  )
}

async function within<T>(work: Promise<T>, endsAt: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('out of time')), Math.max(endsAt - performance.now(), 0))
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
