import type { Json, JsonObject } from '../../../translate/json.ts'
import { collectionText, pageText } from '../../../translate/to-activity/collections.ts'
import type { Order, Range } from '../../../views/ranges.ts'

/** One item of a list. */
export interface Entry {
  /** where it stands: never changes, and never is another's */
  readonly key: string
  /** its id, or the whole of it, as JSON text; undefined when it turns out to be nothing to show */
  readonly text: string | undefined
}

/** A list as one reader may see it. */
export interface List {
  readonly id: string
  /** what is in an order is `OrderedCollection`; either way the order never changes */
  readonly ordered: boolean
  readonly first: Order
  readonly perPage: number
  /** whose it is, and of what (FEP-5711) */
  readonly about: JsonObject
  /** as which whoever made it knows it, beside that */
  readonly type?: Json
  /** for what stands in it */
  readonly context?: Json
  /** what it says of itself needs that context, too */
  readonly worded?: boolean
  /** how many there are for this reader; undefined where nobody counts */
  readonly count: (() => number | Promise<number>) | undefined
  /** at most `limit` of them, in the order of the list */
  readonly read: (range: Range) => Promise<readonly Entry[]>
  /** where one stands, by its id; undefined when it is not there, or not for this reader */
  readonly seek?: (uri: string) => Promise<string | undefined>
  /** where what is put into it and taken out of it can be heard */
  readonly events?: string
  /** changes with what nobody is told of, so it is kept ready for nobody */
  readonly fleeting?: boolean
  /** how many there are is told, and no more */
  readonly closed?: boolean
}

/** The cursor of every first page: always there, since Mastodon takes a list without one for hidden. */
export const FIRST_PAGE = 'first'
const LAST_PAGE = 'last'
const BEYOND_ALL = '9223372036854775807'

/** The list itself, with all that is in it where that fits one page; readers who find items here look no further. */
export async function wholeText(list: List): Promise<string> {
  const { id, ordered, type, context, worded, about, perPage } = list
  const total = await list.count?.()
  const items = list.closed || (total !== undefined && total > perPage) ? undefined : await readAll(list)
  const totalItems = list.closed ? total : (items?.length ?? total)
  return collectionText({
    id,
    ordered,
    ...(type === undefined ? {} : { type }),
    about: {
      ...about,
      ...(list.seek ? { seekItem: `${id}/seek` } : {}),
      ...(list.events ? { eventStream: list.events } : {}),
    },
    ...(context !== undefined && (worded || items?.length) ? { context } : {}),
    ...(totalItems === undefined ? {} : { totalItems }),
    first: `${id}?cursor=${FIRST_PAGE}`,
    last: `${id}?cursor=${LAST_PAGE}`,
    ...(items === undefined ? {} : { items }),
  })
}

async function readAll({ read, perPage }: List): Promise<readonly string[] | undefined> {
  const entries = await read({ limit: perPage + 1 })
  return entries.length > perPage ? undefined : textsOf(entries)
}

/** One page; undefined for a cursor that is none. */
export async function pageTextAt(list: List, cursor: string): Promise<string | undefined> {
  const { id, ordered, context, perPage, closed } = list
  const range = rangeFrom(cursor, list.first)
  if (!range) return undefined
  const entries = closed ? [] : await list.read({ ...range, limit: perPage + 1 })
  const { shown, next, prev } = cut(entries, range, perPage, cursor === LAST_PAGE)
  const at = (to: string) => `${id}?cursor=${to}`
  return pageText({
    id: at(cursor),
    partOf: id,
    ordered,
    ...(context === undefined ? {} : { context }),
    ...(next === undefined ? {} : { next: at(next) }),
    ...(prev === undefined ? {} : { prev: at(prev) }),
    items: textsOf(shown),
  })
}

function textsOf(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ text }) => text).filter((text) => text !== undefined)
}

/** The address of a page that begins with the item of that key. */
export function pageWith({ id, first }: List, key: string): string {
  const before = BigInt(key) + (first === 'newest' ? 1n : -1n)
  return `${id}?cursor=${before}`
}

type Place = Pick<Range, 'past' | 'back'>

/** A cursor is a key: what follows it, or with an `n` before it what stands before it. */
function rangeFrom(cursor: string, first: Order): Place | undefined {
  if (cursor === FIRST_PAGE) return {}
  if (cursor === LAST_PAGE) return { back: first === 'newest' ? '0' : BEYOND_ALL }
  const [, towards, key] = /^(n?)(0|[1-9]\d{0,18})$/.exec(cursor) ?? []
  if (key === undefined || BigInt(key) > BigInt(BEYOND_ALL)) return undefined
  return towards === 'n' ? { back: key } : { past: key }
}

interface Cut {
  readonly shown: readonly Entry[]
  readonly next?: string | undefined
  readonly prev?: string | undefined
}

/** One more than is shown was asked for, at the far end: whether it is there says whether the list goes on. */
function cut(entries: readonly Entry[], { past, back }: Place, most: number, isEnd: boolean): Cut {
  const more = entries.length > most
  const shown = back === undefined ? entries.slice(0, most) : entries.slice(more ? 1 : 0)
  const [start, end] = [shown.at(0)?.key, shown.at(-1)?.key]
  if (back !== undefined)
    return { shown, prev: more ? before(start) : undefined, next: isEnd ? undefined : end }
  return { shown, next: more ? end : undefined, prev: past === undefined ? undefined : before(start) }
}

const before = (key: string | undefined) => (key === undefined ? undefined : `n${key}`)
