import { Refusal } from '../../base/refusal.ts'
import { askForPage, type ListKind, type PageDetail, type PostDetail } from '../../domain/crawls/errand.ts'
import { crawlLimits } from '../../domain/crawls/rules.ts'
import { noteOrigin } from '../../domain/posts/found.ts'
import type { NewErrand } from '../../jobs/errands.ts'
import { pageIn, totalOf } from '../../translate/from-activity/origin.ts'
import { idOf, idsOf, isObject, type Json, type JsonObject, sameOrigin } from '../../translate/json.ts'
import { askForItems, keepPost } from './keep.ts'
import type { Read, Reading } from './reading.ts'

/** Of what stands whole on a page no more is taken at once; the rest is asked for at its id. */
const MOST_EMBEDDED = 40

/** One page of the replies to a post, or of a conversation: what it names is asked for, and its next page. */
export async function readList(reading: Reading): Promise<Read> {
  const { errand, fetcher, world, crawl } = reading
  const kind = errand.kind as ListKind
  const detail = JSON.parse(errand.detail) as PageDetail
  const { document } = await fetcher.page(errand.url)
  const { items, url } = pageIn(document, errand.url)
  if (kind === 'replies') {
    const replies = totalOf(document)
    await noteOrigin(world, detail.of, { replies, likes: null, boosts: null }, null)
  }
  // A list that only says where its first page is has not shown anything yet.
  const isCover = items.length === 0 && detail.page === 0
  const shown = isCover ? { ...detail, barren: -1 } : detail
  const taken = items.slice(0, crawlLimits.repliesPerPost - detail.taken)
  const named: PostDetail = {
    via: kind === 'context' ? 'context' : 'reply',
    depth: detail.depth + 1,
    of: detail.of,
  }
  const { kept, rest } = await keepEmbedded(reading, taken, named)
  const below = [...kept.flatMap((read) => read.next), ...(await askForItems(reading, rest, named))]
  return {
    next: [...below, ...(crawl.found < crawlLimits.posts ? goOn(kind, url, shown, items.length) : [])],
    found: kept.reduce((sum, read) => sum + read.found, 0),
    belongs: items.length > 0,
  }
}

/** The next page, unless the list gives nothing any more, or has given enough. */
export function goOn(kind: ListKind, url: string | null, detail: PageDetail, items: number): NewErrand[] {
  const next: PageDetail = {
    ...detail,
    page: detail.page + 1,
    taken: detail.taken + items,
    barren: items === 0 ? detail.barren + 1 : 0,
  }
  const isEnough =
    url === null ||
    next.page >= crawlLimits.pages ||
    next.taken >= crawlLimits.repliesPerPost ||
    next.barren >= crawlLimits.barrenPages
  return isEnough ? [] : [askForPage(kind, url, next)]
}

/**
 * What stands whole on a page of its own server needs no second request; of everything else only the id counts, whatever
 * else is said of it.
 */
export async function keepEmbedded(
  reading: Reading,
  items: readonly Json[],
  detail: PostDetail,
): Promise<{ kept: Read[]; rest: Json[] }> {
  const whole = items.filter((item) => isFromItsHome(item, reading.errand.url)).slice(0, MOST_EMBEDDED)
  const rest = items.filter((item) => !whole.includes(item as JsonObject))
  const keep = (item: JsonObject) => keepUnlessRefused(reading, item, detail)
  // One author is known; many may have to be asked for, and then one after the other.
  if (detail.via === 'profile') return { kept: (await Promise.all(whole.map(keep))).flat(), rest }
  const kept: Read[] = []
  for (const item of whole) kept.push(...(await keep(item)))
  return { kept, rest }
}

function isFromItsHome(item: Json, page: string): item is JsonObject {
  if (!isObject(item) || (item.content === undefined && item.contentMap === undefined)) return false
  const id = idOf(item)
  const authors = idsOf(item.attributedTo)
  return (
    id !== undefined &&
    sameOrigin(id, page) &&
    authors.length > 0 &&
    authors.every((author) => sameOrigin(author, page))
  )
}

async function keepUnlessRefused(reading: Reading, item: JsonObject, detail: PostDetail): Promise<Read[]> {
  try {
    return [await keepPost(reading, item, detail)]
  } catch (error) {
    if (error instanceof Refusal) return []
    throw error
  }
}
