import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import { plainContext } from './context.ts'
import { withUsedTerms } from './used-terms.ts'

/**
 * What a stream says has happened: added to, or removed from, what is listened to; or changed, or gone, itself. One
 * object on one line, its context first. Of whom something was for in secret nothing is in it, wherever it stood.
 */
export function toldFrom(verb: string, object: Json): string {
  const { context, rest } = apart(withoutBlind(object))
  const told: JsonObject = { '@context': context, type: verb, object: rest }
  return JSON.stringify(isObject(rest) ? withUsedTerms(told) : told)
}

function apart(object: Json): { readonly context: Json; readonly rest: Json } {
  if (!isObject(object)) return { context: plainContext, rest: object }
  const { '@context': context = plainContext, ...rest } = object
  return { context, rest }
}

const BLIND = new Set(['bto', 'bcc'])

function withoutBlind(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutBlind)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([name]) => !BLIND.has(name))
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutBlind(inner as Json)]))
}
