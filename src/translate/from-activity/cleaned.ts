import { sanitise } from '../../text/sanitise.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'

const MARKUP = new Set(['content', 'summary'])
const MARKUP_MAPS = new Set(['contentMap', 'summaryMap'])
/** Kept as it was written: it is what an editor goes on with, and nobody shows it. */
const UNTOUCHED = new Set(['source', '@context'])

/** What an app wrote, with nothing in its markup but what markup from other servers may hold; all else as it is. */
export function cleanedFrom(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, value === undefined ? value : cleaned(name, value)]),
  )
}

function cleaned(name: string, value: Json): Json {
  if (UNTOUCHED.has(name)) return value
  if (MARKUP.has(name)) return cleanMarkup(value)
  if (MARKUP_MAPS.has(name) && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([language, text]) => [
        language,
        text === undefined ? text : cleanMarkup(text),
      ]),
    )
  if (Array.isArray(value)) return value.map((item: Json) => cleaned('', item))
  return isObject(value) ? cleanedFrom(value) : value
}

function cleanMarkup(value: Json): Json {
  if (typeof value === 'string') return sanitise(value)
  return Array.isArray(value) ? value.map((item: Json) => cleanMarkup(item)) : value
}
