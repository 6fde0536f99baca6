import { refuse } from '../../../base/refusal.ts'
import type { Reading } from '../../http/reading.ts'
import type { SurfaceParts } from '../parts.ts'
import { FIRST_PAGE, type List, pageTextAt, pageWith, wholeText } from './list.ts'
import { narrowed } from './narrowed.ts'
import { openList } from './open.ts'

const ACTIVITY_JSON = { headers: { 'content-type': 'application/activity+json' } }

/** Whether a document of this name is a list, or a part of one. */
export function isList(key: string): boolean {
  return /^\/ap\/(?:inbox|collections\/|[a-z]+\/[^/]+\/[a-z])/.test(key)
}

/** Whether it is about a list rather than the list or a page of it: Fedify knows of no such thing. */
export function isAboutList(key: string): boolean {
  return /\/(?:seek|filtered)(?:\?|$)/.test(key)
}

/**
 * Answers for a list, a page of one, a narrowed one, or where something stands in one; undefined when it is not there. Its
 * words are in the reading.
 */
export async function answerList(
  parts: SurfaceParts,
  key: string,
  reading: Reading,
): Promise<Response | undefined> {
  const [, path = '', how, query] = /^([^?]*?)(?:\/(seek|filtered))?(?:\?(.*))?$/s.exec(key) ?? []
  const list = await openList(parts, path, reading)
  if (!list) return undefined
  const given = new URLSearchParams(query)
  if (how === 'seek') return seek(list, given.get('item') ?? '', reading)
  const text = await (how === 'filtered'
    ? narrowed(parts, path, given, { list, reading })
    : readAt(list, given.get('cursor'), reading))
  if (text === undefined) return undefined
  reading.text = text
  return new Response(null, ACTIVITY_JSON)
}

function readAt(list: List, cursor: string | null, reading: Reading): Promise<string | undefined> {
  reading.lasting = !list.fleeting && (cursor === null || cursor === FIRST_PAGE)
  return cursor === null ? wholeText(list) : pageTextAt(list, cursor)
}

/** That it is not there and that it is not for this reader sound the same. */
async function seek(list: List, item: string, reading: Reading): Promise<Response> {
  const key = item === '' ? undefined : await list.seek?.(item)
  if (key === undefined) return refuse('not-found')
  reading.redirect = pageWith(list, key)
  return new Response(null)
}
