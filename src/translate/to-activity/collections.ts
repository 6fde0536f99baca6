import { type Json, type JsonObject, listOf } from '../json.ts'
import { listContext } from './context.ts'
import { withUsedTerms } from './used-terms.ts'

interface ListParts {
  readonly id: string
  /** lists in an order are ordered; replies and conversations are not */
  readonly ordered: boolean
  /** for what stands in it, where that needs other words than ActivityStreams' own and those of the list itself */
  readonly context?: Json
}

/** What a list is called: by the name that everybody knows, and beside it by those that whoever made it gave it. */
export function listType(ordered: boolean, written?: Json): Json {
  const own = listOf(written).filter((type) => typeof type === 'string' && !PLAIN.test(type))
  const base = ordered ? 'OrderedCollection' : 'Collection'
  return own.length === 0 ? base : [base, ...new Set(own)]
}

const PLAIN = /^(?:as:|https?:\/\/www\.w3\.org\/ns\/activitystreams#)?(?:Ordered)?Collection$/

export interface CollectionParts extends ListParts {
  /** what it is called beside what it is */
  readonly type?: Json
  /** what else it says: whose it is, and of what */
  readonly about?: JsonObject
  /** absent where nobody counts */
  readonly totalItems?: number
  /** always given, also for a hidden or empty list: without it Mastodon calls the list hidden */
  readonly first: string
  readonly last?: string
  /** all that is in it, as JSON texts, or absent: readers who find some here look no further */
  readonly items?: readonly string[]
}

export interface PageParts extends ListParts {
  readonly partOf: string
  /** each as JSON text: an id, or a whole object */
  readonly items: readonly string[]
  /** absent where the list ends */
  readonly next?: string
  readonly prev?: string
}

/** A list as JSON text: how many, and where the first page is. */
export function collectionText(parts: CollectionParts): string {
  const { id, ordered, type, context, about, totalItems, first, last, items } = parts
  const head = inContext(context, {
    id,
    type: listType(ordered, type),
    ...about,
    ...(totalItems === undefined ? {} : { totalItems }),
    first,
    ...(last === undefined ? {} : { last }),
  })
  return items === undefined ? JSON.stringify(head) : withItems(head, ordered, items)
}

/** One page of a list, as JSON text. */
export function pageText({ id, ordered, context, partOf, items, next, prev }: PageParts): string {
  const head = inContext(context, {
    id,
    type: ordered ? 'OrderedCollectionPage' : 'CollectionPage',
    partOf,
    ...(next === undefined ? {} : { next }),
    ...(prev === undefined ? {} : { prev }),
  })
  return withItems(head, ordered, items)
}

function inContext(context: Json | undefined, head: JsonObject): JsonObject {
  return context === undefined
    ? withUsedTerms({ '@context': listContext, ...head })
    : { '@context': context, ...head }
}

/** What is kept as text is not read only to be written again. */
function withItems(head: JsonObject, ordered: boolean, items: readonly string[]): string {
  return `${JSON.stringify(head).slice(0, -1)},"${ordered ? 'orderedItems' : 'items'}":[${items.join(',')}]}`
}
