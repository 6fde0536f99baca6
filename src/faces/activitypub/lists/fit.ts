import { refuse } from '../../../base/refusal.ts'
import { dateOf, idOf, isObject, type Json, type JsonObject, listOf } from '../../../translate/json.ts'
import type { InboxFilter } from '../../../views/inbox-near.ts'
import { FILTERS } from '../../http/list-keys.ts'

/** By what a list is narrowed. @throws Refusal 'request.invalid' for a time that is none */
export function filterIn(word: (name: string) => string | undefined): InboxFilter {
  const [type, objectType, object, actor, after] = FILTERS.map(word)
  const publishedAfter = after === undefined ? undefined : new Date(after)
  if (publishedAfter && Number.isNaN(publishedAfter.getTime())) refuse('request.invalid')
  return {
    ...(type !== undefined && { type }),
    ...(objectType !== undefined && { objectType }),
    ...(object !== undefined && { object }),
    ...(actor !== undefined && { actor }),
    ...(publishedAfter && { publishedAfter }),
  }
}

/** Whether something that stands in a list is what is looked for; of what does not say so, it is not. */
export function isFitting(item: Json, filter: InboxFilter): boolean {
  if (!isObject(item)) return Object.keys(filter).length === 0
  const { type, objectType, object, actor, publishedAfter } = filter
  if (type !== undefined && !isOf(item, type)) return false
  if (objectType !== undefined && !(isObject(item.object) && isOf(item.object, objectType))) return false
  if (object !== undefined && idOf(item.object) !== object) return false
  if (actor !== undefined && idOf(item.actor ?? item.attributedTo) !== actor) return false
  const published = dateOf(item.published)
  return publishedAfter === undefined || (published !== undefined && published >= publishedAfter)
}

const isOf = (item: JsonObject, type: string) => listOf(item.type).includes(type)

interface Found {
  readonly key: string
  readonly text: string
}

/** A part of a list that is looked through. */
export interface Look {
  readonly entries: readonly { readonly key: string; readonly text: string | undefined }[]
  /** after which more follows; undefined at the end */
  readonly next: string | undefined
}

/** So much of a list is looked through for one page of what fits, so that a rare find costs no more than a frequent one. */
const AT_ONCE = 100
const LOOKS = 4

/**
 * The next that fit, the first one first.
 * @returns `next`: after which to look on, undefined at the end of the list
 */
export async function lookThrough(
  look: (part: { readonly past?: string; readonly limit: number }) => Promise<Look>,
  past: string | undefined,
  most: number,
  fits: (text: string) => boolean,
): Promise<{ readonly items: readonly Found[]; readonly next?: string }> {
  const items: Found[] = []
  let at = past
  for (let looked = 0; looked < LOOKS; looked++) {
    const { entries, next } = await look({ limit: AT_ONCE, ...(at === undefined ? {} : { past: at }) })
    for (const { key, text } of entries) {
      if (text !== undefined && fits(text)) items.push({ key, text })
      if (items.length === most) return { items, next: key }
    }
    if (next === undefined) return { items }
    at = next
  }
  return { items, ...(at === undefined ? {} : { next: at }) }
}
