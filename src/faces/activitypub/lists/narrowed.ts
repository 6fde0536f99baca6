import { readId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { pageText } from '../../../translate/to-activity/collections.ts'
import { type SaidFilter, searchActivities } from '../../../views/outbox.ts'
import { FILTERS } from '../../http/list-keys.ts'
import type { Reading } from '../../http/reading.ts'
import type { SurfaceParts } from '../parts.ts'
import { saidEntries } from './outbox.ts'
import { readerOf } from './source.ts'

const PER_PAGE = 20

/**
 * An outbox narrowed to some types, an object or a time, page by page: each looks through a part of it, so one may hold
 * little and not be the last. Other lists cannot be narrowed.
 */
export async function narrowed(
  parts: SurfaceParts,
  path: string,
  given: URLSearchParams,
  reading: Reading,
): Promise<string | undefined> {
  const { account } = reading
  if (!account || !path.endsWith('/outbox')) return undefined
  const { db, uris } = parts
  const viewer = readerOf(reading)
  const filter = filterFrom(given)
  const cursor = given.get('cursor')
  if (cursor !== null && readId(cursor) === undefined) refuse('cursor.invalid')
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

function filterFrom(given: URLSearchParams): SaidFilter {
  const [type, objectType, object, after] = ['type', 'object.type', 'object', 'published_after'].map(
    (name) => given.get(name) ?? undefined,
  )
  const publishedAfter = after === undefined ? undefined : new Date(after)
  if (publishedAfter && Number.isNaN(publishedAfter.getTime())) refuse('request.invalid')
  return {
    ...(type === undefined ? {} : { type }),
    ...(objectType === undefined ? {} : { objectType }),
    ...(object === undefined ? {} : { object }),
    ...(publishedAfter === undefined ? {} : { publishedAfter }),
  }
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
