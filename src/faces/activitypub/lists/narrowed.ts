import { readId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import type { Json } from '../../../translate/json.ts'
import { pageText } from '../../../translate/to-activity/collections.ts'
import { searchActivities } from '../../../views/outbox.ts'
import type { Range } from '../../../views/ranges.ts'
import { FILTERS } from '../../http/list-keys.ts'
import type { Reading } from '../../http/reading.ts'
import type { SurfaceParts } from '../parts.ts'
import { filterIn, isFitting, type Look, lookThrough } from './fit.ts'
import { viewKinds } from './kinds.ts'
import type { List } from './list.ts'
import { saidEntries } from './outbox.ts'
import { readerOf } from './source.ts'

const PER_PAGE = 20

/** What stands in these is more than its id, for an app. */
const LISTS =
  /\/(?:liked|followers|following|featured|pending_followers|pending_following|blocked|blocks|likes|shares)$/
const OF_COLLECTION = /^\/ap\/collections\/\d+$/

/**
 * A list narrowed to some types, an object or a time, page by page: each looks through a part of it, so one may hold
 * little and not be the last. Lists of ids alone cannot be narrowed, but for the collections of people here.
 */
export async function narrowed(
  parts: SurfaceParts,
  path: string,
  given: URLSearchParams,
  { list, reading }: { readonly list: List; readonly reading: Reading },
): Promise<string | undefined> {
  const filter = filterIn((name) => given.get(name) ?? undefined)
  const cursor = given.get('cursor')
  if (cursor !== null && readId(cursor) === undefined) refuse('cursor.invalid')
  if (path.endsWith('/outbox')) return narrowedOutbox(parts, path, given, reading)
  if (!reading.app || list.closed) return undefined
  const isCollection = OF_COLLECTION.test(path)
  if (!isCollection && !LISTS.test(path)) return undefined
  const read = isCollection ? withKinds(parts, list, reading) : list.read
  const look = async (part: Range): Promise<Look> => {
    const entries = await read(part)
    return { entries, next: entries.length < part.limit ? undefined : entries.at(-1)?.key }
  }
  const { items, next } = await lookThrough(look, cursor ?? undefined, PER_PAGE, (text) =>
    isFitting(JSON.parse(text) as Json, filter),
  )
  const { origin } = parts.uris
  const { context } = list
  return pageText({
    id: addressOf(origin + path, given, cursor),
    partOf: list.id,
    ordered: list.ordered,
    ...(context === undefined ? {} : { context }),
    ...(next === undefined ? {} : { next: addressOf(origin + path, given, next) }),
    items: items.map(({ text }) => text),
  })
}

/** Each with what it is, where that is known here. */
function withKinds({ db, uris }: SurfaceParts, list: List, reading: Reading): List['read'] {
  return async (range) => {
    const entries = await list.read(range)
    const ids = entries.map(({ text = '""' }) => JSON.parse(text) as string)
    const kinds = await viewKinds(db, uris, ids, readerOf(reading))
    return entries.map(({ key, text }, at) => {
      const known = kinds.get(ids[at] ?? '')
      return { key, text: known === undefined ? text : JSON.stringify(known) }
    })
  }
}

async function narrowedOutbox(
  parts: SurfaceParts,
  path: string,
  given: URLSearchParams,
  reading: Reading,
): Promise<string | undefined> {
  // One's own is opened without a look at whose it is.
  const account = reading.account ?? reading.app?.account
  if (!account) return undefined
  const { db, uris } = parts
  const viewer = readerOf(reading)
  const { actor: _actor, ...filter } = filterIn((name) => given.get(name) ?? undefined)
  const cursor = given.get('cursor')
  const theirs = given.get('actor') ?? account.uri
  const range = { limit: PER_PAGE, ...(cursor === null ? {} : { past: cursor }) }
  const page =
    theirs === account.uri
      ? await searchActivities(db, account.id, viewer, range, filter)
      : { items: [], next: undefined }
  const entries = await saidEntries(parts, viewer, page.items)
  const at = (to: string | null | undefined) => addressOf(uris.origin + path, given, to)
  return pageText({
    id: at(cursor),
    partOf: `${uris.origin}${path}`,
    ordered: true,
    ...(page.next === undefined ? {} : { next: at(page.next) }),
    items: entries.flatMap(({ text }) => text ?? []),
  })
}

function addressOf(list: string, given: URLSearchParams, cursor: string | null | undefined): string {
  const kept = FILTERS.flatMap((name) => {
    const value = given.get(name)
    return value === null ? [] : [[name, value] as [string, string]]
  })
  const all = cursor ? [...kept, ['cursor', cursor] as [string, string]] : kept
  const query = new URLSearchParams(all).toString()
  return query === '' ? `${list}/filtered` : `${list}/filtered?${query}`
}
