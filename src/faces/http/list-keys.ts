import { cleanText } from '../../text/clean.ts'

const LIST =
  /^\/ap\/(?:inbox|collections\/\d{1,20}|(?:actors|posts|objects)\/[0-9a-z]{1,20}\/[a-z_]{1,24})(\/(?:seek|filtered))?$/
/** By these a list can be narrowed, away from its own address. */
export const FILTERS = ['type', 'object.type', 'object', 'actor', 'published_after'] as const

/**
 * Names a list, a page of one, a narrowed one, or the question where something stands in one, by all of an address that
 * counts. Undefined when it is the address of none.
 */
export function keyOfList(path: string, query: string): string | undefined {
  const form = LIST.exec(path)
  if (!form) return undefined
  if (query === '' && form[1] === undefined) return path
  const given = new URLSearchParams(query)
  const counts =
    form[1] === '/seek' ? ['item'] : form[1] === '/filtered' ? [...FILTERS, 'cursor'] : ['cursor']
  const kept = counts.flatMap((name) => {
    const value = given.get(name)
    return value === null ? [] : [`${name}=${encodeURIComponent(cleanText(value))}`]
  })
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}
