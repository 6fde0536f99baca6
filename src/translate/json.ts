import sjson from 'secure-json-parse'
import { refuse } from '../base/refusal.ts'
import { cleanText } from '../text/clean.ts'

/** What `JSON.parse` gives. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

/** UTF-16 units of an address that we keep; a longer one is no address (S-107). */
export const LONGEST_URI = 2048

/**
 * A JSON text from elsewhere as a value; keys that could reach a prototype are dropped (S-027).
 * @throws Refusal 'request.invalid' when it is no JSON
 */
export function parseJson(text: string): Json {
  try {
    return sjson.parse(text, { protoAction: 'remove', constructorAction: 'remove' }) as Json
  } catch {
    return refuse('request.invalid', { reason: 'not JSON' })
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One thing or a list of things, as ActivityStreams allows everywhere; null, absent and nested lists are nothing. */
export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value.filter((item) => item !== null && !Array.isArray(item)) : [value]
}

export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return listOf(value).filter(isObject)
}

/** The first text of one or many, made storable; undefined when there is none. Empty text is text. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return cleanText(value)
  const first = Array.isArray(value) ? value.find((item) => typeof item === 'string') : undefined
  return typeof first === 'string' ? cleanText(first) : undefined
}

/** Only true is true: neither 'true' nor 1, as Mastodon reads it. */
export function isTrue(value: Json | undefined): boolean {
  return value === true
}

/** The short name of an object's type: the first text of it, `as:Note` and the full address alike as `Note`. */
export function typeOf(object: JsonObject): string {
  const type = textOf(object.type) ?? ''
  return type.replace(/^(?:as:|https?:\/\/www\.w3\.org\/ns\/activitystreams#)/, '')
}

/** The id of something given as its id or as itself; only http(s) addresses of bearable length are ids. */
export function idOf(value: Json | undefined): string | undefined {
  const id = typeof value === 'string' ? value : isObject(value) ? value.id : undefined
  return typeof id === 'string' && isUri(id) ? id : undefined
}

/** The ids of one or many; what has none is left out. */
export function idsOf(value: Json | undefined): readonly string[] {
  return listOf(value)
    .map(idOf)
    .filter((id) => id !== undefined)
}

/** The one id that something names, be it given alone, as an object or as a list of one; several name nobody. */
export function soleIdOf(value: Json | undefined): string | undefined {
  const items = listOf(value)
  return items.length === 1 ? idOf(items[0]) : undefined
}

/** An absolute http(s) address as it stands, never rewritten: ids are compared letter by letter. */
export function isUri(text: string): boolean {
  return (
    text.length <= LONGEST_URI && /^https?:\/\/[^/?#\\\s]/.test(text) && URL.canParse(text) && !hasSpace(text)
  )
}

function hasSpace(text: string): boolean {
  return /[\s\p{Cc}]/u.test(text)
}

/** `https://example.social`, in canonical form; undefined when the text is no address. */
export function originOf(uri: string): string | undefined {
  return isUri(uri) ? new URL(uri).origin : undefined
}

/** Host with its port, in lower-case ASCII. */
export function hostOf(uri: string): string | undefined {
  return isUri(uri) ? new URL(uri).host : undefined
}

/** True when both are addresses on one origin (FEP-fe34); an address with a user name in it is on none. */
export function sameOrigin(one: string, other: string): boolean {
  if (!isUri(one) || !isUri(other)) return false
  const [a, b] = [new URL(one), new URL(other)]
  return (
    a.origin === b.origin && a.username === '' && b.username === '' && a.password === '' && b.password === ''
  )
}

/** A map of language to text, or nothing: `contentMap` and its like. */
export function languageMapOf(
  value: Json | undefined,
): readonly (readonly [language: string, text: string])[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([language, item]) => {
    const text = textOf(item)
    return text === undefined ? [] : [[language, text] as const]
  })
}

/** A BCP 47 tag in its usual spelling; `und` and what is no tag is null. */
export function languageOf(tag: string | undefined): string | null {
  if (tag === undefined || tag.length > 35 || !/^[a-z]{2,8}(?:[-_][a-z0-9]{1,8})*$/i.test(tag)) return null
  try {
    const [canonical = null] = Intl.getCanonicalLocales(tag.replaceAll('_', '-'))
    return canonical === 'und' ? null : canonical
  } catch {
    return null
  }
}

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i

/**
 * A date as people send it: with or without time, seconds, fraction, zone (none means UTC). Anything else, and any year
 * that is not of this age, is undefined: an odd date never costs the post it stands in.
 */
export function dateOf(value: Json | undefined): Date | undefined {
  const match = DATE.exec(textOf(value)?.trim() ?? '')
  if (match === null) return undefined
  const [, day, time = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = match
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
  const date = new Date(`${day}T${time}${seconds}${fraction.slice(0, 4)}${offset}`)
  const year = date.getUTCFullYear()
  return Number.isNaN(date.getTime()) || year < 1900 || year > 9000 ? undefined : date
}
